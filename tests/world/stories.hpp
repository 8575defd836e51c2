#pragma once
// Events by hand, for named situations.

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

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

/// A person at work in Zoho, or a fault there: the simulator's control interface.
inline void control(World& world, const std::string& what, const std::string& body) {
  zohosim::HttpRequest request;
  request.method = "POST";
  request.path = "/control/" + what;
  request.body = body;
  const auto answer = world.simulator().handle(request);
  if (answer.status != 200) throw std::runtime_error("the simulator refuses: " + answer.body);
}

inline Settings with(std::function<void(engine::Options&)> tune) {
  Settings settings;
  settings.tune = std::move(tune);
  return settings;
}

/// A record as Zoho holds it, or some of its fields; empty when it is not there.
inline std::string record(World& world, const std::string& module, const std::string& id, const std::string& fields) {
  return world.ask("GET", "/crm/v8/" + module + "/" + id + "?fields=" + fields);
}

}  // namespace zs::world
