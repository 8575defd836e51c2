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

}  // namespace zs::config
