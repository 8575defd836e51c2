#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "base/crypto.hpp"
#include "base/standard_webhooks.hpp"
#include "base/text.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

constexpr std::size_t k_max_secret_file = 64 * 1024;

/// Where a file's name was given, for the complaints about the file.
struct Given {
  std::string key;
  std::string where;
};

std::optional<std::string> read_limited(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(k_max_secret_file + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof()) || static_cast<std::size_t>(in.gcount()) > k_max_secret_file) {
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

void warn_if_open_to_others(const std::string& path, const struct stat& status, const Given& given, Report& report) {
  if (!S_ISREG(status.st_mode) || (status.st_mode & 077U) == 0) return;
  report.warn(given.where, given.key, "names a file that others on this machine may read", "chmod 600 " + path);
}

/// The file without white space around it; empty after a complaint. Zoho takes a trailing newline for a
/// part of the secret (zoho/oauth-and-desk.md 1.3).
std::string read_secret_file(const std::string& path, const Given& given, Report& report) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    report.error(given.where, given.key, "names " + path + ", which cannot be found: " + std::strerror(errno),
                 "correct the path or write the file");
    return {};
  }
  warn_if_open_to_others(path, status, given, report);
  const auto text = S_ISDIR(status.st_mode) ? std::nullopt : read_limited(path);
  if (!text) {
    report.error(given.where, given.key, "names " + path + ", which cannot be read as a secret",
                 "make it a small file that the daemon's user may read");
    return {};
  }
  std::string secret(trim(*text));
  if (secret.empty()) {
    report.error(given.where, given.key, "names " + path + ", which is empty", "write the secret into it");
  }
  return secret;
}

bool is_one_word(std::string_view secret) {
  return std::ranges::all_of(secret, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

struct Credential {
  std::string_view name;
  std::string_view variable;
  std::string& file;
  std::string& target;
  std::string_view other_way;
};

/// A refresh token's file may be missing: it is made last, and everything else must be able to load
/// the configuration that says where.
bool is_still_to_be_written(const Credential& credential) {
  struct stat status{};
  return credential.name == "refresh_token" && ::stat(credential.file.c_str(), &status) != 0 && errno == ENOENT;
}

void read_credential(const Credential& credential, const Environment& environment, Report& report) {
  const std::string key = joined("zoho", credential.name);
  const std::string file_key = key + "_file";
  std::string where(credential.variable);
  credential.target = variable(environment, credential.variable);
  // One place only, for whoever reads the secret anew later.
  if (!credential.target.empty()) credential.file.clear();
  const bool by_file = credential.target.empty() && !credential.file.empty() && !is_still_to_be_written(credential);
  if (by_file) {
    where = report.where(file_key);
    credential.target = read_secret_file(credential.file, {file_key, where}, report);
  }
  if (!credential.target.empty() && !is_one_word(credential.target)) {
    report.error(where, by_file ? file_key : key, "holds more than one word", "leave only the secret itself");
    credential.target.clear();
  } else if (credential.target.empty() && !by_file) {
    report.warn(report.where(file_key), key, "is not known, so nothing can be sent to Zoho yet",
                "set " + std::string(credential.variable) + " or zoho." + std::string(credential.name) + "_file" +
                    std::string(credential.other_way));
  }
}

std::vector<std::string> words(std::string_view text, std::string_view separators) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    const std::string_view word = trim(text.substr(begin, end - begin));
    if (!word.empty()) out.emplace_back(word);
    begin = end + 1;
  }
  return out;
}

void read_webhook_secrets(Webhook& webhook, const std::string& key, const Environment& environment, Report& report) {
  if (webhook.name.empty()) return;
  const std::string name = webhook_variable(webhook.name);
  const std::string given = variable(environment, name);
  if (!given.empty()) {
    webhook.secrets = words(given, " \t\r\n");
  } else if (!webhook.secrets_file.empty()) {
    const std::string file_key = key + ".secrets_file";
    webhook.secrets = words(read_secret_file(webhook.secrets_file, {file_key, report.where(file_key)}, report), "\n");
  } else {
    report.error(report.where(key), key, "has no secret to check signatures with",
                 "add secrets_file, one secret a line, or set " + name);
  }
}

