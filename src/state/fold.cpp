#include "state/fold.hpp"

#include "state/derive.hpp"

namespace zs::state {

bool apply(Registers& registers, const event::Event& event, const event::Patch& patch) {
  if (event.deletes_user) return registers.merge_least(k_deleted, event.stamp);
  bool changed = registers.merge_least(k_known_since, event.stamp);
  for (const auto& [name, value] : patch.fields) {
    changed = registers.merge(name, value, event.stamp) || changed;
    // Being paid for once is a fact of its own: a later or an earlier status does not undo it.
    if (patch.kind == event::Kind::subscription && name == "status" && is_paid(parse_status(value.text))) {
      changed = registers.merge_least(k_first_paid, event.stamp) || changed;
    }
  }
  return changed;
}

}  // namespace zs::state
