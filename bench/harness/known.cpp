#include "harness/known.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "engine/desired.hpp"
#include "engine/fold.hpp"
#include "event/parse.hpp"
#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "ingest/accept.hpp"
#include "plan/diff.hpp"
#include "store/store.hpp"

namespace zs::bench {
namespace {

using event::Kind;

constexpr std::int64_t k_then_ms = 1'767'604'200'000;

Result<std::size_t> append(store::Transaction& tx, event::Parser& parser, const std::string& event) {
  const ingest::Accepted read =
      ingest::accept(parser, "application/cloudevents+json", {}, event, from_millis(k_then_ms), store::Lane::live, {});
  if (read.events.empty()) return fail(Errc::invalid, "the feed is not valid");
  ZS_ASSIGN(const bool is_fresh, tx.append(read.events.front(), k_then_ms));
  if (!is_fresh) return fail(Errc::conflict, "the customer is there already");
  return 1;
}

Result<void> link(store::Transaction& tx, Kind kind, const std::string& key, std::uint64_t customer) {
  static const plan::Mapping k_mapping;
  ZS_ASSIGN(std::optional<store::Entity> entity, tx.find(kind, key));
  if (!entity) return fail(Errc::not_found, key);
  ZS_ASSIGN(const engine::Formed formed, engine::form_desired(tx, *entity, k_mapping, {}));
  plan::confirm(entity->synced, plan::first_write(formed.desired, entity->synced));
  entity->zoho_id = zoho_id(kind, customer);
  entity->synced_ms = k_then_ms;
  ZS_TRY(tx.save_link(*entity, {store::Cause::inserted, k_then_ms}));
  ZS_TRY(tx.add_timeline(entity->id, {k_then_ms, R"({"what":"insert","call":1,"result":"SUCCESS"})"}));
  ZS_ASSIGN(const std::optional<store::Dirty> dirty, tx.dirty(entity->id));
  if (!dirty) return {};
  ZS_ASSIGN(const bool is_clear, tx.clear_dirty(entity->id, dirty->version));
  return is_clear ? Result<void>{} : fail(Errc::conflict, key);
}

Result<void> add(store::Transaction& tx, std::span<const std::uint64_t> customers, const Fill& fill) {
  event::Parser parser;
  std::size_t events = 0;
  for (const std::uint64_t customer : customers) {
    ZS_ASSIGN(std::size_t count, append(tx, parser, signup(customer)));
    events += count;
    if (!fill.have_subscriptions) continue;
    ZS_ASSIGN(count, append(tx, parser, paid(customer)));
    events += count;
  }
  ZS_ASSIGN(const engine::FoldOutcome folded, engine::fold(tx, events, k_then_ms, {}));
  if (folded.events != events) return fail(Errc::conflict, "other events wait in this store");
  for (const std::uint64_t customer : customers) {
    ZS_TRY(link(tx, Kind::account, user_id(customer), customer));
    ZS_TRY(link(tx, Kind::user, user_id(customer), customer));
    if (fill.have_subscriptions) ZS_TRY(link(tx, Kind::subscription, subscription_id(customer), customer));
  }
  return {};
}

}  // namespace

std::string zoho_id(Kind kind, std::uint64_t customer) {
  std::string digits = std::to_string(customer);
  digits.insert(0, 16 - std::min<std::size_t>(digits.size(), 16), '0');
  return "57" + std::to_string(static_cast<int>(kind) + 1) + digits;
}

std::uint64_t Population::arrival(std::uint64_t i) const {
  constexpr std::uint64_t k_of = 7;
  constexpr std::uint64_t k_early = 5;
  constexpr std::uint64_t k_late = k_of - k_early;
  const std::uint64_t early = size_ / k_of * k_early + std::min(size_ % k_of, k_early);
  if (i < early) return i / k_early * k_of + i % k_early;
  return (i - early) / k_late * k_of + k_early + (i - early) % k_late;
}

namespace {

std::unique_ptr<store::Store> opened(const std::string& path) {
  store::Options options;
  options.path = path;
  auto store = store::open_sqlite(options);
  if (!store) throw std::runtime_error(store.error().text);
  return std::move(*store);
}

}  // namespace

void fill_store(const std::string& path, const Population& population, const Fill& fill) {
  constexpr std::size_t k_a_commit = 500;
  const auto store = opened(path);
  std::vector<std::uint64_t> next;
  std::uint64_t done = 0;
  const auto commit = [&] {
    const auto added = store->write([&](store::Transaction& tx) { return add(tx, next, fill); });
    if (!added) throw std::runtime_error("filling a store: " + added.error().text);
    done += next.size();
    next.clear();
    show_progress(fill.what + ": a store with " + std::to_string(done) + " of " + std::to_string(population.size()));
  };
  for (std::uint64_t i = 0; i < population.size(); ++i) {
    const std::uint64_t customer = population.known(population.arrival(i));
    if (fill.but.contains(customer)) continue;
    next.push_back(customer);
    if (next.size() == k_a_commit) commit();
  }
  if (!next.empty()) commit();
}

void bring_up_to_date(const std::string& path) { opened(path); }

}  // namespace zs::bench
