#pragma once
// The four-member object in which Zoho wraps every outcome: code, details, message, status (the SDK
// tells success from error by them, so none is ever left out).

#include <concepts>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "core/http.hpp"

namespace zohosim {

/// The members of an object, collected one by one.
class Members {
 public:
  Members& text(std::string_view name, std::string_view value);
  Members& id(std::string_view name, std::uint64_t value);  // ids are strings on the wire
  Members& number(std::string_view name, std::int64_t value);
  Members& flag(std::string_view name, bool value);
  Members& null(std::string_view name);
  Members& raw(std::string_view name, std::string_view json);
  [[nodiscard]] std::string take() const { return "{" + members_ + "}"; }

 private:
  void name(std::string_view name);
  std::string members_;
};

/// Why a record or a request is refused.
struct Refusal {
  std::string code;
  std::string message;
  std::string details = "{}";  // a JSON object
};

template <class T = void>
using Checked = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(std::string code, std::string message,
                                                     const Members& details = {}) {
  return std::unexpected(Refusal{std::move(code), std::move(message), details.take()});
}

/// Where in the request a value stands: `api_name` and `$.data[0].Email`.
struct Where {
  std::string api_name;
  std::string json_path;
};
[[nodiscard]] Members details_at(const Where& where);
[[nodiscard]] std::unexpected<Refusal> invalid_type(const Where& where, std::string_view expected);
[[nodiscard]] std::unexpected<Refusal> too_long(const Where& where, std::int64_t maximum);
[[nodiscard]] std::unexpected<Refusal> missing(const Where& where);

[[nodiscard]] std::string error_object(const Refusal& refusal);
/// `extra` stands beside the four members, as `action` and `duplicate_field` of an upsert do.
[[nodiscard]] std::string success_object(std::string_view message, const Members& details, std::string_view extra = {});

[[nodiscard]] HttpAnswer json_answer(int status, std::string body);
[[nodiscard]] HttpAnswer error_answer(int status, const Refusal& refusal);
[[nodiscard]] HttpAnswer nothing_there();  // 204
[[nodiscard]] HttpAnswer invalid_module(bool in_path);
[[nodiscard]] HttpAnswer missing_parameter(std::string_view name);

}  // namespace zohosim
