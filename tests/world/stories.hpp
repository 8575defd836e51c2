#pragma once
// Events by hand, for named situations.

#include <string>

#include "world/world.hpp"

namespace zs::world {

inline store::NewEvent event(std::string id, std::string type, int second, std::string data,
                             store::Lane lane = store::Lane::live) {
  return {"/app",          std::move(id), std::move(type), Time{std::chrono::seconds{1'750'000'000 + second}},
          std::move(data), lane};
}

inline store::NewEvent signup(const std::string& user, const std::string& email, int second = 1,
                              const std::string& account = "org", store::Lane lane = store::Lane::live) {
  return event("signup-" + user, "user.signed_up", second,
               R"({"user":{"id":")" + user + R"(","email":")" + email +
                   R"(","last_name":"Lee","source":"website"},"account":{"id":")" + account + R"(","name":"Acme"}})",
               lane);
}

/// What is not as it must be, a line each.
inline std::string faults(World& world) {
  std::string out;
  for (const std::string& one : world.faults_against_oracle()) out += one + "\n";
  return out;
}

}  // namespace zs::world
