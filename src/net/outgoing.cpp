#include "net/outgoing.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/response_head.hpp"

namespace zs::net {
namespace {

namespace asio = boost::asio;

// A body up to here is copied behind its head: one buffer costs less than two.
constexpr std::size_t k_inline_body = 16UL * 1024;

}  // namespace

void Outgoing::start(Response&& response, const Terms& terms) {
  response_ = std::move(response);
  head_.clear();
  more_ = false;
  if (response_.stream && status_has_body(response_.status)) {
    start_streamed(terms);
  } else {
    start_whole(terms);
  }
}

void Outgoing::start_whole(const Terms& terms) {
  std::string& body = response_.body;
  const bool has_body = status_has_body(response_.status);
  if (!has_body) body.clear();
  append_response_head(head_, response_,
                       {.http11 = terms.http11,
                        .keep_alive = terms.keep_alive,
                        .content_length = has_body ? std::optional(body.size()) : std::nullopt,
                        .date = terms.date});
  if (terms.head_only) body.clear();
  if (response_.cut == Response::Cut::truncate) {
    // Without a body to halve, half of the head: a whole one would be a whole answer.
    if (body.empty()) head_.resize(head_.size() / 2);
    body.resize(body.size() / 2);
  }
  if (body.size() <= k_inline_body) {
    head_ += body;
    body.clear();
  }
  due_ = {asio::buffer(head_), asio::buffer(body)};
}

// A client of HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
void Outgoing::start_streamed(const Terms& terms) {
  chunked_ = terms.http11;
  append_response_head(
      head_, response_,
      {.http11 = terms.http11, .keep_alive = terms.keep_alive, .chunked = chunked_, .date = terms.date});
  more_ = !terms.head_only;
  due_ = {asio::buffer(head_), asio::const_buffer{}};
}

bool Outgoing::next_round() {
  if (!more_) return false;
  head_.clear();
  piece_.clear();
  more_ = response_.stream(piece_);
  const bool truncated = response_.cut == Response::Cut::truncate;
  if (truncated) more_ = false;
  if (chunked_ && !piece_.empty()) {
    append_chunk_size(head_, piece_.size());
    piece_ += "\r\n";
  }
  if (chunked_ && !more_ && !truncated) piece_ += "0\r\n\r\n";
  due_ = {asio::buffer(head_), asio::buffer(piece_)};
  // An empty round is written like any other: others have their turn before this one is asked again.
  return more_ || !is_round_done();
}

void Outgoing::consume(std::size_t written) {
  for (asio::const_buffer& buffer : due_) {
    const std::size_t step = std::min(written, buffer.size());
    buffer += step;
    written -= step;
  }
}

}  // namespace zs::net
