#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "config/address.hpp"
#include "config/config.hpp"
#include "config/suggest.hpp"

namespace zs::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string k_digest(64, 'a');

std::vector<Finding> errors_of(const Loaded& loaded) {
  std::vector<Finding> out;
  std::ranges::copy_if(loaded.findings, std::back_inserter(out), &Finding::is_error);
  return out;
}

Loaded read(std::string_view toml, const Environment& environment = {}) { return parse(toml, "t.toml", environment); }

/// Expects no errors and gives the configuration.
Config good(std::string_view toml, const Environment& environment = {}) {
  Loaded loaded = read(toml, environment);
  EXPECT_TRUE(loaded.usable()) << describe(loaded.findings);
  return loaded.config;
}

const Tag& tag_of(const Config& config, std::string_view axis, std::string_view value) {
  return *std::ranges::find_if(config.tags, [&](const Tag& tag) { return tag.axis == axis && tag.value == value; });
}

const FieldRule* rule_of(const std::vector<FieldRule>& rules, std::string_view field) {
  const auto found = std::ranges::find(rules, field, &FieldRule::field);
  return found == rules.end() ? nullptr : &*found;
}

TEST(Defaults, AreWhatAnEmptyFileMeans) { EXPECT_EQ(good(""), defaults()); }

TEST(Defaults, GiveEveryTagAColourOfItsOwnAndANameThatZohoTakes) {
  std::set<std::string> colours;
  for (const Tag& tag : defaults().tags) {
    colours.insert(tag.colour);
    EXPECT_EQ(tag.name, tag.axis + "-" + tag.value);
    EXPECT_LE(tag.name.size(), 25U);
  }
  EXPECT_THAT(colours, SizeIs(defaults().tags.size()));
}

TEST(DataCentre, GivesTheHostsOfEachRegion) {
  EXPECT_EQ(data_centre("eu")->api, "https://www.zohoapis.eu");
  EXPECT_EQ(data_centre("ca")->accounts, "https://accounts.zohocloud.ca");
  EXPECT_EQ(data_centre("ca")->api, "https://www.zohoapis.ca");
  EXPECT_EQ(data_centre("au")->desk, "https://desk.zoho.com.au");
  EXPECT_THAT(data_centre_names(), ElementsAre("us", "eu", "in", "au", "jp", "cn", "ca", "sa", "uk", "ae"));
  EXPECT_FALSE(data_centre("mars"));
}

TEST(DataCentre, SetsTheHostsThatTheFileLeavesOut) {
  const Config config = good("[zoho]\ndc = \"in\"\ndesk_url = \"https://desk.example.com/\"");
  EXPECT_EQ(config.zoho.accounts_url, "https://accounts.zoho.in");
  EXPECT_EQ(config.zoho.api_url, "https://www.zohoapis.in");
  EXPECT_EQ(config.zoho.desk_url, "https://desk.example.com");
}

TEST(Settings, AreReadFromEverySection) {
  const Config config = good(R"(
[server]
listen = "[::1]:0"
insecure_http = true
threads = 4
max_body_bytes = 4096
max_events_per_request = 10
max_backlog = 7
[store]
url = "postgresql://zohosync@db.example/crm"
[zoho]
edition = "enterprise"
concurrency = 12
daily_credits = 5000
live_reserve = 0.5
linger_ms = 0
timeout_ms = 5000
trigger = []
[external_ids]
contact = "User_Key"
[deals]
pipeline = "SaaS"
stages.canceled = "Lost, may return"
roles = { enabled = true, others = "Purchasing", max_others = 5 }
[people]
on_deleted = "recreate"
check_deleted_minutes = 15
[reconcile]
every_hours = 24
repair = true
[log]
level = "debug"
)");
  EXPECT_EQ(config.server.address, "::1");
  EXPECT_EQ(config.server.port, 0);
  EXPECT_TRUE(config.server.insecure_http);
  EXPECT_EQ(config.server.threads, 4);
  EXPECT_EQ(config.server.max_body_bytes, 4096U);
  EXPECT_EQ(config.server.max_events_per_request, 10U);
  EXPECT_EQ(config.server.max_backlog, 7U);
  EXPECT_EQ(config.store.url, "postgresql://zohosync@db.example/crm");
  EXPECT_EQ(config.zoho.edition, "enterprise");
  EXPECT_EQ(config.zoho.concurrency, 12);
  EXPECT_EQ(config.zoho.daily_credits, 5000);
  EXPECT_EQ(config.zoho.live_reserve, 0.5);
  EXPECT_EQ(config.zoho.linger.count(), 0);
  EXPECT_EQ(config.zoho.timeout.count(), 5000);
  ASSERT_TRUE(config.zoho.trigger);
  EXPECT_THAT(*config.zoho.trigger, IsEmpty());
  EXPECT_EQ(config.zoho.external_id_contact, "User_Key");
  EXPECT_EQ(config.deals.pipeline, "SaaS");
  EXPECT_EQ(config.deals.stages.at("canceled"), "Lost, may return");
  EXPECT_EQ(config.deals.stages.at("active"), "Closed Won");
  EXPECT_EQ(config.deals.roles, (Deals::Roles{true, "Decision Maker", "Purchasing", 5}));
  EXPECT_EQ(config.on_record_deleted, "recreate");
  EXPECT_EQ(config.reconcile.every_hours, 24);
  EXPECT_TRUE(config.reconcile.repair);
  EXPECT_EQ(config.check_deleted, std::chrono::minutes{15});
  EXPECT_EQ(config.log_level, "debug");
}

