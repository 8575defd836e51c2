#pragma once
// The records of one module, in the order of their ids, with indexes on the fields by which they are
// found: keys, e-mails, lookups and the module's own duplicate field. No write scans.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/record.hpp"
#include "core/schema.hpp"

namespace zohosim {

using Slot = std::uint32_t;  // position of a record; stays the same for good

class RecordStore {
 public:
  /// Keeps an index on a field from now on; existing values are taken in.
  void index(const Field& field);
  /// Counts how often each value of a field occurs.
  void tally(const Field& field) { tallied_ = field.number; }
  /// Counts live records that share a value of this field with an older one.
  void watch_twins(const Field& field) { identity_ = field.number; }

  /// The record's id must be higher than every earlier one.
  Slot add(Record record);
  void set(Slot slot, std::uint16_t field, std::string_view value);
  void erase(Slot slot, std::uint16_t field);
  void recycle(Slot slot);
  void restore(Slot slot);
  void purge(Slot slot);

  [[nodiscard]] const Record& at(Slot slot) const { return records_[slot]; }
  /// For what no index knows of: times, tags, holds, owner.
  [[nodiscard]] Record& edit(Slot slot) { return records_[slot]; }
  [[nodiscard]] std::optional<Slot> slot_of(std::uint64_t id) const;
  [[nodiscard]] std::optional<Slot> live(std::uint64_t id) const;

  [[nodiscard]] bool indexed(std::uint16_t field) const { return indexes_.contains(field); }
  /// Live records with this value, without regard to case, oldest first. The field must be indexed.
  [[nodiscard]] std::vector<Slot> find(std::uint16_t field, std::string_view value) const;

  [[nodiscard]] Slot slots() const { return static_cast<Slot>(records_.size()); }
  [[nodiscard]] std::int64_t live_count() const { return live_count_; }
  [[nodiscard]] std::int64_t twins() const { return twins_; }
  [[nodiscard]] std::int64_t twins_ever() const { return twins_ever_; }
  [[nodiscard]] const std::map<std::string, std::int64_t, std::less<>>& tallies() const { return tallies_; }

 private:
  // By hash of the folded value: a fifth of the memory of an index that repeats the text.
  using Index = std::unordered_multimap<std::uint64_t, Slot>;

  void enter(Slot slot, std::uint16_t field, std::string_view value);
  void leave(Slot slot, std::uint16_t field, std::string_view value);
  void enter_all(Slot slot);
  void leave_all(Slot slot);

  std::deque<Record> records_;
  std::map<std::uint16_t, Index> indexes_;
  std::optional<std::uint16_t> tallied_;
  std::optional<std::uint16_t> identity_;
  std::map<std::string, std::int64_t, std::less<>> tallies_;
  std::int64_t live_count_ = 0;
  std::int64_t twins_ = 0;
  std::int64_t twins_ever_ = 0;
};

}  // namespace zohosim
