#pragma once
// Customers in Zoho, people who change them there, and a look at what differs.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "world/stories.hpp"

namespace zs::world {

struct Drifted {
  explicit Drifted(Settings settings = Settings{}) : world(std::move(settings)) { world.widen_window(); }
  World world;

  void settle() { ASSERT_TRUE(world.run_until_quiet(std::chrono::hours{1})) << world.engine().status().state; }
  void three_customers() {
    world.deliver({signup("u1", "ann@example.com"), signup("u2", "bo@example.com", 2, "other"),
                   signup("u3", "cy@example.com", 3),
                   event("s1", "subscription.activated", 5,
                         R"({"subscription":{"id":"s","user_id":"u1","plan":"pro","amount":"10"}})")});
    settle();
  }
  /// Runs one to its end.
  const reconcile::Progress& look(bool repair, reconcile::Scope scope) {
    const auto started = world.reconciler().start(repair, scope);
    EXPECT_TRUE(started) << started.error().text;
    for (int i = 0; i < 7'200 && world.reconciler().progress().is_running(); ++i)
      world.run_for(std::chrono::seconds{1});
    EXPECT_EQ(world.reconciler().progress().state, reconcile::State::done) << world.reconciler().progress().error;
    return world.reconciler().progress();
  }
  std::vector<reconcile::Finding> found(reconcile::Drift what) {
    std::vector<reconcile::Finding> out;
    for (const reconcile::Finding& one : world.reconciler().findings()) {
      if (one.what == what) out.push_back(one);
    }
    return out;
  }

  /// What a person does in the CRM.
  std::string control(const std::string& path, const std::string& body) {
    zohosim::HttpRequest request;
    request.method = "POST";
    request.path = "/control/" + path;
    request.body = body;
    const auto answer = world.simulator().handle(request);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::string edit(plan::Module module, const std::string& id, const std::string& body) {
    return control("records/" + std::string(plan::name_of(module)) + "/" + id, body);
  }
  std::string zoho_id(event::Kind kind, const std::string& key) { return world.entity(kind, key)->zoho_id; }
  std::string contact(const std::string& user) { return zoho_id(event::Kind::user, user); }
  [[nodiscard]] std::size_t writes() const { return world.count_sent("PUT", "") + world.count_sent("POST", "actions"); }
};

}  // namespace zs::world