TEST(Keys, KeepTheirHashInLowerCaseAndTheirScopes) {
  const Config config = good("[[auth.keys]]\nname = \"platform\"\nsha256 = \"" + std::string(64, 'A') +
                             "\"\nscopes = [\"ingest\", \"read\", \"read\"]");
  ASSERT_THAT(config.keys, SizeIs(1));
  EXPECT_EQ(config.keys[0].name, "platform");
  EXPECT_EQ(config.keys[0].sha256, k_digest);
  EXPECT_THAT(config.keys[0].scopes, ElementsAre(Scope::ingest, Scope::read));
}

TEST(Tags, CanBeRenamedRecolouredMovedAndSwitchedOff) {
  const Config config = good(R"(
[tags.lifecycle.trial]
name = "Probezeit – neu"
colour = "#d297ee"
modules = ["Accounts"]
[tags.source]
whatsapp = { enabled = false, name = "wa" }
[tags.mirror]
lifecycle = "Lifecycle_Stage"
)");
  EXPECT_EQ(tag_of(config, "lifecycle", "trial").name, "Probezeit – neu");
  EXPECT_EQ(tag_of(config, "lifecycle", "trial").colour, "#D297EE");
  EXPECT_THAT(tag_of(config, "lifecycle", "trial").modules, ElementsAre("Accounts"));
  EXPECT_EQ(tag_of(config, "source", "whatsapp").name, "");
  EXPECT_EQ(tag_of(config, "source", "website").name, "source-website");
  EXPECT_THAT(config.tag_mirror, ElementsAre(std::pair("lifecycle", "Lifecycle_Stage")));
}

TEST(Tags, MayShareANameWhereTheyNeverMeet) {
  const Config config = good(R"(
[tags.source.website]
name = "pro"
[tags.plan.pro]
name = "Pro"
modules = ["Deals"]
)");
  EXPECT_EQ(tag_of(config, "plan", "pro").name, "Pro");
}

TEST(Fields, AreMergedOverTheDefaults) {
  const Config config = good(R"(
[fields.contact]
Title = false
Email = { policy = "if-empty" }
Phone = { from = "account.phone", policy = "create-only" }
Seats = "account.attributes.seats"
Mailing_State = { policy = "never" }
[fields.deal]
Renews_On = "subscription.current_period_end"
)");
  EXPECT_EQ(rule_of(config.contact_fields, "Title"), nullptr);
  EXPECT_EQ(*rule_of(config.contact_fields, "Email"), (FieldRule{"Email", "user.email", Policy::if_empty}));
  EXPECT_EQ(*rule_of(config.contact_fields, "Phone"), (FieldRule{"Phone", "account.phone", Policy::create_only}));
  EXPECT_EQ(*rule_of(config.contact_fields, "Seats"), (FieldRule{"Seats", "account.attributes.seats"}));
  EXPECT_EQ(rule_of(config.contact_fields, "Mailing_State")->policy, Policy::never);
  EXPECT_EQ(*rule_of(config.contact_fields, "First_Name"), (FieldRule{"First_Name", "user.first_name"}));
  EXPECT_EQ(rule_of(config.deal_fields, "Renews_On")->from, "subscription.current_period_end");
  EXPECT_EQ(config.account_fields, defaults().account_fields);
}

struct Fault {
  std::string_view toml;
  std::string_view key;      // of the one error
  std::string_view problem;  // a part of it
  std::string_view mend;     // a part of it
};

