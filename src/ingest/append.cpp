#include "ingest/append.hpp"

#include <algorithm>

namespace zs::ingest {
namespace {

constexpr const char* k_erased = "erased: it is about a person who was erased, whose later events are not taken";

}  // namespace

Result<Appended> append(store::Transaction& tx, std::span<const store::NewEvent> events, std::int64_t now_ms) {
  Appended out;
  for (std::size_t i = 0; i < events.size(); ++i) {
    ZS_ASSIGN(const bool fresh, tx.append(events[i], now_ms));
    if (fresh) {
      ++out.accepted;
      continue;
    }
    ZS_ASSIGN(const bool refused, tx.refuses(events[i]));
    if (refused) {
      out.erased.push_back(i);
    } else {
      ++out.duplicates;
    }
  }
  return out;
}

void reject_erased(std::span<const store::NewEvent> events, const Appended& appended,
                   std::vector<Rejection>& rejected) {
  if (appended.erased.empty()) return;
  const std::size_t total = events.size() + rejected.size();
  std::vector<Rejection> all;
  std::size_t place = 0;
  auto bad = rejected.begin();
  auto erased = appended.erased.begin();
  for (std::size_t index = 0; index < total; ++index) {
    if (bad != rejected.end() && bad->index == index) {
      all.push_back(std::move(*bad++));
      continue;
    }
    if (erased != appended.erased.end() && *erased == place) {
      all.push_back({index, events[place].id, k_erased});
      ++erased;
    }
    ++place;
  }
  rejected = std::move(all);
}

}  // namespace zs::ingest
