#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/suggest.hpp"

namespace zs::config {
namespace {

// Zoho's own limits end at 25 calls at once (zoho/crm-api.md 5.3); the others keep slips of the keyboard out.
constexpr std::int64_t k_max_concurrency = 25;
constexpr std::int64_t k_max_credits = 1'000'000'000;
constexpr std::int64_t k_max_hours = 24 * 366;
constexpr std::int64_t k_max_linger_ms = 10'000;
constexpr std::int64_t k_max_check_minutes = 30 * 24 * 60;  // deletions are listed for 60 days
constexpr std::int64_t k_max_keep_days = 3'650;
constexpr std::int64_t k_min_timeout_ms = 1'000;
constexpr std::int64_t k_max_timeout_ms = 300'000;

constexpr std::array<std::string_view, 5> k_editions{"free", "standard", "professional", "enterprise", "ultimate"};
constexpr std::array<std::string_view, 5> k_triggers{"workflow", "approval", "blueprint", "pathfinder",
                                                     "orchestration"};

void read_store_url(std::string& url, const Value& value, const At& at) {
  auto text = as_text(value, at);
  if (!text) return;
  const std::string_view given = trim(*text);
  const bool sqlite = given.starts_with("sqlite:") && given.size() > std::string_view("sqlite:").size();
  const bool postgres = given.starts_with("postgresql://");
  // The text itself stays out of the message: it may hold a password.
  if (!sqlite && !postgres) {
    at.error(value, "names no store", R"(write it like "sqlite:zohosync.db" or "postgresql://user@host/db")");
  } else if (postgres && !value.from_environment && has_password(given)) {
    at.error(value, "holds a password and secrets do not stand here",
             "leave it out and give PGPASSFILE, or the whole address as ZOHOSYNC_STORE_URL");
  } else {
    url = given;
  }
}

Shape origin(std::string_view name, std::string& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    const auto text = as_text(value, at);
    if (!text) return;
    auto checked = parse_origin(trim(*text));
    if (checked) {
      target = std::move(*checked);
    } else {
      at.error(value, checked.error().text, "write it like \"https://www.zohoapis.eu\", or leave it to zoho.dc");
    }
  });
}

/// A number of what the target counts in.
template <class Span>
Shape span_of_time(std::string_view name, Span& target, std::int64_t low, std::int64_t high) {
  return setting(name, [&target, low, high](const Value& value, const At& at) {
    if (const auto number = as_integer(value, at, low, high)) target = Span{*number};
  });
}

/// "ZohoCRM.modules.contacts.READ" (zoho/oauth-and-desk.md 1.8)
bool is_oauth_scope(std::string_view text) {
  return text.contains('.') && text.front() != '.' && text.back() != '.' && std::ranges::all_of(text, [](char c) {
           return c == '.' || c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

Shape zoho_section(Zoho& zoho) {
  const auto read_extra_scopes = [&zoho](const Value& value, const At& at) {
    auto scopes = as_words(value, at, is_oauth_scope, "is no OAuth scope", "write it like Desk.tickets.READ");
    if (scopes) zoho.extra_scopes = std::move(*scopes);
  };
  const auto read_trigger = [&zoho](const Value& value, const At& at) {
    if (auto chosen = as_choices(value, at, k_triggers)) zoho.trigger = std::move(*chosen);
  };
  return table(
      "zoho",
      {choice("dc", zoho.dc, data_centre_names()), origin("accounts_url", zoho.accounts_url),
       origin("api_url", zoho.api_url), origin("desk_url", zoho.desk_url),
       choice("edition", zoho.edition, {k_editions.begin(), k_editions.end()}),
       integer("concurrency", zoho.concurrency, 0, k_max_concurrency),
       integer("daily_credits", zoho.daily_credits, 0, k_max_credits), real("live_reserve", zoho.live_reserve, 0, 0.9),
       span_of_time("linger_ms", zoho.linger, 0, k_max_linger_ms),
       span_of_time("linger_max_ms", zoho.linger_max, 0, k_max_linger_ms),
       span_of_time("timeout_ms", zoho.timeout, k_min_timeout_ms, k_max_timeout_ms), setting("trigger", read_trigger),
       setting("extra_scopes", read_extra_scopes), text("client_id_file", zoho.client_id_file),
       text("client_secret_file", zoho.client_secret_file), text("refresh_token_file", zoho.refresh_token_file),
       refused_secret("client_id", "set ZOHO_CLIENT_ID or zoho.client_id_file"),
       refused_secret("client_secret", "set ZOHO_CLIENT_SECRET or zoho.client_secret_file"),
       refused_secret("refresh_token", "set ZOHO_REFRESH_TOKEN or zoho.refresh_token_file")});
}

Shape external_ids_section(Zoho& zoho) {
  return table("external_ids",
               {api_name("contact", zoho.external_id_contact), api_name("account", zoho.external_id_account),
                api_name("deal", zoho.external_id_deal)});
}

Shape filled(std::string_view name, std::string& target) {
  return setting(name, [&target](const Value& value, const At& at) {
    const auto words = as_text(value, at);
    if (!words) return;
    target = trim(*words);
    if (target.empty()) at.error(value, "is empty", "write the name that Zoho shows, or leave the key out");
  });
}

Shape deals_section(Deals& deals) {
  std::vector<Shape> stages;
  for (auto& [status, stage] : deals.stages) stages.push_back(filled(status, stage));
  stages.push_back(refused("trialing", "has no stage, because a trial makes no Deal", "leave it out"));
  // One call sets a hundred, and the user's is among them.
  constexpr std::int64_t k_most_others = 99;
  Deals::Roles& roles = deals.roles;
  return table("deals", {filled("pipeline", deals.pipeline), table("stages", std::move(stages)),
                         table("roles", {boolean("enabled", roles.enabled), text("primary", roles.primary),
                                         text("others", roles.others),
                                         integer("max_others", roles.max_others, 1, k_most_others)})});
}

/// What `[desk]` needs of Desk (zoho/oauth-and-desk.md 3.1).
void settle_scopes(Config& config) {
  if (!config.desk.enabled) return;
  for (const char* scope : {"Desk.tickets.CREATE", "Desk.tickets.READ", "Desk.contacts.CREATE", "Desk.contacts.READ",
                            "Desk.search.READ", "Desk.basic.READ"}) {
    if (std::ranges::find(config.zoho.extra_scopes, scope) == config.zoho.extra_scopes.end())
      config.zoho.extra_scopes.emplace_back(scope);
  }
}

void settle_hosts(Zoho& zoho) {
  const auto hosts = data_centre(zoho.dc);
  if (!hosts) return;
  if (zoho.accounts_url.empty()) zoho.accounts_url = hosts->accounts;
  if (zoho.api_url.empty()) zoho.api_url = hosts->api;
  if (zoho.desk_url.empty()) zoho.desk_url = hosts->desk;
}

}  // namespace

std::vector<Shape> schema(Draft& draft) {
  Config& config = draft.config;
  const auto read_url = [&config](const Value& value, const At& at) { read_store_url(config.store.url, value, at); };
  return {server_section(config.server),
          table("store", {setting("url", read_url)}),
          zoho_section(config.zoho),
          external_ids_section(config.zoho),
          auth_section(config),
          webhooks_section(config),
          table("mappings", {span_of_time("keep_changes_days", config.keep_changes, 1, k_max_keep_days)}),
          tags_section(draft),
          deals_section(config.deals),
          desk_section(config.desk),
          fields_section(config),
          table("users", {choice("on_delete", config.on_user_delete, {"keep", "erase"})}),
          table("people", {choice("on_deleted", config.on_record_deleted, {"hold", "recreate", "leave"}),
                           choice("on_merged", config.on_record_merged, {"follow"}),
                           span_of_time("check_deleted_minutes", config.check_deleted, 0, k_max_check_minutes)}),
          table("reconcile", {integer("every_hours", config.reconcile.every_hours, 0, k_max_hours),
                              boolean("repair", config.reconcile.repair)}),
          table("log", {choice("level", config.log_level, {"debug", "info", "warn", "error"})})};
}

Config read_document(Value document, const Environment& environment, Report& report) {
  Draft draft;
  Config& config = draft.config;
  config.zoho.accounts_url.clear();
  config.zoho.api_url.clear();
  config.zoho.desk_url.clear();
  const std::vector<Shape> shapes = schema(draft);
  lay_environment_over(document, environment, shapes, report);
  read_members(document, "", shapes, report, shapes);
  for (const std::size_t index : draft.tags_off) config.tags[index].name.clear();
  settle_hosts(config.zoho);
  settle_scopes(config);
  read_secrets(config, environment, report);
  lint(config, report);
  return std::move(config);
}

}  // namespace zs::config
