#pragma once
// An answer on its way out: the bytes that are due now, and where more come from. Whole answers are one
// round, streamed ones a round per piece. Buffers keep their memory from answer to answer.

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace zs::net {

class Outgoing {
 public:
  using Buffers = std::array<boost::asio::const_buffer, 2>;
  struct Terms {
    bool http11 = true;
    bool keep_alive = true;
    bool head_only = false;
    std::string_view date = {};
  };

  /// Makes the first round. Cuts other than `truncate` are the connection's.
  void start(Response&& response, const Terms& terms);

  /// What is left of the round.
  [[nodiscard]] const Buffers& due() const { return due_; }
  [[nodiscard]] bool is_round_done() const { return boost::asio::buffer_size(due_) == 0; }
  void consume(std::size_t written);

  /// Asks for the next round; false if there is none. Throws what the producer of a stream throws.
  [[nodiscard]] bool next_round();
  /// Lets go of what the answer held.
  void clear() { response_ = {}; }

 private:
  void start_whole(const Terms& terms);
  void start_streamed(const Terms& terms);

  Response response_;
  std::string head_;
  std::string piece_;
  Buffers due_;
  bool more_ = false;
  bool chunked_ = false;
};

}  // namespace zs::net