/// Plain characters only: CTest makes the test's name of it.
void PrintTo(const Fault& fault, std::ostream* out) {
  for (const char c : fault.key) *out << (c == '[' || c == ']' || c == ' ' ? '_' : c);
}

class EveryFault : public testing::TestWithParam<Fault> {};

TEST_P(EveryFault, IsNamedByKeyAndPlaceWithItsMend) {
  SCOPED_TRACE(GetParam().toml);
  const Loaded loaded = read(GetParam().toml);
  const std::vector<Finding> errors = errors_of(loaded);
  ASSERT_THAT(errors, SizeIs(1)) << describe(loaded.findings);
  EXPECT_EQ(errors[0].key, GetParam().key);
  EXPECT_THAT(errors[0].problem, HasSubstr(std::string(GetParam().problem)));
  EXPECT_THAT(errors[0].mend, HasSubstr(std::string(GetParam().mend)));
  EXPECT_THAT(errors[0].where, testing::StartsWith("t.toml:"));
  EXPECT_FALSE(loaded.usable());
}

INSTANTIATE_TEST_SUITE_P(
    UnknownKeys, EveryFault,
    testing::Values(Fault{"[server]\nlistn = \"127.0.0.1:1\"", "server.listn", "not a known key", "server.listen?"},
                    Fault{"[sever]\nthreads = 1", "sever", "not a known key", "did you mean server?"},
                    Fault{"linger_ms = 5", "linger_ms", "not a known key", "did you mean zoho.linger_ms?"},
                    Fault{"[zoho]\nxyzzy = 5", "zoho.xyzzy", "not a known key", "known here: dc, accounts_url"},
                    Fault{"[tags.lifecycle.trail]\nname = \"x\"", "tags.lifecycle.trail", "not a known key", "trial?"},
                    Fault{"[tags.plan.pro]\ncolor = \"#57B1FD\"", "tags.plan.pro.color", "not a known", "colour?"},
                    Fault{"[deals.stages]\ncancelled = \"Lost\"", "deals.stages.cancelled", "not a known", "canceled?"},
                    Fault{"[fields.contcat]\nTitle = false", "fields.contcat", "not a known", "fields.contact?"},
                    Fault{"[fields.contact]\nTitle = { form = \"user.title\" }", "fields.contact.Title.form",
                          "not a known key", "fields.contact.Title.from?"},
                    Fault{"server = 3", "server", "must be a table", "[server]"}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, EveryFault,
    testing::Values(Fault{"[store]\nurl = 5", "store.url", "must be text", "quotes"},
                    Fault{"[server]\nthreads = \"4\"", "server.threads", "must be a whole number", "without quotes"},
                    Fault{"[server]\nthreads = 1.5", "server.threads", "must be a whole number", "digits"},
                    Fault{"[server]\ninsecure_http = \"yes\"", "server.insecure_http", "true or false", "quotes"},
                    Fault{"[zoho]\nlive_reserve = nan", "zoho.live_reserve", "must be a number", "0.2"},
                    Fault{"[zoho]\ndc = 2020-01-01", "zoho.dc", "must be text", "quotes"},
                    Fault{"[zoho]\ntrigger = \"workflow\"", "zoho.trigger", "must be a list", "[\"workflow\"]"},
                    Fault{"[auth.keys]\nname = \"x\"", "auth.keys", "must be a list of tables", "[[auth.keys]]"},
                    Fault{"[auth]\nkeys = [1]", "auth.keys[0]", "must be a table", "[[auth.keys]]"},
                    Fault{"[fields.contact]\nTitle = 1", "fields.contact.Title", "must be the name of", "false"},
                    Fault{"[fields.contact]\nTitle = true", "fields.contact.Title", "must be the name of", "false"}));

INSTANTIATE_TEST_SUITE_P(
    WrongValues, EveryFault,
    testing::Values(
        Fault{"[server]\nlisten = \"8080\"", "server.listen", "no address and port", "127.0.0.1:8080"},
        Fault{"[server]\nlisten = \":8080\"", "server.listen", "no address and port", "127.0.0.1:8080"},
        Fault{"[server]\nlisten = \"::1:8080\"", "server.listen", "no address and port", "[::1]:8080"},
        Fault{"[server]\nlisten = \"127.0.0.1:65536\"", "server.listen", "no address and port", ":8080"},
        Fault{"[server]\nlisten = \"crm.example:80\"", "server.listen", "no address and port", ":8080"},
        Fault{"[server]\nthreads = 0", "server.threads", "out of range", "1 to 64"},
        Fault{"[zoho]\nlinger_ms = -1", "zoho.linger_ms", "out of range", "0 to 10000"},
        Fault{"[zoho]\nlinger_max_ms = 10001", "zoho.linger_max_ms", "out of range", "0 to 10000"},
        Fault{"[zoho]\nlinger_ms = 40\nlinger_max_ms = 30", "zoho.linger_max_ms", "is below zoho.linger_ms",
              "at least 40"},
        Fault{"[zoho]\ntimeout_ms = 10", "zoho.timeout_ms", "out of range", "1000 to 300000"},
        Fault{"[zoho]\nlive_reserve = 1", "zoho.live_reserve", "out of range", "0 to 0.9"},
        Fault{"[zoho]\nconcurrency = 26", "zoho.concurrency", "out of range", "0 to 25"},
        Fault{"[zoho]\ndc = \"usa\"", "zoho.dc", "us, eu, in, au, jp, cn, ca, sa, uk, ae", "did you mean \"us\"?"},
        Fault{"[zoho]\ndc = \"xx\"", "zoho.dc", "does not know \"xx\"", "choose one of them"},
        Fault{"[zoho]\nedition = \"Enterprise\"", "zoho.edition", "does not know", "\"enterprise\"?"},
        Fault{"[zoho]\ntrigger = [\"workflows\"]", "zoho.trigger", "does not know", "\"workflow\"?"},
        Fault{"[zoho]\napi_url = \"http://api.example\"", "zoho.api_url", "must be https", "zoho.dc"},
        Fault{"[zoho]\napi_url = \"https://a.example/crm\"", "zoho.api_url", "host and port only", "zoho.dc"},
        Fault{"[zoho]\napi_url = \"https://u@a.example\"", "zoho.api_url", "host and port only", "zoho.dc"},
        Fault{"[zoho]\napi_url = \"ftp://a.example\"", "zoho.api_url", "no http or https", "zoho.dc"},
        Fault{"[zoho]\napi_url = \"https://\"", "zoho.api_url", "names no host", "zoho.dc"},
        Fault{"[zoho]\napi_url = \"https://a.example:0\"", "zoho.api_url", "host and port only", "zoho.dc"},
        Fault{"[store]\nurl = \"mysql://db\"", "store.url", "names no store", "sqlite:zohosync.db"},
        Fault{"[store]\nurl = \"sqlite:\"", "store.url", "names no store", "sqlite:zohosync.db"},
        Fault{"[users]\non_delete = \"erased\"", "users.on_delete", "keep, erase", "\"erase\"?"},
        Fault{"[people]\non_deleted = \"create\"", "people.on_deleted", "hold, recreate, leave", "\"recreate\"?"},
        Fault{"[people]\non_merged = \"leave\"", "people.on_merged", "follow", "choose"},
        Fault{"[log]\nlevel = \"warning\"", "log.level", "debug, info, warn, error", "choose"},
        Fault{"[deals.stages]\ntrialing = \"Demo\"", "deals.stages.trialing", "a trial makes no Deal", "leave it out"},
        Fault{"[deals.roles]\nmax_others = 100", "deals.roles.max_others", "out of range", "99"},
        Fault{"[deals.roles]\nenabled = true\nprimary = \"\"", "deals.roles", "neither primary nor others",
              "enabled = false"},
        Fault{"[deals.stages]\nactive = \" \"", "deals.stages.active", "is empty", "name"},
        Fault{"[external_ids]\ndeal = \"Sub ID\"", "external_ids.deal", "no API name", "API names"},
        Fault{"[external_ids]\ndeal = \"1_ID\"", "external_ids.deal", "no API name", "API names"}));

INSTANTIATE_TEST_SUITE_P(
    Secrets, EveryFault,
    testing::Values(
        Fault{"[zoho]\nclient_secret = \"x\"", "zoho.client_secret", "is a secret", "zoho.client_secret_file"},
        Fault{"[zoho]\nclient_id = \"x\"", "zoho.client_id", "is a secret", "ZOHO_CLIENT_ID"},
        Fault{"[zoho]\nrefresh_token = \"x\"", "zoho.refresh_token", "is a secret", "ZOHO_REFRESH_TOKEN"},
        Fault{"[zoho]\nrefresh_tokn = \"x\"", "zoho.refresh_tokn", "not a known key", "zoho.refresh_token_file?"},
        Fault{"[zoho]\nclient_id_file = \"/nonexistent/id\"", "zoho.client_id_file", "cannot be found", "the path"},
        Fault{"[zoho]\nclient_id_file = \"/tmp\"", "zoho.client_id_file", "cannot be read as a secret", "small file"},
        Fault{"[store]\nurl = \"postgresql://u:p@h/d\"", "store.url", "holds a password", "ZOHOSYNC_STORE_URL"},
        Fault{"[store]\nurl = \"postgresql://h/d?password=p\"", "store.url", "holds a password", "PGPASSFILE"}));

INSTANTIATE_TEST_SUITE_P(
    Tags, EveryFault,
    testing::Values(
        Fault{"[tags.plan.pro]\nname = \"abcdefghijklmnopqrstuvwxyz\"", "tags.plan.pro.name", "25 characters",
              "shorten"},
        Fault{"[tags.plan.pro]\nname = \"a,b\"", "tags.plan.pro.name", "refuses in tags", "< > ,"},
        Fault{"[tags.plan.pro]\nname = \"a<b\"", "tags.plan.pro.name", "refuses in tags", "< > ,"},
        Fault{"[tags.plan.pro]\nname = \"\\U0001F600\"", "tags.plan.pro.name", "refuses in tags", "emoji"},
        Fault{"[tags.plan.pro]\nname = \"\"", "tags.plan.pro.name", "is empty", "enabled = false"},
        Fault{"[tags.plan.pro]\nname = \" pro\"", "tags.plan.pro.name", "a blank", "take it away"},
        Fault{"[tags.plan.pro]\ncolour = \"#000000\"", "tags.plan.pro.colour", "palette", "#F17574"},
        Fault{"[tags.plan.pro]\nmodules = [\"Leads\"]", "tags.plan.pro.modules", "does not know \"Leads\"",
              "\"Deals\"?"},
        Fault{"[tags.plan.pro]\nmodules = []", "tags.plan.pro.modules", "is empty", "enabled = false"},
        Fault{"[tags.source.website]\nmodules = [\"Deals\"]", "tags.source.website.modules", "only Contacts", "choose"},
        Fault{"[tags.plan.pro]\nname = \"Plan-Base\"", "tags.plan.pro.name", "the name of tags.plan.base too",
              "another"},
        Fault{"[tags.plan.base]\nname = \"plan-pro\"", "tags.plan.base.name", "the name of tags.plan.pro too",
              "another"},
        Fault{"[tags.mirror]\ncompliance = \"Flags\"", "tags.mirror.compliance", "cannot be mirrored", "leave it out"},
        Fault{"[tags.mirror]\nlifecycle = \"Life cycle\"", "tags.mirror.lifecycle", "no API name", "API names"},
        Fault{"[tags.mirror]\nsource = \"Email\"", "tags.mirror.source", "fields.contact.Email fills too", "another"}));

INSTANTIATE_TEST_SUITE_P(
    Fields, EveryFault,
    testing::Values(
        Fault{"[fields.contact]\nLast_Name = \"user.last_name\"", "fields.contact.Last_Name", "rule for names",
              "leave it out"},
        Fault{"[fields.account]\nAccount_Name = \"account.name\"", "fields.account.Account_Name", "rule for names", ""},
        Fault{"[fields.deal]\nStage = \"subscription.status\"", "fields.deal.Stage", "[deals.stages]", ""},
        Fault{"[fields.deal]\nClosing_Date = false", "fields.deal.Closing_Date", "first paid day", ""},
        Fault{"[fields.deal]\nOwner = \"account.name\"", "fields.deal.Owner", "is a link", ""},
        Fault{"[fields.contact]\nemail = \"user.email\"", "fields.contact.email", "in its case",
              "fields.contact.Email?"},
        Fault{"[fields.contact]\n\"Job Title\" = \"user.title\"", "fields.contact.Job Title", "no API name", ""},
        Fault{"[fields.contact]\nTitle = \"user.titel\"", "fields.contact.Title", "cannot come from \"user.titel\"",
              "\"user.title\"?"},
        Fault{"[fields.contact]\nTitle = \"qqqq\"", "fields.contact.Title", "cannot come from", "user.attributes.NAME"},
        Fault{"[fields.contact]\nKey = \"user.id\"", "fields.contact.Key", "cannot come from", "[external_ids]"},
        Fault{"[fields.contact]\nX = \"user.attributes.\"", "fields.contact.X", "cannot come from", ""},
        Fault{"[fields.contact]\nX = \"subscription.plan\"", "fields.contact.X", "cannot come from", ""},
        Fault{"[fields.account]\nX = \"user.attributes.x\"", "fields.account.X", "cannot come from", ""},
        Fault{"[fields.contact]\nX = \"user.compliance\"", "fields.contact.X", "cannot come from", ""},
        Fault{"[fields.contact]\nX = { policy = \"never\" }", "fields.contact.X", "where its value comes from", "from"},
        Fault{"[fields.contact]\nTitle = { policy = \"if_empty\" }", "fields.contact.Title.policy", "does not know",
              "\"if-empty\"?"},
        Fault{"[external_ids]\ncontact = \"Email\"", "external_ids.contact", "fields.contact.Email fills too", ""},
        Fault{"[external_ids]\ncontact = \"Last_Name\"", "external_ids.contact", "rule for names", "custom field"}));

constexpr std::string_view k_key_head = "[[auth.keys]]\nname = \"a\"\nsha256 = ";
const std::string k_bad_digest = std::string(k_key_head) + "\"abc\"\nscopes = [\"read\"]";
const std::string k_bad_scope = std::string(k_key_head) + "\"" + k_digest + "\"\nscopes = [\"write\", \"raed\"]";
const std::string k_no_scopes = std::string(k_key_head) + "\"" + k_digest + "\"\nscopes = []";
const std::string k_missing_scopes = std::string(k_key_head) + "\"" + k_digest + "\"";
const std::string k_plain_key = k_missing_scopes + "\nscopes = [\"read\"]\nkey = \"secret\"";
const std::string k_named = "\nsha256 = \"" + k_digest + "\"\nscopes = [\"read\"]\n";

INSTANTIATE_TEST_SUITE_P(Auth, EveryFault,
                         testing::Values(Fault{k_bad_digest, "auth.keys[0].sha256", "64 hex digits", "sha256sum"},
                                         Fault{k_no_scopes, "auth.keys[0].scopes", "is empty",
                                               "ingest, read, token, admin"},
                                         Fault{k_missing_scopes, "auth.keys[0].scopes", "is missing", "scopes ="},
                                         Fault{k_plain_key, "auth.keys[0].key", "is a secret", "sha256"},
                                         Fault{"[[auth.webhooks]]\nname = \"p\"\nscheme = \"standard\"",
                                               "auth.webhooks[0]", "has no secret", "ZOHOSYNC_WEBHOOK_P_SECRETS"},
                                         Fault{"[[auth.webhooks]]\nname = \"p q\"\nscheme = \"stripe\"",
                                               "auth.webhooks[0].name", "letters", "plain"}));

const std::string k_long_socket = "[server]\nsocket = \"/" + std::string(107, 'x') + "\"";

INSTANTIATE_TEST_SUITE_P(
    Socket, EveryFault,
    testing::Values(Fault{"[server]\nsocket = \"\"", "server.socket", "is empty", "/run/zohosync"},
                    Fault{k_long_socket, "server.socket", "107 bytes", "shorter"},
                    Fault{"[server]\nsocket_mode = 660", "server.socket_mode", "text", ""},
                    Fault{"[server]\nsocket_mode = \"0669\"", "server.socket_mode", "no file mode", "0660"},
                    Fault{"[server]\nsocket_mode = \"0666\"", "server.socket_mode", "nobody beyond the group", "0660"},
                    Fault{"[server]\nsocket_mode = \"0060\"", "server.socket_mode", "owner", "0600"},
                    Fault{"[server]\nsocket_scopes = []", "server.socket_scopes", "is empty", "token"},
                    Fault{"[server]\nsocket_scopes = [\"all\"]", "server.socket_scopes", "", ""},
                    Fault{"[zoho]\nextra_scopes = [\"Desk\"]", "zoho.extra_scopes", "no OAuth scope",
                          "Desk.tickets.READ"},
                    Fault{"[zoho]\nextra_scopes = \"Desk.tickets.READ\"", "zoho.extra_scopes", "list", ""}));

TEST(Socket, IsForTokensOfTheGroupUnlessSaidOtherwise) {
  const Config plain = good("[server]\nsocket = \"/run/zohosync/s\"");
  EXPECT_EQ(plain.server.socket, "/run/zohosync/s");
  EXPECT_EQ(plain.server.socket_mode, 0660U);
  EXPECT_THAT(plain.server.socket_scopes, ElementsAre(Scope::token));
  const Config other = good("[server]\nsocket_mode = \"600\"\nsocket_scopes = [\"read\", \"token\"]");
  EXPECT_EQ(other.server.socket_mode, 0600U);
  EXPECT_THAT(other.server.socket_scopes, ElementsAre(Scope::read, Scope::token));
}

TEST(ExtraScopes, HoldDesksOnceWhereDeskIsSwitchedOn) {
  EXPECT_THAT(good("[zoho]\nextra_scopes = [\"ZohoBooks.invoices.READ\"]").zoho.extra_scopes,
              ElementsAre("ZohoBooks.invoices.READ"));
  EXPECT_THAT(good("[zoho]\nextra_scopes = [\"Desk.tickets.READ\"]\n[desk]\nenabled = true").zoho.extra_scopes,
              testing::UnorderedElementsAre("Desk.tickets.READ", "Desk.tickets.CREATE", "Desk.contacts.CREATE",
                                            "Desk.contacts.READ", "Desk.search.READ", "Desk.basic.READ"));
  EXPECT_THAT(good("", {{"ZOHOSYNC_ZOHO_EXTRA_SCOPES", "A.b.READ, C.d.ALL"}}).zoho.extra_scopes,
              ElementsAre("A.b.READ", "C.d.ALL"));
}

TEST(Faults, AreAllToldInOneGoInTheOrderOfTheFile) {
  const Loaded loaded =
      read("[zoho]\ntimeout_ms = 1\ndc = \"uss\"\n[server]\nlistn = 1\nthreads = 99\n[log]\nlevel = 1");
  std::vector<std::string> keys;
  for (const Finding& finding : errors_of(loaded)) keys.push_back(finding.key);
  EXPECT_THAT(keys, ElementsAre("zoho.timeout_ms", "zoho.dc", "server.listn", "server.threads", "log.level"));
}

TEST(Faults, CarryLineAndColumn) {
  const Loaded loaded = read("[server]\n  threads = 0\n[zoho]\ntrigger = [\"workflow\",\n  \"flow\"]");
  const auto errors = errors_of(loaded);
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].where, "t.toml:2:3");
  EXPECT_EQ(errors[1].where, "t.toml:5:3");
}

