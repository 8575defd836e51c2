#pragma once
// What --repair does about one finding: nothing is written to Zoho here. The entity's synced state becomes what was
// read and it is marked dirty on the repair lane; the engine writes the difference, by policy as always.

#include "base/result.hpp"
#include "reconcile/judge.hpp"
#include "store/store.hpp"

namespace zs::reconcile {

/// True when the entity was marked; false when a person is needed, or when it has moved since it was judged.
[[nodiscard]] Result<bool> mend(store::Transaction& tx, const Judgement& judgement, const plan::Mapping& mapping,
                                std::int64_t now_ms);

}  // namespace zs::reconcile
