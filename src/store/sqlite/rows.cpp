#include "store/sqlite/rows.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace zs::store::sqlite {
namespace {

std::unexpected<Error> spoilt(EntityId id, std::string_view column, const Error& why) {
  return fail(Errc::corrupt, "entity " + std::to_string(id) + ", " + std::string(column) + ": " + why.text);
}

}  // namespace

Result<Entity> entity_of(const Query& row) {
  Entity entity;
  entity.id = row.integer(0);
  entity.kind = static_cast<Kind>(row.integer(1));
  entity.key = row.text(2);
  entity.account_key = row.text(3);
  entity.user_key = row.text(4);
  entity.facts = static_cast<std::uint32_t>(row.integer(5));
  entity.zoho_id = row.text(6);
  entity.synced_ms = row.integer(7);
  if (const auto summary = row.text(8); !summary.empty()) entity.summary = state::AccountSummary::decode(summary);
  auto flags = decode_list(row.text(9));
  if (!flags) return spoilt(entity.id, "flags", flags.error());
  entity.flags = std::move(*flags);
  auto registers = state::Registers::decode(row.text(10));
  if (!registers) return spoilt(entity.id, "registers", registers.error());
  entity.registers = std::move(*registers);
  if (const auto text = row.text(11); !text.empty()) {
    auto synced = plan::Synced::decode(text);
    if (!synced) return spoilt(entity.id, "synced", synced.error());
    entity.synced = std::move(*synced);
  }
  return entity;
}

std::string email_digest_of(Kind kind, const state::Registers& registers) {
  return kind == Kind::user ? state::email_digest(registers.text("email")) : std::string{};
}

LedgerEvent event_of(const Query& row) {
  LedgerEvent event;
  event.seq = row.integer(0);
  event.source = row.text(1);
  event.id = row.text(2);
  event.type = row.text(3);
  event.time = from_nanos(row.integer(4));
  event.received_ms = row.integer(5);
  event.lane = static_cast<Lane>(row.integer(6));
  event.data = row.text(7);
  return event;
}

Dirty dirty_of(const Query& row) {
  return {.id = row.integer(0),
          .lane = static_cast<Lane>(row.integer(1)),
          .due_ms = row.integer(2),
          .since_ms = row.integer(3),
          .version = row.integer(4),
          .attempts = static_cast<std::int32_t>(row.integer(5)),
          .blocked_on = row.integer(6)};
}

Held held_of(const Query& row) {
  return {.id = row.integer(0),
          .since_ms = row.integer(1),
          .code = row.string(2),
          .field = row.string(3),
          .message = row.string(4),
          .mend = row.string(5),
          .detail = row.string(6),
          .retry_ms = row.integer(7),
          .attempts = static_cast<std::int32_t>(row.integer(8))};
}

std::string encode_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  }
  return out;
}

Result<std::vector<std::string>> decode_list(std::string_view text) {
  std::vector<std::string> texts;
  while (!text.empty()) {
    std::size_t size = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), size);
    const auto head = static_cast<std::size_t>(end - text.data());
    if (problem != std::errc{} || head == text.size() || text[head] != ':' || text.size() - head - 1 < size) {
      return fail(Errc::corrupt, "not a list of texts");
    }
    texts.emplace_back(text.substr(head + 1, size));
    text.remove_prefix(head + 1 + size);
  }
  return texts;
}

std::int64_t limit_of(std::size_t limit) {
  return static_cast<std::int64_t>(std::min<std::size_t>(limit, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace zs::store::sqlite