TEST(Faults, OfTheSyntaxAreOneFindingWithItsPlace) {
  const Loaded loaded = read("[server]\nlisten = \n");
  ASSERT_THAT(loaded.findings, SizeIs(1));
  EXPECT_THAT(loaded.findings[0].where, testing::StartsWith("t.toml:2:"));
  EXPECT_THAT(loaded.findings[0].problem, HasSubstr("not TOML"));
  EXPECT_FALSE(loaded.usable());
}

TEST(Faults, OfCharactersThatTomlDoesNotKnowOutsideStringsHaveTheirPlace) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"é = 1", "t.toml:1:1"},
      {"# é\n[log]\nlevel = é", "t.toml:3:9"},
      {"[log]\nlevel = \"\\\"é\" é", "t.toml:2:15"},
      {"[log]\nlevel = 'é\\' é", "t.toml:2:14"},
      {"[log]\nlevel = \"\"\"\\\né\"\"\"", "t.toml:3:1"},
      {"[log]\nlevel = \"\"\"\"\"\"\"é", "t.toml:2:16"},
      {"[log]\nlevel = \"ab\xFF\"", "t.toml:2:12"},
      {"[log]\nlevel = \"é\xE2\x82\"", "t.toml:2:11"},
  };
  for (const auto& [toml, where] : cases) {
    const Loaded loaded = read(toml);
    ASSERT_THAT(loaded.findings, SizeIs(1)) << toml;
    EXPECT_EQ(loaded.findings[0].where, where) << toml;
  }
}

