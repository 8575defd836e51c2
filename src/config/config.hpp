#pragma once
// The whole configuration as one checked value: what serve, setup, doctor and the tests run on.
// Written in TOML (interface.md 2); every scalar can come from ZOHOSYNC_<SECTION>_<KEY> too.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace zs::config {

enum class Scope : std::uint8_t { ingest, read, token, admin };

struct ApiKey {
  std::string name;
  std::string sha256;  // lower-case hex of the key
  std::vector<Scope> scopes;

  bool operator==(const ApiKey&) const = default;
};

enum class WebhookScheme : std::uint8_t { standard, stripe };

struct Webhook {
  std::string name;
  WebhookScheme scheme = WebhookScheme::standard;
  std::string secrets_file;
  std::vector<std::string> secrets;  // read from the file or ZOHOSYNC_WEBHOOK_<NAME>_SECRETS

  bool operator==(const Webhook&) const = default;
};

/// Somebody who is told of changes of the id map: docs/changes.md.
struct OutgoingWebhook {
  std::string name;
  std::string url;
  std::string secrets_file;
  std::vector<std::string> secrets;  // read from the file or ZOHOSYNC_WEBHOOK_OUT_<NAME>_SECRETS
  std::vector<std::string> changes;  // linked, relinked, merged, unlinked, erased; empty: all
  std::chrono::seconds timeout{20};

  bool operator==(const OutgoingWebhook&) const = default;
};

struct Server {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string tls_cert;
  std::string tls_key;
  bool insecure_http = false;
  std::string socket;  // path of a Unix socket beside the port; empty: none
  unsigned socket_mode = 0660;
  std::vector<Scope> socket_scopes{Scope::token};  // what those may do who may open it
  int threads = 1;
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_events_per_request = 1000;
  std::size_t max_backlog = 10'000'000;

  bool operator==(const Server&) const = default;
};

struct Store {
  std::string url = "sqlite:zohosync.db";  // or postgresql://…

  bool operator==(const Store&) const = default;
};

struct Zoho {
  std::string dc = "us";
  std::string accounts_url;  // derived from dc unless set
  std::string api_url;
  std::string desk_url;
  std::string edition;  // empty: asked of Zoho
  int concurrency = 0;  // 0: the edition's
  std::int64_t daily_credits = 0;
  double live_reserve = 0.2;
  std::chrono::milliseconds linger{25};
  std::chrono::milliseconds linger_max{500};
  std::chrono::milliseconds timeout{30'000};
  std::optional<std::vector<std::string>> trigger;  // absent: {"workflow"}; backfill always []
  std::string client_id;                            // from client_id_file or ZOHO_CLIENT_ID
  std::string client_secret;
  std::string refresh_token;
  std::string client_id_file;
  std::string client_secret_file;
  std::string refresh_token_file;
  std::vector<std::string> extra_scopes;  // OAuth scopes beside our own: of the sibling services, and of [desk]
  std::string external_id_contact = "Platform_User_ID";
  std::string external_id_account = "Platform_Account_ID";
  std::string external_id_deal = "Platform_Subscription_ID";

  bool operator==(const Zoho&) const = default;
};

/// One tag of the taxonomy: the value of its axis, the name in Zoho, its colour. An empty name is switched off.
struct Tag {
  std::string axis;                  // lifecycle, plan, source, compliance
  std::string value;                 // trial, base, website, gdpr, …
  std::string name;                  // lifecycle-trial, …
  std::string colour;                // one of Zoho's 13, upper case; see zoho/crm-api.md 3.1
  std::vector<std::string> modules;  // Contacts, Accounts, Deals

  bool operator==(const Tag&) const = default;
};

struct Deals {
  std::map<std::string, std::string> stages;  // subscription status -> Zoho stage
  std::string pipeline;                       // empty: the org's default where pipelines are on

  /// Contact roles beside a Deal, by the names of the org's roles; a Deal's costs a credit, and a change of them two.
  struct Roles {
    bool enabled = false;
    std::string primary = "Decision Maker";  // of the subscription's user; empty: none
    std::string others;                      // of the account's other users; empty: none
    std::int64_t max_others = 20;

    bool operator==(const Roles&) const = default;
  };
  Roles roles{};

  bool operator==(const Deals&) const = default;
};

enum class Policy : std::uint8_t { platform, if_empty, create_only, never };

/// Where a CRM field's value comes from: `user.email`, `account.attributes.seats`, …
struct FieldRule {
  std::string field;  // Zoho api name
  std::string from;
  Policy policy = Policy::platform;

