// Zoho's answers: any status, content type and bytes. Nothing may count as written unless the answer says so of just
// that record; no answer that is not understood may pass for "nothing happened"; what is adopted is a record's id. An
// input: a line "VERB COUNT STATUS CONTENT-TYPE", then the body. Besides the verbs of a call: fields, org, tags, token,
// restore.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/random.hpp"
#include "base/text.hpp"
#include "demand.hpp"
#include "zoho/metadata.hpp"
#include "zoho/token.hpp"
#include "zoho/wire.hpp"

namespace zs::fuzz {
namespace {

using zoho::Answer;
using zoho::Call;
using zoho::Verb;
using zoho::Verdict;

namespace dom = simdjson::dom;

bool is_json(std::string_view text) {
  dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 20 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

std::string text_at(dom::element parent, const char* key) {
  std::string_view text;
  if (parent[key].get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  return parent[key].get(number) == simdjson::SUCCESS ? std::to_string(number) : std::string();
}

/// Read without any of the product's code: does the answer say of row `index` that `id` was written?
bool is_confirmed(std::string_view body, std::size_t index, const std::string& id) {
  dom::parser parser;
  dom::element row, details;
  if (parser.parse(body.data(), body.size())["data"].at(index).get(row) != simdjson::SUCCESS) return false;
  return text_at(row, "code") == "SUCCESS" && text_at(row, "status") == "success" &&
         row["details"].get(details) == simdjson::SUCCESS && text_at(details, "id") == id;
}

Call call_of(Verb verb, std::size_t count) {
  Call call;
  call.verb = verb;
  call.module = plan::Module::contacts;
  for (std::size_t i = 0; i < count; ++i) {
    zoho::Item item;
    if (verb != Verb::insert) item.zoho_id = "555000000000000000" + std::to_string(i);
    item.email = "a@example.com";
    call.items.push_back(std::move(item));
  }
  return call;
}

void check_write(const Call& call, int status, std::string_view body, const Answer& answer) {
  using Outcome = Answer::Outcome;
  demand(answer.outcome != Outcome::not_sent, "an answer means that the request arrived");
  if (answer.outcome != Outcome::answered) {
    // A refused call says of its one record what a row would have said.
    demand(answer.items.empty() || answer.outcome == Outcome::refused, "what is not answered has no verdicts");
    for (const zoho::ItemAnswer& one : answer.items)
      demand(one.verdict != Verdict::applied, "a refusal applies nothing");
    demand(answer.outcome == Outcome::unknown || status >= 400 || !answer.code.empty(),
           "only an answer that says so means that nothing happened");
    demand(answer.outcome != Outcome::refused || status >= 400, "a 2xx is no refusal");
    return;
  }
  demand(answer.items.size() == call.items.size(), "each record has its verdict");
  std::set<std::string> written;
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const zoho::ItemAnswer& one = answer.items[i];
    if (one.verdict == Verdict::applied) {
      demand(is_confirmed(body, i, one.zoho_id), "only what the answer confirms is applied", one.zoho_id);
      demand(is_id(one.zoho_id), "a record's id is a number", one.zoho_id);
      demand(call.verb == Verb::insert || one.zoho_id == call.items[i].zoho_id, "the verdict is on the record meant");
      demand(written.insert(one.zoho_id).second, "two records are not one", one.zoho_id);
    } else if (one.verdict == Verdict::exists) {
      demand(is_id(one.zoho_id), "what is adopted is a record", one.zoho_id);
    }
  }
}

void check_call(Verb verb, std::size_t count, int status, std::string_view type, std::string_view body) {
  const Call call = call_of(verb, count);
  const Answer answer = zoho::from_answer(call, {status, type, body});
  demand(answer.http_status == status, "the status is kept");
  if (verb != Verb::find_by_email && verb != Verb::read) return check_write(call, status, body, answer);
  for (const zoho::Record& record : answer.records) {
    demand(is_id(record.zoho_id), "a record that was read has an id", record.zoho_id);
    for (const auto& [field, value] : record.fields) demand(is_json(value), "a field's value is JSON", value);
  }
}

/// The accounts server, saying the input whatever it is asked.
class Accounts final : public net::HttpTransport {
 public:
  Accounts(int status, std::string_view body) : status_(status), body_(body) {}
  void send(net::ClientRequest, Done done) override {
    net::ClientResponse response;
    response.exchange = net::Exchange::answered;
    response.status = status_;
    response.body = body_;
    done(std::move(response));
  }

 private:
  int status_;
  std::string body_;
};

void check_token(int status, std::string_view body, std::string_view saved) {
  ManualClock clock;
  SeededRandom random(1);
  Accounts accounts(status, body);
  zoho::TokenBroker broker({"http://accounts", [] { return zoho::Credentials{"id", "secret", "refresh"}; },
                            [](const std::string&, std::move_only_function<void()> kept) { kept(); },
                            [](std::move_only_function<void()> task) { task(); }, std::chrono::milliseconds{10'000}},
                           accounts, clock, random);
  broker.restore(saved);
  int answers = 0;
  broker.with_token([&](const zoho::TokenBroker::Outcome& outcome) {
    ++answers;
    demand(outcome.token.has_value() == (outcome.state == zoho::TokenState::ok), "there is a token or a reason");
    if (!outcome.token) return;
    const std::string& token = outcome.token->access_token;
    demand(!token.empty() && std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7F; }),
           "a token can stand in a header", token);
    if (!saved.empty()) return;
    dom::parser parser;
    dom::element root;
    demand(
        parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS && text_at(root, "access_token") == token,
        "a token comes from the answer");
    const std::int64_t life = outcome.token->expires_ms - to_millis(clock.now());
    demand(life >= 0 && life <= 24LL * 3600 * 1000, "a token lives for hours", std::to_string(life));
  });
  demand(answers == 1, "whoever asks for a token is answered once");
}

}  // namespace

void run(std::string_view input) {
  const auto words = split(take_line(input), ' ');
  if (words.size() < 4) return;
  const auto number = [](std::string_view text) {
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  const std::size_t count = 1 + static_cast<std::size_t>(std::abs(number(words[1]) % 8));
  const int status = 200 + std::abs(number(words[2]) % 400);
  static const std::map<std::string_view, Verb> k_verbs{{"insert", Verb::insert},
                                                        {"update", Verb::update},
                                                        {"add_tags", Verb::add_tags},
                                                        {"remove_tags", Verb::remove_tags},
                                                        {"find_by_email", Verb::find_by_email},
                                                        {"read", Verb::read}};
  if (const auto verb = k_verbs.find(words[0]); verb != k_verbs.end())
    return check_call(verb->second, count, status, words[3], input);
  if (words[0] == "fields") {
    if (const auto fields = zoho::read_fields(input)) {
      for (const auto& field : *fields) demand(!field.api_name.empty(), "a field has a name");
    }
  } else if (words[0] == "org") {
    if (const auto org = zoho::read_org(input))
      demand(zoho::credits_of_edition(org->edition, org->licences) >= 0, "credits are not negative");
  } else if (words[0] == "tags") {
    static_cast<void>(zoho::read_tags(input));
  } else if (words[0] == "token") {
    check_token(status, input, "");
  } else if (words[0] == "restore") {
    check_token(200, R"({"access_token":"t","expires_in":3600})", input);
  }
}

}  // namespace zs::fuzz
