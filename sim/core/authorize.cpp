#include "core/authorize.hpp"

#include <string>

#include "base/text.hpp"
#include "core/envelope.hpp"
#include "core/text.hpp"

namespace zohosim {
namespace {

/// Trouble that must not be sent to an address that may be anybody's.
HttpAnswer shown(std::string_view error) { return json_answer(400, Members().text("error", error).take()); }

HttpAnswer sent_to(const std::string& address, const std::string& parameters) {
  HttpAnswer answer = json_answer(302, {});
  answer.headers.emplace_back("Location", address + (address.contains('?') ? "&" : "?") + parameters);
  return answer;
}

}  // namespace

HttpAnswer authorize(const HttpRequest& request, const Options& options, Accounts& accounts) {
  const Pairs asked = parse_form(request.query);
  const std::string redirect = pair_or(asked, "redirect_uri", "");
  const std::string state = pair_or(asked, "state", "");
  const std::string scope = pair_or(asked, "scope", "");
  if (pair_or(asked, "client_id", "") != options.client_id) return shown("invalid_client");
  if (redirect.empty()) return shown("invalid_redirect_uri");
  if (pair_or(asked, "response_type", "") != "code") return shown("invalid_response_type");
  // Commas, never blanks, between scopes.
  if (scope.empty() || scope.contains(' ')) return shown("invalid_scope");
  const bool is_offline = pair_or(asked, "access_type", "") == "offline";
  const std::string_view host = request.header("host");
  const std::string origin = host.empty() ? options.origin : "http://" + std::string(host);
  return sent_to(redirect, "code=" + accounts.give_code(redirect, is_offline) +
                               "&location=us&accounts-server=" + zs::percent_encode(origin) +
                               (state.empty() ? "" : "&state=" + zs::percent_encode(state)));
}

}  // namespace zohosim
