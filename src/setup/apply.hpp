#pragma once
// Carries a plan out and looks afterwards whether the org has what the plan promised: what Zoho says of a call is not
// yet what there is.

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "setup/calls.hpp"
#include "setup/plan.hpp"

namespace zs::setup {

struct Outcome {
  Step step;
  bool done = false;
  std::string trouble;  // empty when done
};

/// One outcome a step, in their order, told to `on_step` as they come. An error ends the run where it stands (Zoho
/// away, scope missing): what was made until then stays, and another run goes on from there.
[[nodiscard]] Result<std::vector<Outcome>> apply(const Plan& plan, Calls& calls,
                                                 const std::function<void(const Outcome&)>& on_step);

}  // namespace zs::setup
