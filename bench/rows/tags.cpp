// Tag calls against the fewest that could do it.
#include <simdjson.h>

#include <array>
#include <stdexcept>
#include <thread>

#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

using namespace std::chrono_literals;

struct TagCalls {
  double calls = 0;
  double credits = 0;
};

/// Those that the simulator was sent, by the list that it keeps of calls.
TagCalls tag_calls(process::System& system) {
  TagCalls out;
  simdjson::dom::parser parser;
  const auto listed = system.control("GET", "/calls?bodies=false&limit=1000");
  simdjson::dom::array calls;
  if (parser.parse(listed.body)["calls"].get(calls) != simdjson::SUCCESS)
    throw std::runtime_error("the simulator lists no calls: " + listed.body.substr(0, 200));
  for (const simdjson::dom::element call : calls) {
    std::string_view path;
    std::int64_t credits = 0;
    if (call["path"].get(path) != simdjson::SUCCESS || !path.contains("/actions/")) continue;
    if (!path.contains("add_tags") && !path.contains("remove_tags")) continue;
    if (call["credits"].get(credits) != simdjson::SUCCESS) throw std::runtime_error("a call without a price");
    ++out.calls;
    out.credits += static_cast<double>(credits);
  }
  return out;
}

}  // namespace

void tags(Size size) {
  static_cast<void>(size);  // counts do not vary with the machine
  constexpr std::uint64_t k_customers = 3'000;
  print_heading("tags", std::to_string(k_customers) +
                            " customers of trial begin to pay for one of three plans, all waiting together");
  process::System system(site(0));
  post_all(system, k_customers, signup);
  wait_until_synced(system, 2min, "tags");
  hold_back(system);
  post_all(system, k_customers, paid);
  while (daemon_counts(system).waiting < static_cast<std::int64_t>(3 * k_customers)) std::this_thread::sleep_for(20ms);
  system.control("DELETE", "/faults");
  wait_until_synced(system, 2min, "tags");
  const TagCalls spent = tag_calls(system);
  // Contacts and Accounts, each record in one call at least that adds (lifecycle-active and its plan) and in one that
  // removes (lifecycle-trial); a credit for each ten records.
  Samples credits;
  credits.add(spent.credits);
  Samples of_least;
  of_least.add(spent.credits / (2 * 2 * k_customers / 10.0));
  print_figure("spent", credits, "credits");
  print_verdict("of the least", of_least, "times", {Wanted::at_most, 1.05});
  // No call can add two plans to anybody, and none takes more than 500 records: two for each plan and module, and two
  // that remove for every thousand of a module.
  Samples calls;
  calls.add(spent.calls);
  Samples of_fewest;
  of_fewest.add(spent.calls / (2 * (3 * (k_customers / 3 / 500.0) + k_customers / 500.0)));
  print_figure("sent", calls, "calls");
  print_figure("of the fewest", of_fewest, "times");
}

}  // namespace zs::bench
