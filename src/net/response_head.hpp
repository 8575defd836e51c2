#pragma once
// The status line and the header of an answer, as bytes. Framing (length, chunks, keep-alive) is the
// server's alone: a handler's own Content-Length, Transfer-Encoding and Connection are left out.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace zs::net {

struct Framing {
  bool http11 = true;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::size_t> content_length = {};  // absent with chunks, and where a status has no body
  std::string_view date = {};                      // IMF-fixdate; left out if the handler gave one
};

void append_response_head(std::string& out, const Response& response, const Framing& framing);
/// The line before a chunk's bytes; `\r\n` follows them.
void append_chunk_size(std::string& out, std::size_t size);
/// 204 and 304 have none, whatever the handler put there.
[[nodiscard]] bool status_has_body(int status);
/// The handler's own wish to end the connection: `Connection: close`.
[[nodiscard]] bool asks_to_close(const Response& response);

/// The current instant as `Sun, 06 Nov 1994 08:49:37 GMT`, made anew once a second. Not thread-safe.
class DateLine {
 public:
  [[nodiscard]] std::string_view now();

 private:
  long second_ = -1;
  std::string text_;
};

}  // namespace zs::net