// What the specification asks of a secret.
constexpr std::size_t k_min_key_bytes = 24;
constexpr std::size_t k_max_key_bytes = 64;

void read_outgoing_secrets(OutgoingWebhook& webhook, const std::string& key, const Environment& environment,
                           Report& report) {
  if (webhook.name.empty()) return;
  const std::string name = outgoing_webhook_variable(webhook.name);
  const std::string given = variable(environment, name);
  const std::string file_key = key + ".secrets_file";
  std::string where = name;
  if (!given.empty()) {
    webhook.secrets = words(given, " \t\r\n");
  } else if (!webhook.secrets_file.empty()) {
    where = report.where(file_key);
    webhook.secrets = words(read_secret_file(webhook.secrets_file, {file_key, where}, report), "\n");
  } else {
    report.error(report.where(key), key, "has no secret to sign with",
                 "add secrets_file, one secret a line, or set " + name);
  }
  for (const std::string& secret : webhook.secrets) {
    const auto bytes = webhook_key(secret);
    if (bytes && bytes->size() >= k_min_key_bytes && bytes->size() <= k_max_key_bytes) continue;
    report.error(where, key, "has a secret that is not whsec_ and 24 to 64 bytes in base64",
                 "make one with: echo whsec_$(openssl rand -base64 32)");
  }
}

void warn_of_idle_variables(const Config& config, const Environment& environment, Report& report) {
  std::set<std::string> used;
  for (const Webhook& webhook : config.webhooks) used.insert(webhook_variable(webhook.name));
  for (const OutgoingWebhook& webhook : config.outgoing_webhooks) used.insert(outgoing_webhook_variable(webhook.name));
  for (const auto& [name, text] : environment) {
    if (!name.starts_with("ZOHOSYNC_WEBHOOK_") || !name.ends_with("_SECRETS") || used.contains(name)) continue;
    report.warn(name, "", "this variable belongs to no webhook and changes nothing",
                "add the [[auth.webhooks]] (or, with OUT_, [[webhooks]]) entry or take it away");
  }
}

void add_environment_key(Config& config, const Environment& environment) {
  const std::string key = variable(environment, "ZOHOSYNC_API_KEY");
  if (key.empty()) return;
  const std::vector<Scope> all{Scope::ingest, Scope::read, Scope::admin};
  const std::string digest = sha256_hex(key);
  const auto found = std::ranges::find(config.keys, digest, &ApiKey::sha256);
  if (found != config.keys.end()) {
    found->scopes = all;
  } else {
    config.keys.push_back({"environment", digest, all});
  }
}

}  // namespace

void read_secrets(Config& config, const Environment& environment, Report& report) {
  Zoho& zoho = config.zoho;
  const std::array credentials{
      Credential{"client_id", "ZOHO_CLIENT_ID", zoho.client_id_file, zoho.client_id, ""},
      Credential{"client_secret", "ZOHO_CLIENT_SECRET", zoho.client_secret_file, zoho.client_secret, ""},
      Credential{"refresh_token", "ZOHO_REFRESH_TOKEN", zoho.refresh_token_file, zoho.refresh_token,
                 ", made from a self client's code (see the README)"}};
  for (const Credential& credential : credentials) read_credential(credential, environment, report);
  for (std::size_t index = 0; index < config.webhooks.size(); ++index) {
    const std::string key = "auth.webhooks[" + std::to_string(index) + ']';
    read_webhook_secrets(config.webhooks[index], key, environment, report);
  }
  for (std::size_t index = 0; index < config.outgoing_webhooks.size(); ++index) {
    const std::string key = "webhooks[" + std::to_string(index) + ']';
    read_outgoing_secrets(config.outgoing_webhooks[index], key, environment, report);
  }
  warn_of_idle_variables(config, environment, report);
  add_environment_key(config, environment);
}

}  // namespace zs::config
