#include "zoho/limits.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "zoho/crm.hpp"
#include "zoho/json_read.hpp"

namespace zs::zoho {
namespace {

namespace dom = simdjson::dom;

bool is_tag_call(std::string_view path) { return path.ends_with("/add_tags") || path.ends_with("/remove_tags"); }

}  // namespace

Result<Prices> read_prices(std::string_view json) {
  dom::parser parser;
  dom::array apis;
  if (parser.parse(json.data(), json.size())["__apis"].get(apis) != simdjson::SUCCESS)
    return fail(Errc::corrupt, "Zoho's answer has no list '__apis'");
  std::int64_t dearest = 0;
  std::int64_t dearest_roles = 0;
  for (const dom::element api : apis) {
    dom::array operations;
    const bool is_roles = text_of(api, "path").ends_with("/Contact_Roles");
    if ((!is_roles && !is_tag_call(text_of(api, "path"))) ||
        api["operation_types"].get(operations) != simdjson::SUCCESS)
      continue;
    for (const dom::element operation : operations) {
      std::int64_t& most = is_roles ? dearest_roles : dearest;
      most = std::max(most, number_of(operation, "max_credits"));
    }
  }
  // The most that a call can cost is what its most items cost.
  const auto per_credit = [](std::size_t items, std::int64_t credits) {
    return std::max<std::size_t>(1, items / static_cast<std::size_t>(credits));
  };
  Prices prices;
  if (dearest > 0) prices.tagged_per_credit = per_credit(max_items(Verb::add_tags), dearest);
  if (dearest_roles > 0) prices.roles_per_credit = per_credit(k_most_roles, dearest_roles);
  return prices;
}

std::string probe_key(std::string_view org_id) { return "capabilities:" + std::string(org_id); }

Prices with_probe(Prices prices, std::string_view found) {
  dom::parser parser;
  dom::element root;
  if (found.empty() || parser.parse(found.data(), found.size()).get(root) != simdjson::SUCCESS || !root.is_object())
    return prices;
  const std::string text = text_of(root, "tagged_per_credit");
  const auto tagged = static_cast<std::size_t>(std::max<std::int64_t>(0, parse_integer(text).value_or(0)));
  if (tagged > 0 && tagged <= max_items(Verb::add_tags)) prices.tagged_per_credit = tagged;
  return prices;
}

std::size_t items_per_credit(Verb verb, const Prices& prices) {
  switch (verb) {
    case Verb::insert:
    case Verb::update:
      return 10;
    case Verb::add_tags:
    case Verb::remove_tags:
      return prices.tagged_per_credit;
    case Verb::find_by_email:
    case Verb::find_by_key:
    case Verb::read:
    case Verb::delete_records:
    case Verb::purge:
      return max_items(verb);
    case Verb::read_roles:
    case Verb::set_roles:
    case Verb::remove_roles:
      return 1;  // Deals
    case Verb::list:
    case Verb::list_ids:
    case Verb::count:
      break;
  }
  return 0;
}

std::int64_t credits_of(Verb verb, std::size_t items, const Prices& prices) {
  if (verb == Verb::read_roles || verb == Verb::remove_roles) return 1;
  const std::size_t step = verb == Verb::set_roles ? prices.roles_per_credit : items_per_credit(verb, prices);
  // Calls without items are single reads.
  if (step == 0) return 1;
  return static_cast<std::int64_t>((items + step - 1) / step);
}

bool is_heavy(Verb verb, std::size_t items) {
  return verb == Verb::find_by_email || verb == Verb::find_by_key || verb == Verb::list_ids ||
         ((verb == Verb::insert || verb == Verb::update) && items > 10);
}

bool tells_of_credits(std::string_view message) {
  const std::string words = to_lower(message);
  constexpr std::array<std::string_view, 3> k_signs{"24 hour", "credit", "daily"};
  return std::ranges::any_of(k_signs, [&](std::string_view sign) { return words.contains(sign); });
}

}  // namespace zs::zoho
