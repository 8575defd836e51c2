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
  for (const dom::element api : apis) {
    dom::array operations;
    if (!is_tag_call(text_of(api, "path")) || api["operation_types"].get(operations) != simdjson::SUCCESS) continue;
    for (const dom::element operation : operations) dearest = std::max(dearest, number_of(operation, "max_credits"));
  }
  if (dearest <= 0) return Prices{};
  // The most that a call can cost is what its most items cost.
  return Prices{std::max<std::size_t>(1, max_items(Verb::add_tags) / static_cast<std::size_t>(dearest))};
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
    case Verb::read:
      break;
  }
  return max_items(verb);
}

std::int64_t credits_of(Verb verb, std::size_t items, const Prices& prices) {
  const std::size_t step = items_per_credit(verb, prices);
  return static_cast<std::int64_t>((items + step - 1) / step);
}

bool is_heavy(Verb verb, std::size_t items) {
  return verb == Verb::find_by_email || ((verb == Verb::insert || verb == Verb::update) && items > 10);
}

bool tells_of_credits(std::string_view message) {
  const std::string words = to_lower(message);
  constexpr std::array<std::string_view, 3> k_signs{"24 hour", "credit", "daily"};
  return std::ranges::any_of(k_signs, [&](std::string_view sign) { return words.contains(sign); });
}

}  // namespace zs::zoho
