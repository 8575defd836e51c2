#include "harness/feed.hpp"

#include <array>

namespace zs::bench {
namespace {

/// Spreads consecutive numbers over all 64 bits (the finalizer of splitmix64).
std::uint64_t spread(std::uint64_t x) {
  x += 0x9E37'79B9'7F4A'7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EBULL;
  return x ^ (x >> 31);
}

std::string event_id(std::uint64_t customer, std::uint64_t turn) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string id = "evt_";
  for (std::uint64_t part : {spread(customer), spread(customer ^ (turn << 40) ^ 0x5A5AULL)}) {
    for (int i = 0; i < 16; ++i, part >>= 4) id += k_digits[part & 15];
  }
  return id;
}

std::string event(std::uint64_t customer, std::uint64_t turn, std::string_view type, const std::string& data) {
  std::string out = R"({"specversion":"1.0","id":")" + event_id(customer, turn);
  out += R"(","source":"/bench/app","type":")";
  out += type;
  // A minute for each turn, so that later facts are later.
  const std::string minute = std::to_string(10 + turn % 50);
  out += R"(","time":"2026-01-05T09:)" + minute + R"(:00Z","data":)" + data + "}";
  return out;
}

}  // namespace

std::string user_id(std::uint64_t customer) { return "usr_" + std::to_string(customer); }
std::string subscription_id(std::uint64_t customer) { return "sub_" + std::to_string(customer); }
std::string email(std::uint64_t customer) { return "person" + std::to_string(customer) + "@example.com"; }

std::string signup(std::uint64_t customer) {
  constexpr std::array k_countries{"SE", "DE", "US", "GB", "IN"};
  constexpr std::array k_sources{"website", "referral", "whatsapp"};
  const std::string n = std::to_string(customer);
  std::string data =
      R"({"user":{"id":")" + user_id(customer) + R"(","email":")" + email(customer) + R"(","first_name":"Ada)";
  data += R"(","last_name":"Number)" + n + R"(","phone":"+46701234567","country":")";
  data += k_countries[customer % k_countries.size()];
  data += R"(","source":")";
  data += k_sources[customer % k_sources.size()];
  data += R"("}})";
  return event(customer, 0, "user.signed_up", data);
}

std::string profile_change(std::uint64_t customer, std::uint64_t turn) {
  return event(customer, turn, "user.updated",
               R"({"user":{"id":")" + user_id(customer) + R"(","title":"Rank )" + std::to_string(turn) + R"("}})");
}

std::string paid(std::uint64_t customer) {
  constexpr std::array k_plans{"base", "plus", "pro"};
  std::string data = R"({"subscription":{"id":")" + subscription_id(customer) + R"(","user_id":")" + user_id(customer);
  data += R"(","plan":")";
  data += k_plans[customer % k_plans.size()];
  data += R"(","amount":"49.00","currency":"USD","interval":"month","started_at":"2026-01-05T09:30:00Z"}})";
  return event(customer, 45, "subscription.activated", data);
}

std::string as_batch(const std::vector<std::string>& events) {
  std::string out = "[";
  for (const std::string& one : events) {
    if (out.size() > 1) out += ',';
    out += one;
  }
  return out + "]";
}

std::string as_lines(const std::vector<std::string>& events) {
  std::string out;
  for (const std::string& one : events) out += one + "\n";
  return out;
}

std::vector<std::string> signups(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> out;
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(signup(first + i));
  return out;
}

}  // namespace zs::bench
