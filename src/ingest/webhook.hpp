#pragma once
// Signed senders: Standard Webhooks 1.0. A good signature stands in for an API key of scope ingest.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace zs::ingest {

struct SignedHeaders {
  std::string_view id;
  std::string_view timestamp;  // unix seconds of this attempt
  std::string_view signature;  // blank-separated items "v1,<base64>"
};

enum class Signature : std::uint8_t { good, bad, out_of_window };

/// HMAC-SHA256 over "<id>.<timestamp>.<body>" with any of the secrets ("whsec_" + base64, or base64 alone); any v1 item
/// may match, so that senders can rotate. The timestamp may be 300 s off, either way.
[[nodiscard]] Signature check_signature(const SignedHeaders& headers, std::string_view body,
                                        const std::vector<std::string>& secrets, Time now);

/// The payload {"type","timestamp","data"} of such a sender as binary CloudEvent: headers and data. Empty when the body
/// is a CloudEvent already, or no object at all. The identity is (webhook/<sender>, webhook-id), the same on every
/// retry.
struct AsCloudEvent {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string data;
};
[[nodiscard]] std::optional<AsCloudEvent> as_cloudevent(std::string_view sender, std::string_view webhook_id,
                                                        std::string_view body);

}  // namespace zs::ingest
