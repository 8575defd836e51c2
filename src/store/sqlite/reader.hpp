#pragma once
// Every read of the store, for a Reader of its own connection and for a Transaction alike.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/identity_index.hpp"
#include "store/store.hpp"

namespace zs::store::sqlite {

/// Base is Reader or Transaction: both have the same reads, and neither can be the other.
template <class Base>
class Reads : public Base {
 public:
  /// Without an index, an event is found by walking the newest.
  Reads(Connection& connection, const IdentityIndex* index) : db_(connection), index_(index) {}

  Result<std::optional<Entity>> find(Kind kind, std::string_view key) override;
  Result<std::optional<Entity>> load(EntityId id) override;
  Result<std::optional<Entity>> find_by_zoho_id(Kind kind, std::string_view zoho_id) override;
  Result<std::vector<std::uint32_t>> distinct_facts(std::string_view account_key, Kind kind) override;
  Result<std::vector<Entity>> of_account(std::string_view account_key, Kind kind, bool only_with_facts,
                                         std::size_t limit) override;
  Result<std::vector<std::string>> people_of(std::string_view account_key, std::string_view after_key,
                                             std::size_t limit) override;
  Result<std::vector<std::string>> users_with_email(std::string_view digest, std::string_view after_key,
                                                    std::size_t limit) override;
  Result<std::vector<Entity>> subscriptions_of_user(std::string_view user_key, std::size_t limit) override;
  Result<EntityPage> page(Kind kind, std::string_view after_key, std::size_t limit) override;
  Result<std::vector<Entity>> linked_between(Kind kind, std::string_view after_zoho_id, std::string_view below,
                                             std::size_t limit) override;
  Result<std::vector<LedgerEvent>> events_after(Seq after, std::size_t limit) override;
  Result<std::vector<LedgerEvent>> live_events_after(Seq after, std::size_t limit) override;
  Result<std::optional<LedgerEvent>> find_event(std::string_view source, std::string_view id) override;
  Result<std::vector<LedgerEvent>> events_of(EntityId id, std::size_t limit) override;
  Result<std::vector<EntityId>> touched_by(Seq seq) override;
  Result<Seq> last_seq() override;
  Result<Seq> fold_cursor() override;
  Result<std::vector<Dirty>> ready(std::int64_t now_ms, std::size_t limit) override;
  Result<std::vector<Dirty>> newest(std::int64_t now_ms, std::size_t limit) override;
  Result<std::int64_t> next_due(std::int64_t now_ms) override;
  Result<std::optional<Dirty>> dirty(EntityId id) override;
  Result<Backlog> backlog() override;
  Result<std::optional<Held>> held(EntityId id) override;
  Result<std::vector<Held>> held_page(EntityId after, std::size_t limit) override;
  Result<std::vector<Held>> held_due(std::int64_t now_ms, std::size_t limit) override;
  Result<std::int64_t> next_held_retry() override;
  Result<std::vector<TimelineEntry>> timeline(EntityId id, std::size_t limit) override;
  Result<std::optional<DeskContact>> desk_contact(std::string_view user_key) override;
  Result<std::optional<std::string>> desk_contact_user(std::string_view contact_id) override;
  Result<std::optional<DeskTicket>> desk_ticket(std::string_view key) override;
  Result<std::vector<DeskTicket>> unfinished_desk_tickets() override;
  Result<std::optional<std::string>> meta(std::string_view key) override;
  Result<std::vector<MappingChange>> mapping_changes(ChangeSeq after, std::size_t limit) override;
  Result<std::vector<MappingChange>> mapping_history(Kind kind, std::string_view key, std::size_t limit) override;
  Result<ChangeBounds> change_bounds() override;
  Result<std::optional<WebhookState>> webhook(std::string_view name) override;
  Result<bool> is_erased(Kind kind, std::string_view key) override;
  Result<std::vector<PendingErasure>> erasures() override;

 protected:
  Connection& db_;

 private:
  const IdentityIndex* index_;
};

extern template class Reads<Reader>;
extern template class Reads<Transaction>;

/// A reader that owns its connection, and shares the index of the store in this process if there is one.
[[nodiscard]] std::unique_ptr<Reader> make_reader(std::unique_ptr<Connection> connection,
                                                  std::shared_ptr<const IdentityIndex> index);

}  // namespace zs::store::sqlite
