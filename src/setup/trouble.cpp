#include "setup/trouble.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zs::setup {
namespace {

struct ScopeRow {
  std::string_view below;
  std::string_view scope;
};
constexpr std::array k_scopes{ScopeRow{"/crm/v8/settings/fields", "ZohoCRM.settings.fields."},
                              ScopeRow{"/crm/v8/settings/tags", "ZohoCRM.settings.tags."},
                              ScopeRow{"/crm/v8/settings/modules", "ZohoCRM.settings.modules."},
                              ScopeRow{"/crm/v8/settings/layouts", "ZohoCRM.settings.layouts."},
                              ScopeRow{"/crm/v8/settings/pipeline", "ZohoCRM.settings.pipeline."},
                              ScopeRow{"/crm/v8/settings/recycle_bin", "ZohoCRM.settings.recycle_bin."},
                              ScopeRow{"/crm/v8/coql", "ZohoCRM.coql."},
                              ScopeRow{"/crm/v8/__apis", "ZohoCRM.apis."},
                              ScopeRow{"/crm/v8/org", "ZohoCRM.org."}};

std::string in_words(std::string_view code, std::string_view message) {
  std::string out(code);
  if (!message.empty()) out.append(out.empty() ? "" : ": ").append(message);
  return out.empty() ? "no reason given" : out;
}

}  // namespace

Error token_trouble(zoho::TokenState state, std::string_view message, const config::Zoho& zoho) {
  const std::string said(message);
  switch (state) {
    case zoho::TokenState::no_credentials:
      return {Errc::invalid,
              "the OAuth client id, client secret and refresh token are not all there. Name their files as "
              "zoho.client_id_file, zoho.client_secret_file and zoho.refresh_token_file, or set ZOHO_CLIENT_ID, "
              "ZOHO_CLIENT_SECRET and ZOHO_REFRESH_TOKEN"};
    case zoho::TokenState::revoked:
      return {
          Errc::conflict,
          said +
              ". The refresh token is not valid: it was revoked, pushed out by twenty newer ones, lost to a changed "
              "password, or made in another data centre than zoho.dc = \"" +
              zoho.dc + "\". Make a new one: `zohosync auth`"};
    case zoho::TokenState::misconfigured:
      if (!said.contains("invalid_client")) return {Errc::conflict, said};
      return {Errc::conflict,
              said + ". " + zoho.accounts_url +
                  " does not know this client: look at the client id and secret, and whether zoho.dc = \"" + zoho.dc +
                  "\" is the data centre whose API console made them"};
    case zoho::TokenState::throttled:
      return {Errc::unavailable,
              said + ". Zoho gives at most ten access tokens in ten minutes; try again in ten minutes"};
    default:
      return {Errc::unavailable,
              said + ". Look at the network, a proxy, and zoho.accounts_url = \"" + zoho.accounts_url + "\""};
  }
}

std::string scope_of(std::string_view method, std::string_view path) {
  const std::string_view resource = path.substr(0, path.find('?'));
  const auto row = std::ranges::find(k_scopes, resource, &ScopeRow::below);
  if (row == k_scopes.end()) return {};
  const bool reads = method == "GET" || resource == "/crm/v8/coql";
  return std::string(row->scope) + (reads ? "READ" : method == "DELETE" ? "DELETE" : "CREATE");
}

Error refusal(int status, std::string_view code, std::string_view message, std::string_view method,
              std::string_view path) {
  const std::string request = std::string(method) + " " + std::string(path);
  if (code == "OAUTH_SCOPE_MISMATCH") {
    return {Errc::conflict, "the refresh token lacks the scope " + scope_of(method, path) + ", which " + request +
                                " needs: make a new one with all scopes, with `zohosync auth`"};
  }
  if (status == 401) {
    return {Errc::conflict, request + " was refused (" + in_words(code, message) +
                                "). The API's host may belong to another data centre than the token: leave "
                                "zoho.api_url out, or set it to that of zoho.dc"};
  }
  if (status == 429) {
    return {Errc::unavailable,
            request + " was refused (" + in_words(code, message) +
                "): the org's API credits of 24 hours or its parallel calls are used up. Try again later"};
  }
  if (status >= 500) {
    return {Errc::unavailable, request + " failed at Zoho with HTTP " + std::to_string(status) + " (" +
                                   in_words(code, message) + "). Try again later"};
  }
  if (status == 403) {
    return {Errc::conflict, request + " is not permitted to the user who made the token (" + in_words(code, message) +
                                "). Give that user's profile the permission to customize Zoho CRM"};
  }
  return {Errc::conflict,
          request + " was refused with HTTP " + std::to_string(status) + " (" + in_words(code, message) + ")"};
}

}  // namespace zs::setup
