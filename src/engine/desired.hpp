#pragma once
// What Zoho should hold of an entity, with the parents whose names and ids its record shows.

#include <optional>

#include "base/result.hpp"
#include "plan/desired.hpp"
#include "store/store.hpp"

namespace zs::engine {

/// Linked by an import of the map before any event told of it.
[[nodiscard]] bool is_unheard_of(const store::Entity& entity);

struct Formed {
  plan::Desired desired;
  bool is_link_only = false;             // nothing but our id is wanted in the record, which needs no parents
  std::optional<store::Entity> account;  // of a user or a subscription, if it has one that is known
  std::optional<store::Entity> user;     // of a subscription
};

[[nodiscard]] Result<Formed> form_desired(store::Reader& reader, const store::Entity& entity,
                                          const plan::Mapping& mapping, const plan::Schema& schema);

}  // namespace zs::engine
