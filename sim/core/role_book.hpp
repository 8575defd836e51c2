#pragma once
// The contact roles of an org's deals: who stands beside a deal, and as what.

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

namespace zohosim {

/// The roles that an org starts with, by their number from 1; 0 is "no role".
[[nodiscard]] std::span<const std::string_view> contact_role_names();

struct RoleEntry {
  std::uint64_t contact = 0;
  std::uint16_t role = 0;
  bool by_person = false;
};

class RoleBook {
 public:
  /// Of a deal, in the order in which they were made; also those whose contact lies in the recycle bin.
  [[nodiscard]] const std::vector<RoleEntry>& of(std::uint64_t deal) const;
  [[nodiscard]] const std::map<std::uint64_t, std::vector<RoleEntry>>& all() const { return entries_; }
  [[nodiscard]] const RoleEntry* find(std::uint64_t deal, std::uint64_t contact) const;
  /// One entry for each contact: a second one replaces the first.
  void put(std::uint64_t deal, RoleEntry entry);
  /// False when there was none.
  bool remove(std::uint64_t deal, std::uint64_t contact);
  void forget_deal(std::uint64_t deal) { entries_.erase(deal); }
  void forget_contact(std::uint64_t contact);
  /// A loser's entries are the master's, but where the master has one itself.
  void merge_contacts(std::uint64_t master, std::uint64_t loser);
  /// The deal's Contact_Name changed: the new one gets an entry without a role unless it has one, and an entry without
  /// a role that the former one had goes.
  void set_primary(std::uint64_t deal, std::uint64_t former, std::uint64_t now);

 private:
  std::map<std::uint64_t, std::vector<RoleEntry>> entries_;
};

}  // namespace zohosim
