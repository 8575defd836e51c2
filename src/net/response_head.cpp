#include "net/response_head.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/text.hpp"

namespace zs::net {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";  // RFC 9112 4: the phrase may be empty
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// A line break in a value would let its author write header fields, or a whole second answer.
void append_value(std::string& out, std::string_view value) {
  const auto start = out.size();
  out += value;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_value(out, name);
  out += ": ";
  append_value(out, value);
  out += "\r\n";
}

bool same_name(std::string_view a, std::string_view lower) { return a.size() == lower.size() && to_lower(a) == lower; }

bool is_framing(std::string_view name) {
  return same_name(name, "content-length") || same_name(name, "transfer-encoding") || same_name(name, "connection");
}

void append_framing(std::string& out, const Framing& framing) {
  if (framing.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (framing.content_length) {
    out += "Content-Length: ";
    append_number(out, *framing.content_length);
    out += "\r\n";
  }
  // The default of each version needs no words.
  if (framing.http11 && !framing.keep_alive) out += "Connection: close\r\n";
  if (!framing.http11 && framing.keep_alive) out += "Connection: keep-alive\r\n";
}

}  // namespace

void append_response_head(std::string& out, const Response& response, const Framing& framing) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(std::clamp(response.status, 100, 999)));
  out += ' ';
  out += reason_of(response.status);
  out += "\r\n";
  bool dated = false;
  for (const auto& [name, value] : response.headers) {
    if (is_framing(name)) continue;
    dated = dated || same_name(name, "date");
    append_field(out, name, value);
  }
  if (!dated) append_field(out, "Date", framing.date);
  const bool carries_body = framing.chunked || framing.content_length.value_or(1) > 0;
  if (status_has_body(response.status) && carries_body && !response.content_type.empty()) {
    append_field(out, "Content-Type", response.content_type);
  }
  append_framing(out, framing);
  out += "\r\n";
}

void append_chunk_size(std::string& out, std::size_t size) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  out.append(digits.data(), end).append("\r\n");
}

bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

bool asks_to_close(const Response& response) {
  return std::ranges::any_of(response.headers, [](const auto& field) {
    return same_name(field.first, "connection") && to_lower(field.second).find("close") != std::string::npos;
  });
}

std::string_view DateLine::now() {
  const std::time_t second = std::time(nullptr);
  if (second != second_) {
    second_ = second;
    text_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(second));
  }
  return text_;
}

}  // namespace zs::net
