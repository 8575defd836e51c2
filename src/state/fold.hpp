#pragma once
// One event into the registers it speaks of. Everything else about state follows from the result.

#include "event/event.hpp"
#include "state/registers.hpp"

namespace zs::state {

/// Merges a patch of `event`; true when anything changed. `registers` are those of the patch's entity.
bool apply(Registers& registers, const event::Event& event, const event::Patch& patch);

}  // namespace zs::state
