#include "ingest/webhook.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "base/crypto.hpp"
#include "base/standard_webhooks.hpp"
#include "base/text.hpp"

namespace zs::ingest {
namespace {

constexpr std::int64_t k_window_seconds = 300;

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() <= 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Signature check_signature(const SignedHeaders& headers, std::string_view body, const std::vector<std::string>& secrets,
                          Time now) {
  if (headers.id.empty() || !all_digits(headers.timestamp)) return Signature::bad;
  bool matches = false;
  for (const std::string& secret : secrets) {
    const auto key = webhook_key(secret);
    if (!key) continue;
    const std::string expected = webhook_digest(*key, headers.id, headers.timestamp, body);
    for (const std::string_view item : split(headers.signature, ' ')) {
      if (!item.starts_with("v1,")) continue;  // other versions are not errors
      const auto given = from_base64(item.substr(3));
      matches = matches || (given && equal_constant_time(*given, expected));
    }
  }
  if (!matches) return Signature::bad;
  std::int64_t seconds = 0;
  std::from_chars(headers.timestamp.data(), headers.timestamp.data() + headers.timestamp.size(), seconds);
  const std::int64_t off = to_millis(now) / 1000 - seconds;
  return off > k_window_seconds || off < -k_window_seconds ? Signature::out_of_window : Signature::good;
}

std::optional<AsCloudEvent> as_cloudevent(std::string_view sender, std::string_view webhook_id, std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object payload;
  if (parser.parse(body.data(), body.size()).get(payload) != simdjson::SUCCESS) return std::nullopt;
  std::string_view type;
  simdjson::dom::element data;
  if (payload["specversion"].error() == simdjson::SUCCESS || payload["type"].get(type) != simdjson::SUCCESS ||
      payload["data"].get(data) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  AsCloudEvent out;
  out.headers = {{"ce-specversion", "1.0"},
                 {"ce-id", percent_encode(webhook_id)},
                 {"ce-source", percent_encode("webhook/" + std::string(sender))},
                 {"ce-type", percent_encode(type)}};
  std::string_view time;
  if (payload["timestamp"].get(time) == simdjson::SUCCESS) out.headers.emplace_back("ce-time", percent_encode(time));
  out.data = simdjson::minify(data);
  return out;
}

}  // namespace zs::ingest
