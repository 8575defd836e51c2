#include "setup/grant.hpp"

#include <future>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "net/http_server.hpp"
#include "zoho/scopes.hpp"
#include "zoho/token_answer.hpp"

namespace zs::setup {
namespace {

std::string here(const config::Zoho& zoho) { return "zoho.dc = \"" + zoho.dc + "\""; }

net::ClientResponse post(const std::string& url, std::string body, net::HttpTransport& transport) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = std::move(body);
  auto promise = std::make_shared<std::promise<net::ClientResponse>>();
  auto answer = promise->get_future();
  transport.send(std::move(request),
                 [promise](net::ClientResponse response) { promise->set_value(std::move(response)); });
  return answer.get();
}

Error refused(const zoho::TokenAnswer& answer, const config::Zoho& zoho, std::string_view redirect_uri) {
  const std::string& error = answer.error;
  if (answer.state == zoho::TokenState::revoked) {
    return {Errc::conflict,
            "Zoho does not take the code: it has expired (a self client's is good for the minutes chosen in the "
            "console, a redirect's for two), was used before, or was made in another data centre than " +
                here(zoho) + ". Generate a new one at " + console_url(zoho) + " and use it at once"};
  }
  if (error == "invalid_client") {
    return {Errc::conflict, zoho.accounts_url + " does not know the client id " + zoho.client_id +
                                ": it is mistyped, or the client was made in another data centre than " + here(zoho) +
                                ". Compare it with the one at " + console_url(zoho)};
  }
  if (error == "invalid_client_secret") {
    return {Errc::conflict, "the client secret does not belong to the client id " + zoho.client_id +
                                ": copy it again from the tab Client Secret at " + console_url(zoho) +
                                "; with Multi-DC it differs from data centre to data centre, and here it is " +
                                here(zoho)};
  }
  if (error == "invalid_redirect_uri") {
    return {Errc::conflict, redirect_uri.empty() ? "this client is no self client: use `zohosync auth --redirect`"
                                                 : "the client must have exactly this Authorized Redirect URI at " +
                                                       console_url(zoho) + ": " + std::string(redirect_uri)};
  }
  if (answer.state == zoho::TokenState::throttled) {
    return {Errc::unavailable,
            "Zoho gives no more than ten tokens in ten minutes and wants a pause; try again in ten minutes with a new "
            "code"};
  }
  if (answer.state == zoho::TokenState::unreachable) {
    return {Errc::unavailable,
            zoho.accounts_url + " answered nothing that can be read (" + error + "); try again with a new code"};
  }
  return {Errc::conflict, "the accounts server refused: " + error};
}

}  // namespace

std::string console_url(const config::Zoho& zoho) {
  constexpr std::string_view k_accounts = "https://accounts.";
  const auto centre = config::data_centre(zoho.dc);
  return "https://api-console." + std::string(centre ? centre->accounts.substr(k_accounts.size()) : "zoho.com") + "/";
}

std::string consent_url(const config::Zoho& zoho, std::string_view redirect_uri, std::string_view state) {
  return zoho.accounts_url + "/oauth/v2/auth?response_type=code&client_id=" + percent_encode(zoho.client_id) +
         "&scope=" + zoho::requested_scopes(zoho.extra_scopes) + "&redirect_uri=" + percent_encode(redirect_uri) +
         "&access_type=offline&prompt=consent&state=" + percent_encode(state);
}

Result<std::string> read_callback(const config::Zoho& zoho, std::string_view query, std::string_view state) {
  std::string code;
  std::string error;
  std::string given_state;
  std::string accounts;
  for (const auto& [name, value] : net::parse_query(query)) {
    if (name == "code") code = value;
    if (name == "error") error = value;
    if (name == "state") given_state = value;
    if (name == "accounts-server") accounts = value;
  }
  if (!equal_constant_time(given_state, state))
    return fail(Errc::conflict, "an answer came that nobody asked for here (its state is another); it is left aside");
  if (!accounts.empty() && accounts != zoho.accounts_url) {
    const auto other = config::data_centre_of_accounts(accounts);
    if (!other) {
      return fail(Errc::invalid,
                  "the answer names an accounts server that is not Zoho's; nothing was sent there. Start "
                  "again, and look at what was opened");
    }
    return fail(Errc::invalid, "the account that consented lives in the data centre " + std::string(other->name) +
                                   ", not in " + here(zoho) + ": set zoho.dc = \"" + std::string(other->name) +
                                   "\" and start again");
  }
  if (error == "access_denied") {
    return fail(
        Errc::invalid,
        "consent was refused, or there were more than ten questions in ten minutes; start again when it will be "
        "given");
  }
  if (!error.empty()) return fail(Errc::invalid, "Zoho refuses the question: " + error);
  if (code.empty()) return fail(Errc::invalid, "the answer brings no code; start again");
  return code;
}

Result<Grant> exchange(const config::Zoho& zoho, std::string_view code, std::string_view redirect_uri,
                       net::HttpTransport& transport, Time now) {
  std::vector<std::pair<std::string_view, std::string_view>> fields{{"grant_type", "authorization_code"},
                                                                    {"client_id", zoho.client_id},
                                                                    {"client_secret", zoho.client_secret},
                                                                    {"code", trim(code)}};
  if (!redirect_uri.empty()) fields.emplace_back("redirect_uri", redirect_uri);
  const net::ClientResponse response = post(zoho.accounts_url + "/oauth/v2/token", zoho::token_form(fields), transport);
  if (response.exchange != net::Exchange::answered) {
    return fail(Errc::unavailable, zoho.accounts_url + " cannot be reached: " + response.failure +
                                       ". Look at the network and a proxy, then try again with a new code");
  }
  zoho::TokenAnswer answer = zoho::read_token_answer(response.status, response.body, to_millis(now));
  if (answer.state != zoho::TokenState::ok) return std::unexpected(refused(answer, zoho, redirect_uri));
  auto base = config::api_base(zoho, answer.token.api_domain);
  if (!base) return fail(Errc::conflict, base.error().text);
  answer.token.api_domain = std::move(*base);
  if (answer.refresh_token.empty()) {
    return fail(Errc::conflict,
                "Zoho gave an access token but no refresh token: the consent was not asked for offline access. Start "
                "again with the address that zohosync prints");
  }
  return Grant{std::move(answer.token), std::move(answer.refresh_token)};
}

}  // namespace zs::setup
