#pragma once
// Sign-ups at a steady rate, whatever the answers take, as a platform sends them; and how long it is until the CRM has
// them.

#include <cstdint>
#include <string>
#include <vector>

#include "process/system.hpp"

namespace zs::bench {

struct Trickle {
  std::string url;  // who takes the events
  double a_second = 20;
  std::chrono::seconds before{2};  // not counted: connections open, the pace becomes known
  std::chrono::seconds length{10};
  std::uint64_t first = 0;  // the customer to begin with
};

struct Trickled {
  std::uint64_t signups = 0;       // that count
  std::vector<double> contact_ms;  // of some: from the post until the Contact is there
  std::vector<double> all_ms;      // of the same: until Contact and Account are there with all their tags
  double credits_per_1000 = 0;     // sign-ups
};

/// `site`: whose simulator is written to.
[[nodiscard]] Trickled trickle(process::System& site, const Trickle& how);

}  // namespace zs::bench
