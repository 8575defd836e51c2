#pragma once
// Every write of the store. The transaction around it, and who shares it, is the committer's.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sqlite/reader.hpp"

namespace zs::store::sqlite {

class Writes final : public Reads<Transaction> {
 public:
  Writes(Connection& connection, IdentityIndex& index, bool dedupe)
      : Reads(connection, &index), index_(index), dedupe_(dedupe) {}

  Result<bool> append(const NewEvent& event, std::int64_t received_ms) override;
  Result<void> set_fold_cursor(Seq seq) override;
  Result<void> note_touch(EntityId id, Seq seq) override;
  Result<void> save_state(Entity& entity) override;
  Result<void> save_synced(const Entity& entity) override;
  using Transaction::mark_dirty;
  Result<void> mark_dirty(std::span<const Mark> marks, std::int64_t now_ms) override;
  Result<void> save_link(const Entity& entity, Linking linking) override;
  Result<std::size_t> sweep_changes(std::int64_t before_ms, std::size_t limit) override;
  Result<void> save_webhook(const WebhookState& state) override;
  Result<void> mark_account_dirty(std::string_view account_key, Kind kind, Lane lane, std::int64_t now_ms) override;
  Result<bool> clear_dirty(EntityId id, std::int64_t version) override;
  Result<void> postpone(EntityId id, std::int64_t due_ms, std::int32_t attempts) override;
  Result<void> block(EntityId id, EntityId parent) override;
  Result<void> unblock_children(EntityId parent) override;
  Result<void> hold(const Held& held) override;
  Result<bool> drop_held(EntityId id) override;
  Result<void> add_timeline(EntityId id, const TimelineEntry& entry) override;
  Result<void> set_meta(std::string_view key, std::string_view value) override;
  Result<bool> refuses(const NewEvent& event) override;
  Result<void> begin_erasure(EntityId user, std::int64_t now_ms) override;
  Result<void> bury(Kind kind, std::string_view key) override;
  Result<std::vector<std::string>> erase_events(std::span<const LedgerEvent> events) override;
  Result<void> erase_entity(EntityId id, std::int64_t now_ms) override;
  Result<void> erase_timeline(EntityId id, std::string_view text) override;
  Result<void> end_erasure(EntityId user) override;
  Result<void> wipe() override;

  /// Whether a job has asked for a wipe since the last call.
  [[nodiscard]] bool take_wipe() { return std::exchange(wants_wipe_, false); }
  Result<void> save_desk_contact(const DeskContact& contact) override;
  Result<void> drop_desk_contact(std::string_view user_key) override;
  Result<bool> claim_desk_ticket(const DeskTicket& ticket) override;
  Result<bool> advance_desk_ticket(const DeskTicket& ticket) override;
  Result<void> drop_desk_ticket(std::string_view key) override;
  Result<void> sweep_desk_tickets(std::int64_t before_ms) override;
  Result<void> forget_desk(std::string_view user_key) override;

 private:
  Result<void> insert_entity(Entity& entity);
  Result<void> add_change(EntityId id, const MappingChange& change);
  Result<void> erase_changes(const Entity& entity, std::int64_t now_ms);
  /// A version that no dirty row has had.
  Result<std::int64_t> next_version();
  /// Whether what is blocked on `id` hangs: `id` is held, or hangs itself.
  Result<bool> is_stuck(EntityId id);
  Result<bool> hangs(EntityId id);
  /// After something about `roots` changed: brings the marks of what is blocked on them, directly or not, up to date.
  Result<void> settle_hanging(std::vector<EntityId> roots);
  /// The salt of the tombstones; none while nobody was erased.
  Result<std::optional<std::string>> salt();
  Result<bool> is_known(const NewEvent& event, std::string_view salt);

  IdentityIndex& index_;
  bool dedupe_;
  bool knows_salt_ = false;  // as of some committed or present state
  std::optional<std::string> salt_;
  bool wants_wipe_ = false;
};

}  // namespace zs::store::sqlite
