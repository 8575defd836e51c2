#include "net/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace zs::net {
namespace {

namespace http = boost::beast::http;

// A promised length is believed up to here; a longer body earns its memory by arriving.
constexpr std::size_t k_max_reserve = 256UL * 1024;

void assign_lower(std::string& out, std::string_view text) {
  // Not resize_and_overwrite: libstdc++ 12 hands its callback the capacity where it should hand the size.
  out.resize(text.size());
  std::ranges::transform(text, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

/// The start of the path: an absolute-form target carries an authority before it (RFC 9112 3.2.2).
std::size_t path_start(std::string_view target) {
  if (target.starts_with('/')) return 0;
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos) return 0;
  return std::min(target.find_first_of("/?", scheme + 3), target.size());
}

int status_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  return error == http::error::body_limit ? 413 : 400;
}

// RFC 9112 2.2: a client may send an empty line before its request.
void skip_blank_lines(boost::beast::flat_buffer& buffer) {
  while (buffer.size() > 0) {
    const char c = *static_cast<const char*>(buffer.cdata().data());
    if (c != '\r' && c != '\n') return;
    buffer.consume(1);
  }
}

}  // namespace

RequestParser::RequestParser(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes)
    : request_(request), max_header_bytes_(max_header_bytes), header_bytes_left_(max_header_bytes) {
  constexpr std::size_t widest = std::numeric_limits<std::uint32_t>::max();
  header_limit(static_cast<std::uint32_t>(std::min(max_header_bytes, widest)));
  body_limit(max_body_bytes);
  eager(true);
}

int RequestParser::take(boost::beast::flat_buffer& buffer, std::string& why) {
  if (!got_some()) skip_blank_lines(buffer);
  // Beast asserts five bytes when it looks at a last chunk ("0 CR LF CR LF") again; fewer cannot end a chunked body.
  const auto is_short_of_a_last_chunk = [&] { return buffer.size() < 5 && is_header_done() && chunked(); };
  while (buffer.size() > 0 && !is_done() && !is_short_of_a_last_chunk()) {
    error_code ec;
    const std::size_t used = put(buffer.cdata(), ec);
    buffer.consume(used);
    if (ec == http::error::need_more) break;
    if (ec) {
      why = ec.message();
      return status_of(ec);
    }
  }
  // Only chunk headers and trailers can pile up like this; the header's own bound is Beast's.
  if (!is_done() && buffer.size() > max_header_bytes_) {
    why = "a chunk header or trailer is too long";
    return 431;
  }
  return 0;
}

void RequestParser::on_request_impl(http::verb, string_view method, string_view target, int version, error_code& ec) {
  const std::size_t line = method.size() + target.size() + std::string_view("  HTTP/1.1\r\n").size();
  if (line > header_bytes_left_) {
    ec = http::error::header_limit;
    return;
  }
  header_bytes_left_ -= line;
  http11_ = version == 11;
  request_.method.assign(method.data(), method.size());
  request_.target.assign(target.data(), target.size());
  const std::string_view all = request_.target;
  const auto start = path_start(all);
  const auto question = std::min(all.find('?', start), all.size());
  request_.path = all.substr(start, question - start);
  if (request_.path.empty()) request_.path = "/";
  request_.query = all.substr(std::min(question + 1, all.size()));
  request_.headers.reserve(8);
}

void RequestParser::on_field_impl(field name, string_view name_string, string_view value, error_code& ec) {
  // name, colon, blank, value, CR LF; every field counts, trailers included.
  const std::size_t line = name_string.size() + value.size() + 4;
  if (line > header_bytes_left_) {
    ec = http::error::header_limit;
    return;
  }
  header_bytes_left_ -= line;
  if (in_trailers_) return;
  check_framing(name, value, ec);
  if (ec) return;
  auto& [our_name, our_value] = request_.headers.emplace_back();
  assign_lower(our_name, {name_string.data(), name_string.size()});
  our_value.assign(value.data(), value.size());
}

// One length, given once and as one number, or exactly "chunked": anything else may be read in two ways.
void RequestParser::check_framing(field name, string_view value, error_code& ec) {
  switch (name) {
    case field::content_length:
      if (has_length_ || value.find(',') != string_view::npos) ec = http::error::multiple_content_length;
      has_length_ = true;
      break;
    case field::transfer_encoding:
      if (!http11_ || !boost::beast::iequals(value, "chunked")) ec = http::error::bad_transfer_encoding;
      break;
    case field::host:
      if (++hosts_ > 1) ec = http::error::bad_field;
      break;
    case field::expect:
      expects_continue_ = http11_ && boost::beast::iequals(value, "100-continue");
      break;
    default:
      break;
  }
}

void RequestParser::on_header_impl(error_code& ec) {
  in_trailers_ = true;
  if (http11_ && hosts_ == 0) ec = http::error::bad_field;  // RFC 9112 3.2
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) request_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, k_max_reserve)));
}

std::size_t RequestParser::on_body_impl(string_view piece, error_code&) {
  request_.body.append(piece.data(), piece.size());
  return piece.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view piece, error_code& ec) {
  return on_body_impl(piece, ec);
}

}  // namespace zs::net
