#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

void check_listen(const Server& server, bool has_keys, Report& report) {
  if (is_loopback(server.address)) return;
  const std::string key = "server.listen";
  if (!has_keys) {
    report.error(report.where(key), key, "reaches beyond this machine, and there is no API key",
                 "add an [[auth.keys]] entry, set ZOHOSYNC_API_KEY, or listen on 127.0.0.1");
  }
  if (server.tls_cert.empty() && !server.insecure_http) {
    report.error(
        report.where(key), key, "reaches beyond this machine without TLS",
        "set server.tls_cert and server.tls_key; or server.insecure_http = true behind a proxy that speaks TLS");
  }
}

void check_pem(std::string_view key, const std::string& path, Report& report) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return;
  report.error(report.where(key), key, "names " + path + ", which cannot be read", "correct the path or its mode");
}

void check_tls(const Server& server, Report& report) {
  check_pem("server.tls_cert", server.tls_cert, report);
  check_pem("server.tls_key", server.tls_key, report);
  if (server.tls_cert.empty() == server.tls_key.empty()) return;
  const bool lacks_key = server.tls_key.empty();
  const std::string there = lacks_key ? "server.tls_cert" : "server.tls_key";
  report.error(report.where(there), there, "is of no use alone",
               "set " + std::string(lacks_key ? "server.tls_key" : "server.tls_cert") + " too");
}

void check_linger(const Zoho& zoho, Report& report) {
  const std::string key = "zoho.linger_max_ms";
  // A longer linger alone is the most there is.
  if (zoho.linger_max >= zoho.linger || zoho.linger_max == Zoho{}.linger_max) return;
  report.error(report.where(key), key, "is below zoho.linger_ms",
               "set it to at least " + std::to_string(zoho.linger.count()) + ", or leave it out");
}

/// Reports every entry whose `value_of` an earlier one has already.
template <class Entries, class ValueOf>
void check_distinct(const Entries& entries, const std::string& list_key, std::string_view field,
                    const std::string& mend, ValueOf value_of, Report& report) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const std::string value = value_of(entries[index]);
    if (value.empty()) continue;
    const auto [first, is_new] = seen.emplace(value, index);
    if (is_new) continue;
    const std::string key = list_key + '[' + std::to_string(index) + "]." + std::string(field);
    report.error(report.where(key), key, "is the same as in " + list_key + '[' + std::to_string(first->second) + ']',
                 mend);
  }
}

void check_auth(const Config& config, Report& report) {
  check_distinct(
      config.keys, "auth.keys", "name", "give each key a name of its own", [](const ApiKey& key) { return key.name; },
      report);
  check_distinct(
      config.keys, "auth.keys", "sha256", "give each sender a key of its own",
      [](const ApiKey& key) { return key.sha256; }, report);
  // Compared as the variable spells them, because that is where two of them would meet.
  check_distinct(
      config.webhooks, "auth.webhooks", "name", "give each webhook a name that differs in more than case, - and _",
      [](const Webhook& hook) { return hook.name.empty() ? std::string{} : webhook_variable(hook.name); }, report);
}

std::string key_of(const Tag& tag) { return joined(joined(joined("tags", tag.axis), tag.value), "name"); }

void check_tag_names(const std::vector<Tag>& tags, Report& report) {
  std::map<std::pair<std::string, std::string>, const Tag*> seen;  // (module, name) -> first
  for (const Tag& tag : tags) {
    if (tag.name.empty()) continue;
    for (const std::string& module : tag.modules) {
      const auto [first, is_new] = seen.emplace(std::pair(module, to_lower(tag.name)), &tag);
      if (is_new) continue;
      // The one that was renamed is the one to mend, whichever of the two comes later in the taxonomy.
      const Tag& culprit = report.has_seen(key_of(tag)) ? tag : *first->second;
      const Tag& other = &culprit == &tag ? *first->second : tag;
      report.error(report.where(key_of(culprit)), key_of(culprit),
                   "is the name of " + joined(joined("tags", other.axis), other.value) + " too, on " + module,
                   "give one of them another name");
      break;
    }
  }
}

/// The fields of a module that rules fill: two rules for one field would fight over it.
class FieldClaims {
 public:
  FieldClaims(std::string_view table, Report& report) : table_(table), report_(report) {}

  void claim(std::string_view field, const std::string& key) {
    if (const std::string_view why = why_not_mapped(table_, field); !why.empty()) {
      report_.error(report_.where(key), key, "cannot be " + std::string(field) + ", which " + std::string(why),
                    "choose a custom field");
      return;
    }
    const auto [first, is_new] = claimed_.emplace(to_lower(field), key);
    if (is_new) return;
    report_.error(report_.where(key), key, "fills " + std::string(field) + ", which " + first->second + " fills too",
                  "choose another field for one of them");
  }

 private:
  std::string table_;
  Report& report_;
  std::map<std::string, std::string> claimed_;
};

bool is_on(const Config& config, std::string_view axis, std::string_view module) {
  return std::ranges::any_of(config.tags, [&](const Tag& tag) {
    return tag.axis == axis && !tag.name.empty() && std::ranges::find(tag.modules, module) != tag.modules.end();
  });
}

void check_fields(const Config& config, Report& report) {
  struct Claimant {
    std::string_view table;
    std::string_view module;
    const std::string& external_id;
    const std::vector<FieldRule>& rules;
  };
  const std::array claimants{Claimant{"contact", "Contacts", config.zoho.external_id_contact, config.contact_fields},
                             Claimant{"account", "Accounts", config.zoho.external_id_account, config.account_fields},
                             Claimant{"deal", "Deals", config.zoho.external_id_deal, config.deal_fields}};
  for (const Claimant& claimant : claimants) {
    FieldClaims claims(claimant.table, report);
    for (const FieldRule& rule : claimant.rules) {
      claims.claim(rule.field, joined(joined("fields", claimant.table), rule.field));
    }
    claims.claim(claimant.external_id, joined("external_ids", claimant.table));
    for (const auto& [axis, field] : config.tag_mirror) {
      if (is_on(config, axis, claimant.module)) claims.claim(field, joined("tags.mirror", axis));
    }
  }
}

}  // namespace

void lint(const Config& config, Report& report) {
  check_linger(config.zoho, report);
  check_listen(config.server, !config.keys.empty(), report);
  check_tls(config.server, report);
  check_auth(config, report);
  check_tag_names(config.tags, report);
  check_fields(config, report);
  if (config.deals.roles.enabled && config.deals.roles.primary.empty() && config.deals.roles.others.empty()) {
    report.error(report.where("deals.roles"), "deals.roles",
                 "is switched on, and neither primary nor others names a role",
                 "name one of the org's contact roles, or set enabled = false");
  }
}

}  // namespace zs::config