TEST(Texts, MayHoldAnyCharacterAndSoMayComments) {
  EXPECT_EQ(good("\xEF\xBB\xBF# 名\ndeals.pipeline = \"Größe 名\" # ü\n").deals.pipeline, "Größe 名");
  EXPECT_EQ(good("deals.pipeline = 'é\\'").deals.pipeline, "é\\");
  EXPECT_EQ(good("deals.pipeline = \"\"\"plain\"\"\"").deals.pipeline, "plain");
}

TEST(Faults, OfTwoUnknownScopesAreTwo) { EXPECT_THAT(errors_of(read(k_bad_scope)), SizeIs(2)); }

TEST(Faults, NeverRepeatASecret) {
  const Loaded loaded = read("[zoho]\nclient_secret = \"hunter2\"\n[store]\nurl = \"postgres://u:hunter2@h/d\"");
  EXPECT_THAT(errors_of(loaded), SizeIs(2));
  EXPECT_THAT(describe(loaded.findings), testing::Not(HasSubstr("hunter2")));
}

TEST(Faults, AreDescribedErrorsFirstWithPlaceAndMend) {
  const std::string text = describe({{false, "ZOHOSYNC_X", "", "changes nothing", "take it away"},
                                     {true, "t.toml:1:2", "zoho.dc", "is wrong", "mend it"}});
  EXPECT_EQ(text, "error: t.toml:1:2: zoho.dc is wrong; mend it\nwarning: ZOHOSYNC_X: changes nothing; take it away\n");
}

