#pragma once
// What goes over the wire: one change as a message of Standard Webhooks 1.0, and its signed headers.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "net/http_server.hpp"
#include "store/changes.hpp"

namespace zs::notify {

struct Message {
  std::string id;  // of the content: the same at every attempt and after every restart, another one for another change
  std::string body;  // {"type":"mapping.linked","timestamp":…,"data":{the change}}
};
[[nodiscard]] Message message_of(const store::MappingChange& change);
/// Of type webhook.test; `unique` is no other's.
[[nodiscard]] Message test_message(std::string_view unique, Time now);

/// The three headers of an attempt at `now`; a signature for each of the keys, so that receivers can change over from
/// one to the next.
[[nodiscard]] net::Headers signed_headers(const Message& message, const std::vector<std::string>& keys, Time now);

}  // namespace zs::notify
