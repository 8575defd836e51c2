#pragma once
// Beast's incremental parser, filling our Request directly: no second copy of the fields. It is
// stricter than Beast where leniency lets a proxy and us disagree about where a request ends, and it
// bounds what Beast does not: the header as a whole (Beast's limit is per unparsed rest).

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/http_server.hpp"

namespace zs::net {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(Request& request, std::size_t max_header_bytes, std::size_t max_body_bytes);

  /// Takes what it can of the buffer. 0: is_done(), or more bytes are needed; else the status that refuses the
  /// request, and why.
  [[nodiscard]] int take(boost::beast::flat_buffer& buffer, std::string& why);

  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] bool http11() const { return http11_; }

 private:
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;
  using field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field name, string_view name_string, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override;
  std::size_t on_body_impl(string_view piece, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view piece, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  void check_framing(field name, string_view value, error_code& ec);

  Request& request_;
  std::size_t max_header_bytes_;
  std::size_t header_bytes_left_;
  int hosts_ = 0;
  bool has_length_ = false;
  bool http11_ = true;
  bool expects_continue_ = false;
  bool in_trailers_ = false;
};

}  // namespace zs::net
