#include "core/role_book.hpp"

#include <algorithm>
#include <array>

namespace zohosim {

std::span<const std::string_view> contact_role_names() {
  static constexpr std::array<std::string_view, 4> k_names{"Decision Maker", "Product Management", "Purchasing",
                                                           "Engineering Lead"};
  return k_names;
}

const std::vector<RoleEntry>& RoleBook::of(std::uint64_t deal) const {
  static const std::vector<RoleEntry> none;
  const auto found = entries_.find(deal);
  return found == entries_.end() ? none : found->second;
}

const RoleEntry* RoleBook::find(std::uint64_t deal, std::uint64_t contact) const {
  const std::vector<RoleEntry>& entries = of(deal);
  const auto found = std::ranges::find(entries, contact, &RoleEntry::contact);
  return found == entries.end() ? nullptr : &*found;
}

void RoleBook::put(std::uint64_t deal, RoleEntry entry) {
  std::vector<RoleEntry>& entries = entries_[deal];
  const auto found = std::ranges::find(entries, entry.contact, &RoleEntry::contact);
  if (found == entries.end()) {
    entries.push_back(entry);
  } else {
    *found = entry;
  }
}

bool RoleBook::remove(std::uint64_t deal, std::uint64_t contact) {
  const auto found = entries_.find(deal);
  if (found == entries_.end()) return false;
  const bool removed = std::erase_if(found->second, [&](const RoleEntry& one) { return one.contact == contact; }) > 0;
  if (found->second.empty()) entries_.erase(found);
  return removed;
}

void RoleBook::forget_contact(std::uint64_t contact) {
  for (auto& [deal, entries] : entries_)
    std::erase_if(entries, [&](const RoleEntry& one) { return one.contact == contact; });
  std::erase_if(entries_, [](const auto& one) { return one.second.empty(); });
}

void RoleBook::merge_contacts(std::uint64_t master, std::uint64_t loser) {
  for (auto& [deal, entries] : entries_) {
    const auto lost = std::ranges::find(entries, loser, &RoleEntry::contact);
    if (lost == entries.end()) continue;
    if (std::ranges::find(entries, master, &RoleEntry::contact) == entries.end()) {
      lost->contact = master;
    } else {
      entries.erase(lost);
    }
  }
}

void RoleBook::set_primary(std::uint64_t deal, std::uint64_t former, std::uint64_t now) {
  if (former == now) return;
  const RoleEntry* old = find(deal, former);
  if (old != nullptr && old->role == 0) remove(deal, former);
  if (now != 0 && find(deal, now) == nullptr) put(deal, {now, 0, false});
}

}  // namespace zohosim
