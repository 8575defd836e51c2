#include "core/record_store.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace zohosim {
namespace {

std::uint64_t folded_hash(std::string_view value) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char c : value) {
    const auto lower = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    hash = (hash ^ lower) * 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

void RecordStore::index(const Field& field) {
  const auto [at, fresh] = indexes_.try_emplace(field.number);
  if (!fresh) return;
  for (Slot slot = 0; slot < slots(); ++slot) {
    if (records_[slot].life != Life::live) continue;
    if (const auto value = records_[slot].values.get(field.number)) at->second.emplace(folded_hash(*value), slot);
  }
}

Slot RecordStore::add(Record record) {
  const Slot slot = slots();
  records_.push_back(std::move(record));
  if (records_[slot].life == Life::live) enter_all(slot);
  return slot;
}

void RecordStore::enter(Slot slot, std::uint16_t field, std::string_view value) {
  if (field == identity_ && !find(field, value).empty()) {
    ++twins_;
    ++twins_ever_;
  }
  if (const auto at = indexes_.find(field); at != indexes_.end()) at->second.emplace(folded_hash(value), slot);
  if (field == tallied_) ++tallies_[std::string(value)];
}

void RecordStore::leave(Slot slot, std::uint16_t field, std::string_view value) {
  if (const auto at = indexes_.find(field); at != indexes_.end()) {
    auto [first, last] = at->second.equal_range(folded_hash(value));
    const auto own = std::find_if(first, last, [slot](const auto& entry) { return entry.second == slot; });
    if (own != last) at->second.erase(own);
  }
  if (field == identity_ && !find(field, value).empty()) --twins_;
  if (field == tallied_) {
    const auto at = tallies_.find(value);
    if (at != tallies_.end() && --at->second == 0) tallies_.erase(at);
  }
}

void RecordStore::enter_all(Slot slot) {
  ++live_count_;
  records_[slot].values.for_each([&](std::uint16_t field, std::string_view value) { enter(slot, field, value); });
}

void RecordStore::leave_all(Slot slot) {
  --live_count_;
  records_[slot].values.for_each([&](std::uint16_t field, std::string_view value) { leave(slot, field, value); });
}

void RecordStore::set(Slot slot, std::uint16_t field, std::string_view value) {
  Record& record = records_[slot];
  if (const auto old = record.values.get(field)) {
    if (*old == value) return;
    leave(slot, field, *old);
  }
  record.values.set(field, value);
  enter(slot, field, value);
}

void RecordStore::erase(Slot slot, std::uint16_t field) {
  Record& record = records_[slot];
  if (const auto old = record.values.get(field)) {
    leave(slot, field, *old);
    record.values.erase(field);
  }
}

void RecordStore::recycle(Slot slot) {
  leave_all(slot);
  records_[slot].life = Life::recycled;
}

void RecordStore::restore(Slot slot) {
  records_[slot].life = Life::live;
  enter_all(slot);
}

void RecordStore::purge(Slot slot) {
  if (records_[slot].life == Life::live) leave_all(slot);
  records_[slot].life = Life::purged;
  records_[slot].values.clear();
  records_[slot].tags = {};
}

std::optional<Slot> RecordStore::slot_of(std::uint64_t id) const {
  const auto found = std::ranges::lower_bound(records_, id, {}, &Record::id);
  if (found == records_.end() || found->id != id) return std::nullopt;
  return static_cast<Slot>(found - records_.begin());
}

std::optional<Slot> RecordStore::live(std::uint64_t id) const {
  const auto slot = slot_of(id);
  if (!slot || records_[*slot].life != Life::live) return std::nullopt;
  return slot;
}

std::vector<Slot> RecordStore::find(std::uint16_t field, std::string_view value) const {
  std::vector<Slot> out;
  const auto at = indexes_.find(field);
  if (at == indexes_.end()) return out;
  const auto [first, last] = at->second.equal_range(folded_hash(value));
  for (auto entry = first; entry != last; ++entry) {
    const Record& record = records_[entry->second];
    const auto held = record.values.get(field);
    if (record.life == Life::live && held && equal_folded(*held, value)) out.push_back(entry->second);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace zohosim
