// The pure part: requests read and written, answers read, contacts chosen, layouts held against tickets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desk/contact.hpp"
#include "desk/layout.hpp"
#include "desk/order.hpp"
#include "desk/wire.hpp"

namespace zs::desk {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string k_least = R"("user_id":"u1","subject":"Help","description":"a < b")";

std::string complaint_of(const std::string& members) {
  const auto order = parse_order("{" + members + "}");
  EXPECT_FALSE(order.has_value()) << members;
  return order ? "" : order.error().detail;
}

TEST(Order, IsReadWithItsDescriptionAsHtml) {
  const auto order = parse_order("{" + k_least + R"(,"priority":"High","cf":{"cf_a":7,"cf_b":true,"cf_c":null}})");
  ASSERT_TRUE(order.has_value()) << order.error().detail;
  EXPECT_EQ(order->user_id, "u1");
  EXPECT_EQ(order->description, "a &lt; b");
  EXPECT_EQ(order->fields.at("priority"), "High");
  EXPECT_THAT(order->custom, ElementsAre(testing::Pair("cf_a", "7"), testing::Pair("cf_b", "true")));
}

TEST(Order, LeavesGivenHtmlAsItIs) {
  const auto order = parse_order(R"({"user_id":"u","subject":"s","description_html":"<b>x</b>"})");
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->description, "<b>x</b>");
}

TEST(Order, NamesTheFieldThatIsWrongAndTheMend) {
  EXPECT_THAT(complaint_of(k_least + R"(,"subjekt":"x")"), HasSubstr("did you mean subject?"));
  EXPECT_THAT(complaint_of(k_least + R"(,"priority":3)"), HasSubstr("priority must be a string"));
  EXPECT_THAT(complaint_of(k_least + R"(,"department_id":"sales")"), HasSubstr("zohosync desk departments"));
  EXPECT_THAT(complaint_of(k_least + R"(,"description_html":"x")"), HasSubstr("give one of them"));
  EXPECT_THAT(complaint_of(k_least + R"(,"cf":{"plan":"x"}})"), HasSubstr("JSON object"));
  EXPECT_THAT(complaint_of(k_least + R"(,"cf":{"plan":"x"})"), HasSubstr("begin with cf_"));
  EXPECT_THAT(complaint_of(k_least + R"(,"cf":{"cf_x":[]})"), HasSubstr("cf.cf_x must be"));
  EXPECT_THAT(complaint_of(R"("subject":"s","description":"d")"), HasSubstr("user_id"));
  EXPECT_THAT(complaint_of(R"("user_id":"u","subject":" ","description":"d")"), HasSubstr("subject"));
  EXPECT_THAT(complaint_of(R"("user_id":"u","subject":"s")"), HasSubstr("description"));
  EXPECT_THAT(complaint_of(R"("user_id":"u","description":"d","subject":")" + std::string(1'001, 'x') + "\""),
              HasSubstr("at most 1000"));
  // 14,000 characters that become 70,000 on the way to HTML.
  EXPECT_THAT(complaint_of(R"("user_id":"u","subject":"s","description":")" + std::string(14'000, '&') + "\""),
              HasSubstr("as HTML"));
}

TEST(Order, HasOneFingerprintHoweverItIsWritten) {
  const auto a = parse_order(R"({"user_id":"u","subject":"s","description":"d","cf":{"cf_a":"1","cf_b":"2"}})");
  const auto b =
      parse_order(R"({ "cf":{"cf_b":"2","cf_a":"1"},"description":"d", "subject":"s","phone":null,"user_id":"u"})");
  const auto c = parse_order(R"({"user_id":"u","subject":"s","description":"e","cf":{"cf_a":"1","cf_b":"2"}})");
  EXPECT_EQ(fingerprint_of(*a), fingerprint_of(*b));
  EXPECT_NE(fingerprint_of(*a), fingerprint_of(*c));
}

RC_GTEST_PROP(Order, SurvivesTheStore, ()) {
  Order order;
  const auto text = [](std::size_t least) {
    auto out = *rc::gen::container<std::string>(rc::gen::inRange<char>(32, 127));
    return out.size() < least || out.find_first_not_of(' ') == std::string::npos ? out + "x" : out;
  };
  order.user_id = text(1);
  order.subject = text(1);
  order.description = text(0);
  order.fields.emplace("category", text(1));
  order.custom.emplace("cf_x", text(0));
  const auto back = decode_order(encode_order(order));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == order);
}

