#include <algorithm>
#include <array>

#include "config/config.hpp"

namespace zs::config {
namespace {

// Canada's accounts and Desk live under zohocloud.ca, its API does not. Desk's own table has no UK; the
// host follows the others' pattern and can be overridden.
constexpr std::array k_data_centres{
    DataCentre{"us", "https://accounts.zoho.com", "https://www.zohoapis.com", "https://desk.zoho.com"},
    DataCentre{"eu", "https://accounts.zoho.eu", "https://www.zohoapis.eu", "https://desk.zoho.eu"},
    DataCentre{"in", "https://accounts.zoho.in", "https://www.zohoapis.in", "https://desk.zoho.in"},
    DataCentre{"au", "https://accounts.zoho.com.au", "https://www.zohoapis.com.au", "https://desk.zoho.com.au"},
    DataCentre{"jp", "https://accounts.zoho.jp", "https://www.zohoapis.jp", "https://desk.zoho.jp"},
    DataCentre{"cn", "https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn", "https://desk.zoho.com.cn"},
    DataCentre{"ca", "https://accounts.zohocloud.ca", "https://www.zohoapis.ca", "https://desk.zohocloud.ca"},
    DataCentre{"sa", "https://accounts.zoho.sa", "https://www.zohoapis.sa", "https://desk.zoho.sa"},
    DataCentre{"uk", "https://accounts.zoho.uk", "https://www.zohoapis.uk", "https://desk.zoho.uk"},
    DataCentre{"ae", "https://accounts.zoho.ae", "https://www.zohoapis.ae", "https://desk.zoho.ae"},
};

// Environments of one data centre differ in the first label of the API's host.
constexpr std::string_view k_production = "https://www.";
constexpr std::array<std::string_view, 3> k_environments{k_production, "https://sandbox.", "https://developer."};

/// `api_domain` of this data centre, in whatever environment.
bool is_api_of(const DataCentre& centre, std::string_view api_domain) {
  const std::string_view host = centre.api.substr(k_production.size());
  return std::ranges::any_of(k_environments, [&](std::string_view environment) {
    return api_domain == std::string(environment) + std::string(host);
  });
}

/// Accounts pages print this host in some samples (zoho/oauth-and-desk.md 1.3); the CRM is not promised there.
bool is_general_api_of(const DataCentre& centre, std::string_view api_domain) {
  constexpr std::string_view k_accounts = "https://accounts.";
  return api_domain == "https://api." + std::string(centre.accounts.substr(k_accounts.size()));
}

}  // namespace

std::optional<DataCentre> data_centre(std::string_view name) {
  const auto found = std::ranges::find(k_data_centres, name, &DataCentre::name);
  if (found == k_data_centres.end()) return std::nullopt;
  return *found;
}

std::vector<std::string_view> data_centre_names() {
  std::vector<std::string_view> names;
  for (const DataCentre& centre : k_data_centres) names.push_back(centre.name);
  return names;
}

std::optional<DataCentre> data_centre_of_accounts(std::string_view accounts_url) {
  const auto found = std::ranges::find(k_data_centres, accounts_url, &DataCentre::accounts);
  if (found == k_data_centres.end()) return std::nullopt;
  return *found;
}

Result<std::string> api_base(const Zoho& zoho, std::string_view api_domain) {
  const auto own = data_centre(zoho.dc);
  if (!own || zoho.api_url != own->api) return zoho.api_url;
  while (api_domain.ends_with('/')) api_domain.remove_suffix(1);
  if (is_api_of(*own, api_domain)) return std::string(api_domain);
  if (api_domain.empty() || is_general_api_of(*own, api_domain)) return zoho.api_url;
  for (const DataCentre& other : k_data_centres) {
    if (!is_api_of(other, api_domain) && !is_general_api_of(other, api_domain)) continue;
    return fail(Errc::invalid, "the refresh token belongs to the data centre " + std::string(other.name) +
                                   ", not to zoho.dc = \"" + zoho.dc + "\": set zoho.dc = \"" +
                                   std::string(other.name) + "\", or make a refresh token there");
  }
  return fail(Errc::invalid,
              "the accounts server names an API host that is not Zoho's; no token is sent there. Look at "
              "zoho.accounts_url");
}

}  // namespace zs::config
