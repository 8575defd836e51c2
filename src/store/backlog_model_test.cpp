// Random histories of marking, blocking, holding and settling, beside a model that has the rules in their plainest
// form.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.hpp"
#include "store/store.hpp"

namespace zs::store {
namespace {

struct Model {
  std::map<EntityId, Dirty> dirty;
  std::set<EntityId> held;

  [[nodiscard]] bool hangs(EntityId id) const {
    const auto row = dirty.find(id);
    if (row == dirty.end() || row->second.blocked_on == 0) return false;
    return held.contains(row->second.blocked_on) || hangs(row->second.blocked_on);
  }

  void mark(EntityId id, Lane lane, std::int64_t now) {
    held.erase(id);
    auto& row = dirty.try_emplace(id, Dirty{id, lane, now, now, 0, 0, 0}).first->second;
    row.lane = std::min(row.lane, lane);
    row.due_ms = now;
    row.attempts = 0;
    row.blocked_on = 0;
  }

  [[nodiscard]] Backlog backlog() const {
    Backlog out;
    out.held = static_cast<std::int64_t>(held.size());
    for (const auto& [id, row] : dirty) {
      if (hangs(id)) {
        ++out.hanging;
      } else {
        ++out.dirty;
        out.oldest_since_ms = out.oldest_since_ms == 0 ? row.since_ms : std::min(out.oldest_since_ms, row.since_ms);
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<EntityId> ready(std::int64_t now) const {
    std::vector<Dirty> rows;
    for (const auto& [id, row] : dirty) {
      if (row.blocked_on == 0 && row.due_ms <= now) rows.push_back(row);
    }
    std::ranges::sort(rows, {}, [](const Dirty& row) { return std::tuple(row.lane, row.due_ms, row.id); });
    std::vector<EntityId> ids;
    for (const auto& row : rows) ids.push_back(row.id);
    return ids;
  }
};

// Entities 1..3 stand for accounts, 4..6 for contacts, 7..9 for deals: who waits for whom never goes round.
constexpr EntityId k_entities = 9;

Result<void> step(Transaction& tx, Model& model, Random& random, std::int64_t now) {
  const auto id = static_cast<EntityId>(1 + random.below(k_entities));
  const auto lane = static_cast<Lane>(random.below(3));
  switch (random.below(7)) {
    case 0:
    case 1:
      model.mark(id, lane, now);
      return tx.mark_dirty(id, lane, now);
    case 2: {
      if (id <= 3) return {};
      const auto parent = (id - 4) / 3 * 3 + 1 + static_cast<EntityId>(random.below(3));
      if (model.dirty.contains(id)) model.dirty.at(id).blocked_on = parent;
      return tx.block(id, parent);
    }
    case 3:
      for (auto& [child, row] : model.dirty) {
        if (row.blocked_on == id) row.blocked_on = 0;
      }
      return tx.unblock_children(id);
    case 4:
      model.dirty.erase(id);
      model.held.insert(id);
      return tx.hold({.id = id, .since_ms = now});
    case 5: {
      ZS_ASSIGN(const bool dropped, tx.drop_held(id));
      return dropped == (model.held.erase(id) == 1) ? Result<void>()
                                                    : fail(Errc::invalid, "drop_held() said otherwise");
    }
    default: {
      ZS_ASSIGN(const auto row, tx.dirty(id));
      if (row.has_value() != model.dirty.contains(id)) return fail(Errc::invalid, "dirty() said otherwise");
      if (!row) return {};
      model.dirty.erase(id);
      ZS_ASSIGN(const bool cleared, tx.clear_dirty(id, row->version));
      return cleared ? Result<void>() : fail(Errc::invalid, "clear_dirty() said otherwise");
    }
  }
}

RC_GTEST_PROP(BacklogModel, AgreesWithTheStoreAfterEveryHistory, (std::uint64_t seed)) {
  auto store = open_sqlite({.path = ":memory:", .inline_commits = true});
  RC_ASSERT(store.has_value());
  auto reader = (*store)->reader();
  RC_ASSERT(reader.has_value());
  Model model;
  SeededRandom random(seed);
  for (std::int64_t now = 1; now <= 120; ++now) {
    RC_ASSERT((*store)->write([&](Transaction& tx) { return step(tx, model, random, now); }).has_value());
    const auto backlog = (*reader)->backlog();
    RC_ASSERT(backlog.has_value());
    const auto expected = model.backlog();
    RC_ASSERT(backlog->dirty == expected.dirty);
    RC_ASSERT(backlog->held == expected.held);
    RC_ASSERT(backlog->hanging == expected.hanging);
    RC_ASSERT(backlog->oldest_since_ms == expected.oldest_since_ms);
    const auto rows = (*reader)->ready(now, 100);
    RC_ASSERT(rows.has_value());
    std::vector<EntityId> ready;
    for (const auto& row : *rows) ready.push_back(row.id);
    RC_ASSERT(ready == model.ready(now));
  }
}

}  // namespace
}  // namespace zs::store
