#pragma once
// Calls as HTTP requests and HTTP answers as verdicts: text in, values out, nothing else.

#include <string>
#include <string_view>

#include "plan/mapping.hpp"
#include "zoho/crm.hpp"

namespace zs::zoho {

struct WireRequest {
  std::string method;
  std::string path;  // with query, below the API's base URL
  std::string body;
};

[[nodiscard]] WireRequest to_request(const Call& call, const plan::Mapping& mapping);

struct WireAnswer {
  int status = 0;
  std::string_view content_type;
  std::string_view body;
};

/// `items` answers exactly one verdict per item of the call, or the answer is not `answered`. HTTP status is a
/// hint only: each record is judged by its own part (zoho/crm-api.md 1.1).
[[nodiscard]] Answer from_answer(const Call& call, const WireAnswer& wire);

/// Whether a value can stand in a COQL query: how quotes are escaped there is poorly described (zoho/crm-api.md
/// 2.3), so an address or id with one is not looked up.
[[nodiscard]] bool is_askable(std::string_view value);

}  // namespace zs::zoho
