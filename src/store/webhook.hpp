#pragma once
// How far somebody has come who is told of changes by webhooks.

#include <cstdint>
#include <string>

#include "store/changes.hpp"

namespace zs::store {

/// The numbers are stored.
enum class WebhookPhase : std::uint8_t {
  active = 0,
  gone = 1,     // answered 410: it wants no more
  expired = 2,  // what it has not heard of is not kept any more
};

struct WebhookState {
  std::string name;
  WebhookPhase phase = WebhookPhase::active;
  ChangeSeq cursor = 0;       // the last change that it has answered with 2xx, or that is not for it
  std::int32_t attempts = 0;  // failed ones of the change after the cursor
  std::int64_t since_ms = 0;  // of the first of these; 0: none
  std::int64_t due_ms = 0;    // of the next attempt
  std::int32_t status = 0;    // of the last answer; 0: none came
  std::string reason;         // why the last attempt failed, in words; empty when it did not

  bool operator==(const WebhookState&) const = default;
};

}  // namespace zs::store
