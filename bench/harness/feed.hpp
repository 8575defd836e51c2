#pragma once
// Made-up customers, the same on every run: what a platform sends when they sign up and go on.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zs::bench {

/// One structured CloudEvent. Event ids come in no order, as UUIDs do.
[[nodiscard]] std::string signup(std::uint64_t customer);
/// A later fact about a customer: the `turn`th change of a profile field.
[[nodiscard]] std::string profile_change(std::uint64_t customer, std::uint64_t turn);
/// A paid subscription.
[[nodiscard]] std::string paid(std::uint64_t customer);
/// A customer's account has the user's id.
[[nodiscard]] std::string user_id(std::uint64_t customer);
[[nodiscard]] std::string subscription_id(std::uint64_t customer);
[[nodiscard]] std::string email(std::uint64_t customer);

/// `[a,b,…]` and one a line.
[[nodiscard]] std::string as_batch(const std::vector<std::string>& events);
[[nodiscard]] std::string as_lines(const std::vector<std::string>& events);
[[nodiscard]] std::vector<std::string> signups(std::uint64_t first, std::uint64_t count);

}  // namespace zs::bench
