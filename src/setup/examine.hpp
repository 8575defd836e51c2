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

namespace zs::setup {

struct ModuleRights {
  std::string api_name;
  bool api_supported = true;
  bool creatable = true;
  bool editable = true;
};

struct Pipeline {
  std::string name;
  std::vector<std::string> stages;
};

struct Facts {
  OrgView view;
  std::optional<std::vector<ModuleRights>> modules;  // nothing: not readable, see notes
  std::optional<std::vector<Pipeline>> pipelines;    // of all layouts of Deals
  std::optional<std::size_t> tagged_per_credit;      // from the org's own price list
  std::optional<std::int64_t> credits_remaining;     // told once half of the day's are spent
  std::vector<Note> notes;                           // what could not be read, and why
};

/// Records tagged for a credit, as GET /__apis has it; nothing when it does not speak of tags.
[[nodiscard]] Result<std::optional<std::size_t>> read_tag_price(const std::string& json);

/// Errors are those of Calls that end everything: Zoho is not there, or wants a pause.
[[nodiscard]] Result<Facts> examine(Calls& calls);

}  // namespace zs::setup
