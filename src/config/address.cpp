#include "config/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace zs::config {
namespace {

struct HostAndPort {
  std::string_view host;  // with the brackets of IPv6
  std::string_view port;  // empty: none given
};

std::optional<HostAndPort> take_apart(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  const std::string_view host = text.substr(0, bracketed ? end + 1 : end);
  const std::string_view rest = text.substr(host.size());
  if (rest.empty()) return HostAndPort{host, {}};
  if (!rest.starts_with(':') || rest.size() == 1) return std::nullopt;
  return HostAndPort{host, rest.substr(1)};
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_v4(const std::string& text) {
  in_addr out{};
  return inet_pton(AF_INET, text.c_str(), &out) == 1;
}

bool is_v6(const std::string& text) {
  in6_addr out{};
  return inet_pton(AF_INET6, text.c_str(), &out) == 1;
}

std::string without_brackets(std::string_view host) {
  return std::string(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) return is_v6(without_brackets(host));
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto parts = take_apart(text);
  if (!parts) return std::nullopt;
  const auto port = port_of(parts->port);
  if (!port) return std::nullopt;
  const std::string address = parts->host == "localhost" ? "127.0.0.1" : without_brackets(parts->host);
  const bool numeric = parts->host.starts_with('[') ? is_v6(address) : is_v4(address);
  if (!numeric) return std::nullopt;
  return Endpoint{address, *port};
}

bool is_loopback(std::string_view address) {
  const std::string text(address);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24U) == 127;
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return false;
}

Result<std::string> parse_origin(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (!secure && !text.starts_with("http://")) return fail(Errc::invalid, "is no http or https address");
  while (text.ends_with('/')) text.remove_suffix(1);
  const std::string_view scheme = secure ? "https://" : "http://";
  if (text.size() <= scheme.size()) return fail(Errc::invalid, "names no host");
  const auto parts = take_apart(text.substr(scheme.size()));
  if (!parts || !is_host(parts->host) || (!parts->port.empty() && port_of(parts->port).value_or(0) == 0)) {
    return fail(Errc::invalid, "must be scheme, host and port only");
  }
  if (!secure && parts->host != "localhost" && !is_loopback(without_brackets(parts->host))) {
    return fail(Errc::invalid, "must be https, because tokens travel there (plain http is for loopback only)");
  }
  return std::string(text);
}

bool has_password(std::string_view url) {
  const std::size_t begin = url.find("://");
  const std::string_view rest = begin == std::string_view::npos ? url : url.substr(begin + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos && authority.substr(0, at).contains(':')) return true;
  return to_lower(rest).contains("password=");
}

}  // namespace zs::config