RC_GTEST_PROP(Order, AnswersWhateverIsSent, (const std::string& bytes)) { RC_ASSERT(!parse_order(bytes).has_value()); }

TEST(AsHtml, ShowsWhatWasWritten) {
  EXPECT_EQ(as_html("<script>\"a\" & 'b'\r\nc\nd</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;<br>c<br>d&lt;/script&gt;");
}

TEST(IdempotencyKey, IsTheTextInsideTheQuotes) {
  EXPECT_EQ(parse_key("\"a-1\"").value(), "a-1");
  EXPECT_EQ(parse_key(" a-1 ").value(), "a-1");
  EXPECT_EQ(parse_key(R"("a\"b\\c")").value(), R"(a"b\c)");
  EXPECT_EQ(parse_key("").error().code, "idempotency_key_missing");
  EXPECT_EQ(parse_key("\"\"").error().code, "idempotency_key_invalid");
  EXPECT_EQ(parse_key("a\tb").error().code, "idempotency_key_invalid");
  EXPECT_EQ(parse_key(std::string(256, 'a')).error().code, "idempotency_key_invalid");
}

TEST(Contact, IsTheOneThatDeskMapsToTheCrmContact) {
  const std::vector<ContactHit> hits{
      {"1", "a@x.io", "9", false}, {"2", "a@x.io", "8", false}, {"3", "a@x.io", "", false}};
  EXPECT_EQ(choose_mapped(hits, "8").id, "2");
  EXPECT_EQ(choose_mapped(hits, "7").kind, Choice::Kind::none);
  const Choice twice = choose_mapped({{"1", "a@x.io", "8", false}, {"2", "a@x.io", "8", false}}, "8");
  EXPECT_EQ(twice.kind, Choice::Kind::ambiguous);
  EXPECT_THAT(twice.candidates, ElementsAre("1", "2"));
}

TEST(Contact, IsNotTakenByItsFieldWhenDeskMapsItToSomebodyElse) {
  EXPECT_EQ(choose_by_field({{"1", "", "", false}}, "8").kind, Choice::Kind::by_field);
  EXPECT_EQ(choose_by_field({{"1", "", "8", false}}, "8").id, "1");
  EXPECT_EQ(choose_by_field({{"1", "", "9", false}}, "8").kind, Choice::Kind::ambiguous);
  EXPECT_EQ(choose_by_field({}, "8").kind, Choice::Kind::none);
}

TEST(Contact, IsTakenByItsEmailOnlyWhenItIsTheOnlyOneAndNobodyElses) {
  EXPECT_EQ(choose_unmapped({{"1", "A@x.io", "", false}}, "a@X.io").id, "1");
  EXPECT_EQ(choose_unmapped({{"1", "a@x.io", "9", false}}, "a@x.io").kind, Choice::Kind::none);
  EXPECT_EQ(choose_unmapped({{"1", "a@x.io", "", true}}, "a@x.io").kind, Choice::Kind::none);
  EXPECT_EQ(choose_unmapped({{"1", "ba@x.io", "", false}}, "a@x.io").kind, Choice::Kind::none) << "a wildcard's hit";
  EXPECT_EQ(choose_unmapped({{"1", "a@x.io", "", false}, {"2", "a@x.io", "", false}}, "a@x.io").kind,
            Choice::Kind::ambiguous);
}

TEST(Contact, IsNotSearchedForByWhatDeskReadsAsAnOperator) {
  EXPECT_TRUE(is_searchable("o'neil+x@x.io"));
  for (const char* email : {"", "a,b@x.io", "*@x.io", "${empty}@x.io"}) EXPECT_FALSE(is_searchable(email)) << email;
}

TEST(Wire, WritesWhatDeskDocuments) {
  EXPECT_EQ(find_contacts_by_email("a+b@x.io").path, "/contacts/search?email=a%2Bb%40x.io&limit=100");
  EXPECT_EQ(find_tickets_by_field("cf_correlation_id", "zs1").path,
            "/tickets/search?customField1=cf_correlation_id%3Azs1&limit=100");
  EXPECT_EQ(find_tickets_of_contact("7", from_millis(1'700'000'000'000), from_millis(1'700'000'000'050)).path,
            "/tickets/search?contactId=7&createdTimeRange=2023-11-14T22%3A13%3A20.000Z%2C2023-11-14T22%3A13%3A20.050Z"
            "&limit=100");
  EXPECT_EQ(create_contact({"Lee", std::string(50, 'n'), "a@x.io", {{"cf_crm", "8"}}}).body,
            R"({"lastName":"Lee","firstName":")" + std::string(40, 'n') + R"(","email":"a@x.io","cf":{"cf_crm":"8"}})");
  EXPECT_EQ(create_ticket({"d1", "c1", "s", "", {{"priority", "High"}}, {{"cf_x", "1"}}}).body,
            R"({"departmentId":"d1","contactId":"c1","subject":"s","priority":"High","cf":{"cf_x":"1"}})");
}

TEST(Wire, ReadsListsAndTheirAbsence) {
  EXPECT_THAT(read_contacts("").value(), IsEmpty()) << "204";
  const auto contacts = read_contacts(
      R"({"data":[{"id":"1","email":"a@x.io","zohoCRMContact":{"id":"8","type":"contacts"}},{"id":2,"zohoCRMContact":null}]})");
  ASSERT_TRUE(contacts.has_value());
  EXPECT_EQ((*contacts)[0].crm_id, "8");
  EXPECT_EQ((*contacts)[1].id, "2");
  EXPECT_EQ((*contacts)[1].crm_id, "");
  EXPECT_FALSE(read_contacts("<html>").has_value());
  EXPECT_FALSE(read_ticket(R"({"id":"5","ticketNumb)").has_value()) << "cut off";
  EXPECT_FALSE(read_ticket("{}").has_value());
  EXPECT_EQ(read_departments(R"({"data":[{"id":"1","name":"A","isEnabled":false},{"id":"2","name":"B"}]})")->size(),
            1U);
}

TEST(Wire, ReadsARefusalWithoutItsMessage) {
  const Refusal refusal = read_refusal(
      422,
      R"({"errorCode":"INVALID_DATA","message":"a@x.io","errors":[{"fieldName":"/contactId","errorType":"invalid"}]})");
  EXPECT_EQ(refusal.code, "INVALID_DATA");
  EXPECT_THAT(refusal.fields, ElementsAre(FieldTrouble{"/contactId", "invalid", ""}));
  EXPECT_EQ(read_refusal(403, "<html>").code, "HTTP_403");
}

TEST(Layout, TellsOfAllThatIsMissingOrNotInAPicklist) {
  const auto layout = read_layout(R"({"sections":[{"fields":[
    {"apiName":"subject","isMandatory":true},{"apiName":"contactId","isMandatory":true},
    {"apiName":"priority","isMandatory":false,"allowedValues":[{"value":"High"},{"value":"Low"}]},
    {"apiName":"category","isMandatory":true,"allowedValues":["Bug"]},
    {"name":"cf_plan","isMandatory":true}]}]})");
  ASSERT_TRUE(layout.has_value());
  NewTicket ticket{"d", "", "s", "", {{"priority", "Urgent"}}, {}};
  const auto faults = faults_of(ticket, *layout);
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_THAT(joined(faults), HasSubstr(R"(priority: must be one of "High", "Low")"));
  EXPECT_THAT(joined(faults), HasSubstr(R"(category: the layout demands it)"));
  EXPECT_THAT(joined(faults), HasSubstr(R"(one of "Bug")"));
  EXPECT_THAT(joined(faults), HasSubstr("cf.cf_plan: the layout demands it"));
  ticket.fields = {{"priority", "Low"}, {"category", "Bug"}};
  ticket.custom = {{"cf_plan", "pro"}};
  EXPECT_THAT(faults_of(ticket, *layout), IsEmpty());
}

TEST(Layout, TranslatesDesksNamesForTheCaller) {
  const auto fields = in_callers_words(
      {{"/departmentId", "invalid", ""}, {"/cf/cf_correlation_id", "invalid", ""}, {"/cf/cf_x", "missing", ""}},
      "cf_correlation_id");
  EXPECT_EQ(fields[0].field, "department_id");
  EXPECT_THAT(fields[1].mend, HasSubstr("desk.correlation_field"));
  EXPECT_EQ(fields[2].field, "cf.cf_x");
  EXPECT_THAT(fields[2].mend, HasSubstr("[desk.fields]"));
}

TEST(Layout, TakesTheDepartmentsDefault) {
  EXPECT_EQ(read_default_layout(R"({"data":[{"id":"1"},{"id":"2","isDefaultLayout":true}]})").value(), "2");
  EXPECT_EQ(read_default_layout(R"({"data":[{"id":"1"},{"id":"2"}]})").value(), "1");
  EXPECT_EQ(read_default_layout("").value(), "");
}

}  // namespace
}  // namespace zs::desk
