#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

constexpr std::array<std::string_view, 4> k_scopes{"ingest", "read", "token", "admin"};
constexpr std::array<std::string_view, 2> k_schemes{"standard", "stripe"};

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Names appear in logs, and a webhook's in a variable: letters, digits, - and _.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

Shape name_setting(std::string& target) {
  return setting("name", [&target](const Value& value, const At& at) {
    const auto name = as_text(value, at);
    if (!name) return;
    if (!is_plain(*name)) {
      at.error(value, "must be 1 to 64 letters, digits, - or _", "choose a plain name");
    } else {
      target = *name;
    }
  });
}

void require(const Value& entry, const At& at, std::string_view name, std::string_view mend) {
  if (entry.find(name) != nullptr) return;
  at.report.error(entry.where, joined(at.key, name), "is missing", std::string(mend));
}

namespace {

void read_digest(std::string& target, const Value& value, const At& at) {
  const auto text = as_text(value, at);
  if (!text) return;
  const std::string digest = to_lower(trim(*text));
  if (digest.size() != 64 || !std::ranges::all_of(digest, is_hex)) {
    at.error(value, "is no SHA-256: 64 hex digits", "take it from: printf %s KEY | sha256sum");
  } else {
    target = digest;
  }
}

Scope scope_called(std::string_view name) {
  if (name == "ingest") return Scope::ingest;
  if (name == "read") return Scope::read;
  return name == "token" ? Scope::token : Scope::admin;
}

void read_key(Config& config, const Value& entry, const At& at) {
  ApiKey key;
  const std::array members{
      name_setting(key.name),
      setting("sha256", [&key](const Value& value, const At& place) { read_digest(key.sha256, value, place); }),
      setting("scopes", [&key](const Value& value, const At& place) { read_scopes(key.scopes, value, place); }),
      refused_secret("key", "write its hash as sha256, from: printf %s KEY | sha256sum")};
  read_members(entry, at.key, members, at.report);
  require(entry, at, "name", "name who uses the key");
  require(entry, at, "sha256", "take it from: printf %s KEY | sha256sum");
  require(entry, at, "scopes", "add scopes = [\"ingest\", \"read\"], or what the key is for");
  config.keys.push_back(std::move(key));
}

void read_webhook(Config& config, const Value& entry, const At& at) {
  Webhook webhook;
  const auto read_scheme = [&webhook](const Value& value, const At& place) {
    const auto chosen = as_choice(value, place, k_schemes);
    if (chosen) webhook.scheme = *chosen == "stripe" ? WebhookScheme::stripe : WebhookScheme::standard;
  };
  const std::array members{name_setting(webhook.name), setting("scheme", read_scheme),
                           text("secrets_file", webhook.secrets_file),
                           refused_secret("secrets", "write them into a file and name it as secrets_file"),
                           refused_secret("secret", "write it into a file and name it as secrets_file")};
  read_members(entry, at.key, members, at.report);
  require(entry, at, "name", "name who sends");
  require(entry, at, "scheme", "add scheme = \"standard\" or \"stripe\"");
  config.webhooks.push_back(std::move(webhook));
}

}  // namespace

void read_scopes(std::vector<Scope>& target, const Value& value, const At& at) {
  const auto chosen = as_choices(value, at, k_scopes);
  if (!chosen) return;
  if (chosen->empty())
    at.error(value, "is empty, so nothing could be done", "write some of ingest, read, token, admin");
  target.clear();
  for (const std::string& name : *chosen) target.push_back(scope_called(name));
}

Shape auth_section(Config& config) {
  return table("auth",
               {array_of_tables("keys", [&config](const Value& e, const At& at) { read_key(config, e, at); }),
                array_of_tables("webhooks", [&config](const Value& e, const At& at) { read_webhook(config, e, at); })});
}

}  // namespace zs::config
