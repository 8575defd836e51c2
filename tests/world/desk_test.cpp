// Desk tickets in bad weather, against the simulator's Desk under one turned clock: one ticket for a key, whatever is
// lost, refused or killed on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "desk/service.hpp"
#include "world/world.hpp"

namespace zs::world {
namespace {

using namespace std::chrono_literals;

/// The Desk service of one life of the daemon.
struct DeskSide {
  DeskSide(World& world, zoho::TokenSource& tokens, const desk::Options& options)
      : api({"http://zoho.sim", 30s,
             [&world](std::move_only_function<void()> task) { world.later(Duration{0}, std::move(task)); },
             desk::stale_codes()},
            world, tokens),
        client(api, world.clock(), world.random(),
               [&world](Duration pause, std::move_only_function<void()> task) { world.later(pause, std::move(task)); }),
        portal(client, world.clock(), options),
        service(
            {world.store(), client, portal, world.clock(), options,
             [&world](Duration pause, std::move_only_function<void()> task) { world.later(pause, std::move(task)); },
             [&world](std::move_only_function<void()> task) { world.later(Duration{0}, std::move(task)); }}) {}
  zoho::Api api;
  desk::Client client;
  desk::Portal portal;
  desk::Service service;
};

store::NewEvent signup(int user) {
  const std::string id = "u" + std::to_string(user);
  return {"app", "e" + id, "user.signed_up", from_millis(1'760'000'000'000),
          R"({"user":{"id":")" + id + R"(","email":")" + id + R"(@x.io","last_name":"Lee"}})"};
}

/// A platform that asks for tickets and repeats what was not answered, as it would.
class Platform {
 public:
  Platform(std::uint64_t seed, Weather weather, bool careful) {
    options_.contact_sync = 10s;  // the simulator takes half of that
    options_.search_before_repeat = careful;
    Settings settings;
    settings.seed = seed;
    settings.weather = weather;
    settings.beside = [this](World& world, zoho::TokenSource& tokens) -> std::shared_ptr<void> {
      auto side = std::make_shared<DeskSide>(world, tokens, options_);
      side_ = side.get();
      ++lives_;
      if (const auto started = side->service.start(); !started) throw std::runtime_error(started.error().text);
      return side;
    };
    world_.emplace(std::move(settings));
  }

  World& world() { return *world_; }

  /// Two tickets for each of some users; false when some have not been answered with a ticket in the end.
  [[nodiscard]] bool open_tickets(int users) {
    std::vector<store::NewEvent> signups;
    for (int user = 0; user < users; ++user) signups.push_back(signup(user));
    world().deliver_over(signups, 10s);
    world().run_for(15s);
    for (int round = 0; round < 400; ++round) {
      bool missing = false;
      for (int user = 0; user < users; ++user) {
        for (int n = 0; n < 2; ++n) missing = !ask(user, n) || missing;
      }
      if (!missing) return true;
      world().run_for(5s);
      if (round == 60) world().calm();
    }
    return false;
  }

  /// The answers by key.
  std::map<std::string, std::string> answers;

 private:
  /// True once it is answered.
  bool ask(int user, int n) {
    const std::string key = "k" + std::to_string(user) + "-" + std::to_string(n);
    if (answers.contains(key)) return true;
    // An answer to a dead process never comes.
    if (const auto asked = asked_in_.find(key); asked != asked_in_.end() && asked->second == lives_) return false;
    asked_in_[key] = lives_;
    desk::Order order;
    order.user_id = "u" + std::to_string(user);
    order.subject = key;
    order.description = "d";
    side_->service.open(std::move(order), key, std::nullopt, [this, key](desk::Outcome<desk::Answer> outcome) {
      asked_in_.erase(key);
      if (outcome) answers.emplace(key, outcome->body);
    });
    return answers.contains(key);
  }

  desk::Options options_;
  DeskSide* side_ = nullptr;
  int lives_ = 0;
  std::map<std::string, int> asked_in_;  // the life of the daemon in which a key was asked for
  std::optional<World> world_;
};

constexpr int k_users = 4;

Weather bad_weather() {
  Weather weather;
  weather.not_sent = 0.03;
  weather.lost_before = 0.04;
  weather.lost_answer = 0.06;
  weather.server_error = 0.03;
  weather.error_after = 0.03;
  weather.throttled = 0.02;
  weather.stale_token = 0.02;
  weather.crash = 0.01;
  return weather;
}

TEST(DeskInBadWeather, EveryKeyHasOneTicketAndEveryUserOneContact) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Platform platform(seed, bad_weather(), true);
    ASSERT_TRUE(platform.open_tickets(k_users));
    const auto& portal = platform.world().simulator().desk();
    EXPECT_EQ(portal.tickets().size(), 2U * k_users);
    std::map<std::uint64_t, int> by_contact;
    for (const auto& ticket : portal.tickets()) ++by_contact[ticket.contact];
    EXPECT_EQ(by_contact.size(), static_cast<std::size_t>(k_users));
    for (const auto& [contact, count] : by_contact) EXPECT_EQ(count, 2) << contact;
    // All of them are those that the integration mapped: none was made beside.
    EXPECT_EQ(portal.contacts().size(), static_cast<std::size_t>(k_users));
    EXPECT_LE(portal.gate().most_calls(), 2);
    const std::set<std::string> distinct = [&] {
      std::set<std::string> out;
      for (const auto& [key, answer] : platform.answers) out.insert(answer);
      return out;
    }();
    EXPECT_EQ(distinct.size(), 2U * k_users) << "each key has an answer of its own";
  }
}

TEST(DeskInBadWeather, WithoutTheSearchBeforeTheRepeatThereAreTwins) {
  std::size_t twins = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Platform platform(seed, bad_weather(), false);
    ASSERT_TRUE(platform.open_tickets(k_users));
    twins += platform.world().simulator().desk().tickets().size() - 2U * k_users;
  }
  EXPECT_GT(twins, 0U) << "if there are none, the weather proves nothing";
}

}  // namespace
}  // namespace zs::world
