// [[webhooks]]: who is told of changes of the id map.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/schema.hpp"

namespace zs::config {
namespace {

constexpr std::int64_t k_max_timeout_seconds = 60;
constexpr std::array<std::string_view, 5> k_changes{"linked", "relinked", "merged", "unlinked", "erased"};

/// An origin that may be called, and a path behind it.
Result<std::string> parse_target(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == std::string_view::npos ? scheme : url.find_first_of("/?#", scheme + 3);
  ZS_ASSIGN(std::string target, parse_origin(url.substr(0, path)));
  if (path == std::string_view::npos) return target + "/";
  const std::string_view rest = url.substr(path);
  const bool is_plain = std::ranges::all_of(rest, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
  if (!is_plain) return fail(Errc::invalid, "has a path with blanks, a # or letters beyond ASCII");
  return target + (rest.front() == '/' ? "" : "/") + std::string(rest);
}

void read_webhook(Config& config, const Value& entry, const At& at) {
  OutgoingWebhook webhook;
  const auto read_url = [&webhook](const Value& value, const At& place) {
    const auto text = as_text(value, place);
    if (!text) return;
    auto target = parse_target(trim(*text));
    if (target) {
      webhook.url = std::move(*target);
    } else {
      place.error(value, target.error().text,
                  "write it like \"https://crm-copy.example.com/hooks\"; http:// goes to this machine only");
    }
  };
  const auto read_changes = [&webhook](const Value& value, const At& place) {
    auto chosen = as_choices(value, place, k_changes);
    if (!chosen) return;
    if (chosen->empty()) {
      place.error(value, "is empty, so nothing would be sent", "leave it out for all changes");
    } else if (std::ranges::find(*chosen, "erased") == chosen->end()) {
      place.report.warn(value.where, place.key, "leaves out erased: the receiver never hears whom to forget",
                        "add \"erased\", unless it keeps nothing of people");
    }
    webhook.changes = std::move(*chosen);
  };
  const std::array members{name_setting(webhook.name),
                           setting("url", read_url),
                           text("secrets_file", webhook.secrets_file),
                           setting("changes", read_changes),
                           integer("timeout_seconds", webhook.timeout, 1, k_max_timeout_seconds),
                           refused_secret("secrets", "write them into a file and name it as secrets_file"),
                           refused_secret("secret", "write it into a file and name it as secrets_file")};
  read_members(entry, at.key, members, at.report);
  require(entry, at, "name", "name who is told");
  require(entry, at, "url", "say where to send to");
  const auto& others = config.outgoing_webhooks;
  const bool is_taken = std::ranges::find(others, webhook.name, &OutgoingWebhook::name) != others.end();
  if (is_taken && !webhook.name.empty())
    at.error(entry, "has the name of another webhook", "choose another name: how far it has come is kept under it");
  config.outgoing_webhooks.push_back(std::move(webhook));
}

}  // namespace

Shape webhooks_section(Config& config) {
  return array_of_tables("webhooks", [&config](const Value& e, const At& at) { read_webhook(config, e, at); });
}

}  // namespace zs::config
