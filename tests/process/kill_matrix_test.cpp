// The real daemon, killed with SIGKILL while its nth call is in the air, for n = 1, 2, … until the work is over before
// its turn: once with a call that Zoho never gets to, once with one that it has applied. Started again, it converges.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <thread>

#include "process/system.hpp"
#include "support/histories.hpp"
#include "support/mapping.hpp"
#include "zoho/metadata.hpp"

namespace zs::process {
namespace {

store::NewEvent event(std::string id, std::string type, int second, std::string data) {
  return {"/app",          std::move(id),    std::move(type), Time{std::chrono::seconds{1'750'000'000 + second}},
          std::move(data), store::Lane::live};
}

/// A signup with a deal, and then a change that takes updates and both kinds of tag calls.
std::vector<std::vector<store::NewEvent>> work() {
  return {{event("1", "user.signed_up", 1, R"({"user":{"id":"u1","email":"a@acme.example","last_name":"Lee"}})"),
           event("2", "subscription.activated", 2,
                 R"({"subscription":{"id":"s1","user_id":"u1","plan":"plus","status":"active"}})")},
          {event("3", "user.updated", 3, R"({"user":{"id":"u1","first_name":"Ann","source":"website"}})"),
           event("4", "subscription.updated", 4, R"({"subscription":{"id":"s1","plan":"pro"}})")}};
}

plan::Schema schema_of(System& system) {
  plan::Schema schema;
  for (const plan::Module module : plan::k_modules) {
    const auto fields =
        zoho::read_fields(system.crm_get("/crm/v8/settings/fields?module=" + std::string(plan::name_of(module))));
    for (const auto& field : *fields)
      schema.fields[static_cast<std::size_t>(module)].emplace(field.api_name, field.info);
  }
  return schema;
}

std::int64_t fired(System& system) {
  simdjson::dom::parser parser;
  const auto answer = system.control("GET", "/faults");
  std::int64_t count = 0;
  if (parser.parse(answer.body)["faults"].at(0)["fired"].get(count) != simdjson::SUCCESS) return 0;
  return count;
}

bool is_synced(System& system) {
  simdjson::dom::parser parser;
  std::int64_t waiting = -1;
  const auto status = system.call("GET", "/v1/status");
  return status.status == 200 && parser.parse(status.body)["backlog"]["entities"].get(waiting) == simdjson::SUCCESS &&
         waiting == 0;
}

/// Works on until the fault has struck, and kills the daemon then; false when the work was over first.
bool work_until_struck(System& system, std::size_t& offered) {
  const auto parts = work();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  for (offered = 0; offered < parts.size(); ++offered) {
    std::string body;
    for (const auto& one : parts[offered]) body += test::to_json(one) + "\n";
    EXPECT_EQ(system.post_events(body).status, 202);
    while (!is_synced(system)) {
      if (fired(system) > 0) {
        ++offered;
        system.kill_daemon();
        return true;
      }
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << system.call("GET", "/v1/status").body;
        return false;
      }
    }
  }
  return false;
}

class KillAtCall : public testing::TestWithParam<const char*> {};

TEST_P(KillAtCall, TheWorkIsTakenUpAgain) {
  std::size_t n = 0;
  for (bool was_killed = true; was_killed && !HasFailure();) {
    ++n;
    System system({{"--ready"}, {}, false});
    const std::string rule =
        std::string(R"({"on":"any",)") + GetParam() + R"(,"times":1,"nth":)" + std::to_string(n) + "}";
    ASSERT_EQ(system.control("POST", "/faults", rule).status, 200) << rule;
    system.start_daemon();
    std::size_t offered = 0;
    was_killed = work_until_struck(system, offered);
    // Also when it has not struck: it would strike the calls below, by which the test itself looks at the CRM.
    ASSERT_EQ(system.control("DELETE", "/faults").status, 200);
    if (was_killed) system.start_daemon();
    const auto parts = work();
    std::vector<store::NewEvent> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    std::string rest;
    for (std::size_t i = offered; i < parts.size(); ++i) {
      for (const auto& one : parts[i]) rest += test::to_json(one) + "\n";
    }
    if (!rest.empty()) {
      ASSERT_EQ(system.post_events(rest).status, 202);
    }
    ASSERT_TRUE(system.wait_until_synced(std::chrono::seconds{30}))
        << "n " << n << system.call("GET", "/v1/status").body;
    const plan::Mapping mapping = test::default_mapping();
    for (const std::string& fault :
         test::compare(test::expect(all, mapping, schema_of(system)), system.crm(mapping), mapping))
      ADD_FAILURE() << "n " << n << ": " << fault;
  }
  EXPECT_GT(n, 8U) << "the work makes too few calls to be a matrix";
}

INSTANTIATE_TEST_SUITE_P(Calls, KillAtCall,
                         testing::Values(R"("effect":"hang")", R"("effect":"latency","latency_ms":60000)"),
                         [](const auto& parameter) { return parameter.index == 0 ? "Unapplied" : "Applied"; });

}  // namespace
}  // namespace zs::process
