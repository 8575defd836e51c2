#include "config/schema.hpp"

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
constexpr std::int64_t k_max_body = 64 * 1024 * 1024;
constexpr std::int64_t k_max_events = 100'000;
constexpr std::int64_t k_max_backlog = 1'000'000'000;
constexpr std::int64_t k_max_linger_ms = 10'000;
constexpr std::int64_t k_min_timeout_ms = 1'000;
constexpr std::int64_t k_max_timeout_ms = 300'000;

constexpr std::array<std::string_view, 5> k_editions{"free", "standard", "professional", "enterprise", "ultimate"};
constexpr std::array<std::string_view, 5> k_triggers{"workflow", "approval", "blueprint", "pathfinder",
                                                     "orchestration"};

void read_listen(Server& server, const Value& value, const At& at) {
  const auto text = as_text(value, at);
  if (!text) return;
  const auto endpoint = parse_endpoint(trim(*text));
  if (!endpoint) {
    at.error(value, "is no address and port", "write it like \"127.0.0.1:8080\" or \"[::1]:8080\"");
    return;
  }
  server.address = endpoint->address;
  server.port = endpoint->port;
}

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

template <class Milliseconds>
Shape milliseconds(std::string_view name, Milliseconds& target, std::int64_t low, std::int64_t high) {
  return setting(name, [&target, low, high](const Value& value, const At& at) {
    if (const auto number = as_integer(value, at, low, high)) target = Milliseconds{*number};
  });
}

Shape server_section(Server& server) {
  return table("server", {setting("listen", [&](const Value& value, const At& at) { read_listen(server, value, at); }),
                          text("tls_cert", server.tls_cert), text("tls_key", server.tls_key),
                          boolean("insecure_http", server.insecure_http), integer("threads", server.threads, 1, 64),
                          integer("max_body_bytes", server.max_body_bytes, 1024, k_max_body),
                          integer("max_events_per_request", server.max_events_per_request, 1, k_max_events),
                          integer("max_backlog", server.max_backlog, 1, k_max_backlog)});
}

Shape zoho_section(Zoho& zoho) {
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
       milliseconds("linger_ms", zoho.linger, 0, k_max_linger_ms),
       milliseconds("linger_max_ms", zoho.linger_max, 0, k_max_linger_ms),
       milliseconds("timeout_ms", zoho.timeout, k_min_timeout_ms, k_max_timeout_ms), setting("trigger", read_trigger),
       text("client_id_file", zoho.client_id_file), text("client_secret_file", zoho.client_secret_file),
       text("refresh_token_file", zoho.refresh_token_file),
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
  return table("deals", {filled("pipeline", deals.pipeline), table("stages", std::move(stages))});
}

void read_on_delete(std::string& target, const Value& value, const At& at) {
  constexpr std::array<std::string_view, 2> k_ways{"keep", "erase"};
  const auto chosen = as_choice(value, at, k_ways);
  if (chosen == "erase") {
    at.error(value, "cannot be \"erase\" in this version", "write \"keep\"");
  } else if (chosen) {
    target = *chosen;
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
  const auto read_delete = [&config](const Value& value, const At& at) {
    read_on_delete(config.on_user_delete, value, at);
  };
  return {server_section(config.server),
          table("store", {setting("url", read_url)}),
          zoho_section(config.zoho),
          external_ids_section(config.zoho),
          auth_section(config),
          tags_section(draft),
          deals_section(config.deals),
          fields_section(config),
          table("users", {setting("on_delete", read_delete)}),
          table("people", {choice("on_deleted", config.on_record_deleted, {"hold", "recreate", "leave"}),
                           choice("on_merged", config.on_record_merged, {"follow"})}),
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
  read_secrets(config, environment, report);
  lint(config, report);
  return std::move(config);
}

}  // namespace zs::config
