#pragma once
// A request and its answer as values: the simulator's behaviour knows no sockets, so that a whole
// system can be run in one process under one clock.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zohosim {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string path;   // without the query, still percent-encoded
  std::string query;  // still encoded
  Pairs headers;      // names in lower case
  std::string body;

  /// The first value of a header (name in lower case), empty when absent.
  [[nodiscard]] std::string_view header(std::string_view lower_name) const {
    for (const auto& [name, value] : headers) {
      if (name == lower_name) return value;
    }
    return {};
  }

  /// What `Authorization` carries, in either of the schemes that Zoho's services take.
  [[nodiscard]] std::string_view access_token() const {
    const std::string_view value = header("authorization");
    for (const std::string_view scheme : {"Zoho-oauthtoken ", "Bearer "}) {
      if (value.starts_with(scheme)) return value.substr(scheme.size());
    }
    return {};
  }

  /// What the caller knows this server by; `otherwise` when it sent no Host.
  [[nodiscard]] std::string origin(std::string_view otherwise) const {
    const std::string_view host = header("host");
    return host.empty() ? std::string(otherwise) : "http://" + std::string(host);
  }
};

/// What a call under way occupies of the org's concurrency and of the sub-concurrency of heavy calls.
struct Places {
  int calls = 0;
  int heavy = 0;
  int world = 0;  // which life of the simulator they belong to: a reset frees them all
  int desk = 0;   // calls of Zoho Desk, which has limits of its own
};

inline constexpr std::string_view k_json = "application/json;charset=UTF-8";
inline constexpr std::string_view k_html = "text/html;charset=UTF-8";

struct HttpAnswer {
  int status = 200;
  std::string content_type{k_json};
  std::string body;
  Pairs headers{};
  std::chrono::milliseconds delay{0};  // before the answer leaves

  /// How the network fails the caller. `reset_before`: nothing was applied; `reset_after`: it was, but the
  /// answer is lost; `hang`: no answer ever, nothing applied; `truncate`: applied, half of the body arrives.
  enum class Cut : std::uint8_t { none, hang, reset_before, reset_after, truncate };
  Cut cut = Cut::none;

  Places places{};  // for Simulator::end_call
};

}  // namespace zohosim