TEST(Keys, MustDifferInNameAndHash) {
  const Loaded loaded = read("[[auth.keys]]\nname = \"a\"" + k_named + "[[auth.keys]]\nname = \"a\"" + k_named);
  const auto errors = errors_of(loaded);
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].key, "auth.keys[1].name");
  EXPECT_EQ(errors[1].key, "auth.keys[1].sha256");
  EXPECT_THAT(errors[0].where, testing::StartsWith("t.toml:6:"));
}

TEST(Suggestion, IsTheNearestOfThoseThatAreNearEnough) {
  constexpr std::array<std::string_view, 3> known{"listen", "threads", "tls_cert"};
  EXPECT_EQ(nearest("listne", known), "listen");
  EXPECT_EQ(nearest("THREADS", known), "threads");
  EXPECT_EQ(nearest("banana", known), "");
  EXPECT_EQ(nearest("x", known), "");
}

TEST(Address, KnowsLoopback) {
  for (const char* text : {"127.0.0.1", "127.9.9.9", "::1"}) EXPECT_TRUE(is_loopback(text)) << text;
  for (const char* text : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "localhost"}) EXPECT_FALSE(is_loopback(text));
  EXPECT_EQ(parse_endpoint("localhost:80")->address, "127.0.0.1");
}

TEST(Address, MayBePlainHttpOnLoopbackOnly) {
  for (const char* text : {"http://127.0.0.1:8090", "http://localhost:8090", "http://[::1]:1", "https://a.example"}) {
    EXPECT_EQ(parse_origin(text).value_or("?"), text);
  }
  EXPECT_FALSE(parse_origin("http://0.0.0.0:80"));
  EXPECT_FALSE(parse_origin("http://127.0.0.1.example.com"));
  EXPECT_FALSE(parse_origin("https://a.example?x=1"));
}

