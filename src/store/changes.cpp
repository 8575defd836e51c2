#include "store/changes.hpp"

#include <array>

namespace zs::store {
namespace {

constexpr std::array k_changes{Change::linked, Change::relinked, Change::merged, Change::unlinked, Change::erased};

}  // namespace

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::inserted:
      return "inserted";
    case Cause::recreated:
      return "recreated";
    case Cause::adopted_external_id:
      return "adopted_external_id";
    case Cause::adopted_email:
      return "adopted_email";
    case Cause::adopted_field:
      return "adopted_field";
    case Cause::merged:
      return "merged";
    case Cause::deleted_in_zoho:
      return "deleted_in_zoho";
    case Cause::retried:
      return "retried";
    case Cause::imported:
      return "imported";
    case Cause::erased:
      return "erased";
  }
  return "";
}

std::string_view name_of(Change change) {
  switch (change) {
    case Change::linked:
      return "linked";
    case Change::relinked:
      return "relinked";
    case Change::merged:
      return "merged";
    case Change::unlinked:
      return "unlinked";
    case Change::erased:
      return "erased";
  }
  return "";
}

std::optional<Change> parse_change(std::string_view name) {
  for (const Change one : k_changes) {
    if (name_of(one) == name) return one;
  }
  return std::nullopt;
}

}  // namespace zs::store