  bool operator==(const FieldRule&) const = default;
};

struct Reconcile {
  std::int64_t every_hours = 0;  // 0: only when asked to
  bool repair = false;           // of the runs by schedule

  bool operator==(const Reconcile&) const = default;
};

/// Tickets in Zoho Desk: docs/desk.md.
struct Desk {
  bool enabled = false;
  std::string org_id;         // empty: the only one of the credentials
  std::string department_id;  // of tickets that name none; empty: the only one
  std::string correlation_field = "cf_correlation_id";
  std::string crm_contact_field;    // of Desk's contacts; empty: there is none
  std::string platform_user_field;  // of Desk's contacts; empty: there is none
  std::string on_unsynced = "wait";
  std::chrono::seconds wait{10};
  std::chrono::seconds contact_sync{0};
  std::chrono::seconds index_lag{180};
  std::chrono::hours keep{24};
  std::map<std::string, std::string> fields;    // of the ticket -> what fills it
  std::map<std::string, std::string> priority;  // plan -> priority

  bool operator==(const Desk&) const = default;
};

struct Config {
  Server server;
  Store store;
  Zoho zoho;
  std::vector<ApiKey> keys;
  std::vector<Webhook> webhooks;
  std::vector<OutgoingWebhook> outgoing_webhooks;
  std::chrono::days keep_changes{90};             // of the id map
  std::vector<Tag> tags;                          // the taxonomy, as renamed, recoloured, moved or switched off
  std::map<std::string, std::string> tag_mirror;  // exclusive axis -> picklist field that repeats its value
  Deals deals;
  Desk desk;
  std::vector<FieldRule> contact_fields;
  std::vector<FieldRule> account_fields;
  std::vector<FieldRule> deal_fields;
  std::string on_user_delete = "keep";
  std::string on_record_deleted = "hold";
  std::string on_record_merged = "follow";
  Reconcile reconcile;
  std::chrono::minutes check_deleted{60};  // how often Zoho is asked what people deleted; 0: never
  std::string log_level = "info";

  bool operator==(const Config&) const = default;
};

/// The configuration with all defaults of interface.md 2 and 3, no credentials.
[[nodiscard]] Config defaults();

/// One thing wrong (or doubtful) with a configuration, and what would mend it.
struct Finding {
  bool is_error = true;
  std::string where;    // "zohosync.toml:12:3", "ZOHOSYNC_SERVER_LISTEN", or the file where a key is absent
  std::string key;      // "zoho.linger_ms"; empty when the fault is the document's
  std::string problem;  // finishes the sentence "<key> …"
  std::string mend;     // what to do, as an order
};

using Environment = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Environment process_environment();

struct Loaded {
  Config config;
  std::vector<Finding> findings;  // warnings too
  std::string file;               // empty when there was none

  [[nodiscard]] bool usable() const;
};

/// `--config`, else ./zohosync.toml, else $ZOHOSYNC_CONFIG, else /etc/zohosync/zohosync.toml, else defaults and
/// environment alone. Findings carry every fault, not only the first. Secret files are read here; paths are
/// relative to the working directory. Missing credentials are no error: the daemon runs and says what it lacks.
[[nodiscard]] Loaded load(const std::string& explicit_file, const Environment& environment);

/// The same from a text: for tests and for `init`, which checks what it writes.
[[nodiscard]] Loaded parse(std::string_view toml, std::string_view name, const Environment& environment);

/// The findings as lines for people, errors first.
[[nodiscard]] std::string describe(const std::vector<Finding>& findings);

/// A commented configuration; `key_sha256` is the hash of the printed key.
[[nodiscard]] std::string commented_template(std::string_view key_sha256);

/// Hosts of a data centre; empty accounts for an unknown one. Source: zoho/oauth-and-desk.md 2.
struct DataCentre {
  std::string_view name, accounts, api, desk;
};
[[nodiscard]] std::optional<DataCentre> data_centre(std::string_view name);
[[nodiscard]] std::vector<std::string_view> data_centre_names();
/// The data centre whose accounts server this is; empty for any other host.
[[nodiscard]] std::optional<DataCentre> data_centre_of_accounts(std::string_view accounts_url);

/// Where API calls go, given the `api_domain` of a token answer: a configured zoho.api_url stays; else the data
/// centre's host of the token's environment (production, sandbox, developer). An error for another data centre's host
/// and for any host that is not Zoho's: tokens are sent nowhere else.
[[nodiscard]] Result<std::string> api_base(const Zoho& zoho, std::string_view api_domain);

}  // namespace zs::config
