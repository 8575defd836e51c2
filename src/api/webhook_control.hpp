#pragma once
// What the HTTP interface may ask of the sender of webhooks, from any thread.

#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "notify/sender.hpp"

namespace zs::api {

struct WebhookStatus {
  store::WebhookState state;
  std::string url;             // without its query
  store::ChangeSeq lag = 0;    // places of the feed that it has not come past
  std::int64_t oldest_ms = 0;  // when the first of these changes was made; 0: none
};

class WebhookControl {
 public:
  virtual ~WebhookControl() = default;
  [[nodiscard]] virtual Result<std::vector<WebhookStatus>> webhooks() = 0;
  /// Waits for the sender's thread. Errors are those of notify::Sender::replay.
  [[nodiscard]] virtual Result<void> replay(std::string name, store::ChangeSeq after) = 0;
  /// `done` from any thread; dropped when the daemon ends.
  virtual void test(std::string name, std::move_only_function<void(Result<notify::Attempt>)> done) = 0;
};

/// "ok", "retrying", "gone", "expired".
[[nodiscard]] std::string_view state_of(const store::WebhookState& state);
/// The array "webhooks" of GET /v1/webhooks.
void write_webhooks(const std::vector<WebhookStatus>& webhooks, Time now, JsonWriter& json);

}  // namespace zs::api
