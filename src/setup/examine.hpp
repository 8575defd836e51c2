#pragma once
// All that `doctor` looks at in an org, read once. What the token may not read is told as a note, not as an end.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "setup/calls.hpp"
#include "setup/org.hpp"
#include "setup/plan.hpp"
#include "zoho/metadata.hpp"

namespace zs::setup {

struct Facts {
  OrgView view;
  std::optional<std::vector<zoho::ModuleMetadata>> modules;      // nothing: not readable, see notes
  std::optional<std::vector<zoho::PipelineMetadata>> pipelines;  // of all layouts of Deals
  std::optional<std::vector<std::string>> contact_roles;         // their names
  std::optional<std::size_t> tagged_per_credit;                  // from the org's own price list
  std::optional<std::int64_t> credits_remaining;                 // told once half of the day's are spent
  std::vector<Note> notes;                                       // what could not be read, and why
};

/// Errors are those of Calls that end everything: Zoho is not there, or wants a pause.
[[nodiscard]] Result<Facts> examine(Calls& calls);

}  // namespace zs::setup
