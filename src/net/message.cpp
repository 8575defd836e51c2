#include <algorithm>

#include "base/text.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace zs::net {
namespace {

const std::string* find(const Headers& headers, std::string_view lower_name) {
  const auto it = std::ranges::find(headers, lower_name, &std::pair<std::string, std::string>::first);
  return it == headers.end() ? nullptr : &it->second;
}

std::string decode(std::string_view text) {
  bool ok = true;
  std::string decoded = percent_decode(text, true, ok);
  return ok ? decoded : std::string(text);
}

}  // namespace

std::string_view Request::header(std::string_view lower_name) const {
  const std::string* value = find(headers, lower_name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

bool Request::has_header(std::string_view lower_name) const { return find(headers, lower_name) != nullptr; }

std::string_view ClientResponse::header(std::string_view lower_name) const {
  const std::string* value = find(headers, lower_name);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view piece : split(query, '&')) {
    if (piece.empty()) continue;
    const auto equals = std::min(piece.find('='), piece.size());
    const auto value = piece.substr(std::min(equals + 1, piece.size()));
    parameters.emplace_back(decode(piece.substr(0, equals)), decode(value));
  }
  return parameters;
}

}  // namespace zs::net