TEST(ApiBase, FollowsTheEnvironmentOfTheTokenWithinItsDataCentre) {
  Zoho zoho;
  for (const std::string_view name : data_centre_names()) {
    const DataCentre centre = *data_centre(name);
    zoho.dc = name;
    zoho.api_url = centre.api;
    EXPECT_EQ(api_base(zoho, centre.api).value(), centre.api);
    std::string sandbox(centre.api);
    sandbox.replace(sandbox.find("www"), 3, "sandbox");
    EXPECT_EQ(api_base(zoho, sandbox).value(), sandbox);
    EXPECT_EQ(api_base(zoho, "").value(), centre.api) << "an answer need not tell";
  }
}

TEST(ApiBase, NamesTheOtherDataCentreOfAToken) {
  Zoho zoho;
  zoho.api_url = data_centre("us")->api;
  const auto base = api_base(zoho, "https://www.zohoapis.eu");
  ASSERT_FALSE(base);
  EXPECT_TRUE(base.error().text.contains("zoho.dc = \"eu\"")) << base.error().text;
}

TEST(ApiBase, SendsNoTokenToAHostOutsideTheTable) {
  Zoho zoho;
  zoho.api_url = data_centre("us")->api;
  for (const char* host : {"https://www.zohoapis.com.evil.example", "http://www.zohoapis.com", "https://evil.example",
                           "https://www.zohoapis.com@evil.example", "https://files.zohoapis.com"}) {
    EXPECT_FALSE(api_base(zoho, host)) << host;
  }
}

TEST(ApiBase, AConfiguredAddressStays) {
  Zoho zoho;
  zoho.api_url = "http://127.0.0.1:8090";
  EXPECT_EQ(api_base(zoho, "https://www.zohoapis.eu").value(), zoho.api_url);
}

}  // namespace
}  // namespace zs::config
