#include "reconcile/map_order.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "event/event.hpp"

namespace zs::reconcile {
namespace {

using event::Kind;

constexpr std::size_t k_zoho_id_digits = 20;  // of 64 bits

bool is_zoho_id(std::string_view id) {
  return id.size() <= k_zoho_id_digits && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

/// As the vocabulary of events has it.
bool is_platform_id(std::string_view id) {
  return id.size() <= event::k_max_id_bytes &&
         std::ranges::none_of(id, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// The pairs of all rows, and whoever contradicts an earlier one.
class Gathering {
 public:
  void take(const MapRow& row) {
    const std::size_t before = out_.pairs.size() + out_.findings.size() + repeated_;
    take({row.line, Kind::account, row.account_key, row.account_id, {}, {}});
    take({row.line, Kind::user, row.user_id, row.contact_id, row.account_key, {}});
    take({row.line, Kind::subscription, row.subscription_id, row.deal_id, row.account_key, row.user_id});
    if (before == out_.pairs.size() + out_.findings.size() + repeated_) ++out_.rows_without;
  }

  MapPairs done() && {
    std::ranges::stable_sort(out_.pairs, {}, [](const MapPair& one) { return plan::module_of(one.kind); });
    return std::move(out_);
  }

 private:
  void take(MapPair pair) {
    if (pair.zoho_id.empty()) return;
    if (pair.key.empty()) return refuse(pair, Conflict::half_pair, {});
    if (!is_zoho_id(pair.zoho_id) || !is_platform_id(pair.key)) return refuse(pair, Conflict::bad_id, {});
    const auto [by_key, fresh_key] = by_key_.try_emplace({pair.kind, pair.key}, out_.pairs.size());
    const auto [by_id, fresh_id] = by_zoho_id_.try_emplace({pair.kind, pair.zoho_id}, out_.pairs.size());
    if (fresh_key && fresh_id) {
      out_.pairs.push_back(std::move(pair));
      return;
    }
    if (!fresh_key && !fresh_id && by_key->second == by_id->second) {
      ++repeated_;
      return;
    }
    const std::size_t other = fresh_key ? by_id->second : by_key->second;
    if (fresh_key) by_key_.erase(by_key);
    if (fresh_id) by_zoho_id_.erase(by_id);
    refuse(pair, Conflict::contradicted, "line " + std::to_string(out_.pairs[other].line));
  }

  void refuse(const MapPair& pair, Conflict what, std::string other) {
    out_.findings.push_back({pair.line, what, plan::module_of(pair.kind), pair.key, pair.zoho_id, std::move(other)});
  }

  using Id = std::pair<Kind, std::string>;
  MapPairs out_;
  std::map<Id, std::size_t> by_key_;
  std::map<Id, std::size_t> by_zoho_id_;
  std::size_t repeated_ = 0;
};

struct Words {
  std::string_view name;
  std::string_view mend;
};
constexpr std::array<Words, 10> k_words{{
    {"half_pair", "name the platform id that the record belongs to"},
    {"bad_id", "a Zoho id is digits, a platform id has at most 256 bytes: correct the column"},
    {"contradicted", "two lines contradict each other: keep the one that is right"},
    {"erased", "the person was erased and stays so: remove the line"},
    {"elsewhere",
     "the platform id is linked to another record: correct the line, or merge the two records in Zoho and run "
     "mapping verify --repair"},
    {"taken", "the record is linked to another platform id: correct the line"},
    {"not_there", "the module has no such record (deleted, merged, or an id of another module): correct the line"},
    {"foreign_id", "the record carries another platform id: correct the line, or the field in Zoho"},
    {"id_elsewhere", "another record carries this platform id: import that one, or merge the two in Zoho"},
    {"in_flight", "a change of it is on its way to Zoho: import again in a minute"},
}};

}  // namespace

std::string_view name_of(Conflict what) { return k_words.at(static_cast<std::size_t>(what)).name; }
std::string_view mend_of(Conflict what) { return k_words.at(static_cast<std::size_t>(what)).mend; }

MapPairs pairs_of(const std::vector<MapRow>& rows) {
  Gathering gathering;
  for (const MapRow& row : rows) gathering.take(row);
  return std::move(gathering).done();
}

}  // namespace zs::reconcile
