#pragma once
// Whether the mapped fields of a module can hold what is mapped to them, and whether the module demands more.

#include <vector>

#include "config/config.hpp"
#include "setup/org.hpp"
#include "setup/plan.hpp"

namespace zs::setup {

/// Fields that are missing are plan_setup's to say.
void check_fields(const config::Config& config, const OrgView& org, plan::Module module, std::vector<Note>& notes);

}  // namespace zs::setup
