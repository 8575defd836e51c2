#include "reconcile/reconciler.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "reconcile/mend.hpp"
#include "reconcile/patient_read.hpp"

namespace zs::reconcile {
namespace {

constexpr std::array<std::string_view, 2> k_meta{"reconcile", "mapping_verify"};  // by Scope
constexpr std::size_t k_step = 25;        // judged between two ticks: a few milliseconds
constexpr std::size_t k_ids = 50;         // zoho::max_items(Verb::read)
constexpr std::size_t k_moving = 10'000;  // looked at again; more are counted as waiting
constexpr std::int64_t k_page = 200;
constexpr std::int64_t k_reach = 100'000;  // of pages: zoho/crm-api.md 2.1
constexpr std::int32_t k_patience = 3;     // attempts of a repair's write that are waited for

/// Pages to their reach, then an id page and four reads for each two hundred; one call at least.
std::int64_t price_of(std::int64_t records) {
  const std::int64_t paged = std::min(records, k_reach);
  const std::int64_t rest = records - paged;
  return std::max<std::int64_t>(1, (paged + k_page - 1) / k_page) + (rest + k_page - 1) / k_page + (rest + 49) / 50;
}

LastRun parse_last_run(std::string_view saved) {
  std::array<std::int64_t, 4> numbers{};
  std::size_t at = 0;
  for (const std::string_view part : split(saved, ' ')) {
    if (at == numbers.size()) break;
    std::from_chars(part.data(), part.data() + part.size(), numbers[at++]);
  }
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

/// By their ids, which are numbers; an empty `high` is above all.
bool is_below(std::string_view id, std::string_view high) {
  return high.empty() || (id.size() != high.size() ? id.size() < high.size() : id < high);
}
bool is_between(std::string_view id, std::string_view low, std::string_view high) {
  return id != low && is_below(low, id) && is_below(id, high);
}

/// Whether it waits for somebody who waits for a person.
Result<bool> hangs_on_held(store::Reader& reader, store::EntityId parent) {
  // Contact on Account, Deal on both: no chain is longer.
  for (int level = 0; parent != 0 && level < 3; ++level) {
    ZS_ASSIGN(const std::optional<store::Held> held, reader.held(parent));
    if (held) return true;
    ZS_ASSIGN(const std::optional<store::Dirty> dirty, reader.dirty(parent));
    parent = dirty ? dirty->blocked_on : 0;
  }
  return false;
}

}  // namespace

Reconciler::Reconciler(engine::Engine& engine, store::Store& store, const Clock& clock, Options options)
    : engine_(engine), store_(store), clock_(clock), options_(std::move(options)) {}

Rules Reconciler::rules() const {
  return {options_.mapping, engine_.org()->schema, options_.leaves_missing, progress_.scope};
}

Result<void> Reconciler::open() {
  ZS_ASSIGN(reader_, store_.reader());
  for (std::size_t scope = 0; scope < k_meta.size(); ++scope) {
    ZS_ASSIGN(const std::optional<std::string> kept, reader_->meta(k_meta.at(scope)));
    last_.at(scope) = parse_last_run(kept.value_or(""));
  }
  if (options_.every > Duration{}) schedule(from_millis(last_run().started_ms) + options_.every);
  return {};
}

void Reconciler::schedule(Time due) {
  engine_.run_step(
      [this] {
        if (!progress_.is_running()) static_cast<void>(start(options_.repair));
        schedule(clock_.now() + options_.every);
      },
      due);
}

Result<void> Reconciler::start(bool repair, Scope scope) {
  if (progress_.is_running()) return fail(Errc::conflict, "a reconcile is running already; see its progress");
  progress_ = {};
  findings_.clear();
  marked_.clear();
  watched_ = 0;
  progress_.state = State::counting;
  progress_.scope = scope;
  progress_.repair = repair;
  progress_.started_ms = now_ms();
  last_[static_cast<std::size_t>(scope)].started_ms = progress_.started_ms;
  log::info("reconcile starts", {{"scope", name_of(scope)}, {"repair", repair}});
  next(&Reconciler::count_records);
  return {};
}

void Reconciler::next(void (Reconciler::*step)()) {
  engine_.run_step([this, step] { (this->*step)(); });
}

void Reconciler::ask(zoho::Call call, Then then) {
  const bool is_of_roles = call.verb == zoho::Verb::read_roles;
  const bool is_later_page = call.verb == zoho::Verb::list && !call.after.empty();
  const std::int64_t price = zoho::credits_of(call.verb, call.items.size(), {});
  read_patiently(engine_, clock_,
                 {std::move(call),
                  [this, then, price](const zoho::Answer& answer) {
                    progress_.credits += price;
                    (this->*then)(answer);
                  },
                  [this, is_later_page, is_of_roles](std::string why, const zoho::Answer& last) {
                    if (last.outcome != zoho::Answer::Outcome::refused || !is_later_page)
                      return give_up(std::move(why));
                    // Pages end at a hundred thousand records and their tokens after a day; ids go on from where we
                    // are.
                    by_ids_ = true;
                    next(&Reconciler::read_page);
                  }});
}

void Reconciler::count_records() {
  zoho::Call call;
  call.verb = zoho::Verb::count;
  call.module = progress_.module;
  ask(std::move(call), &Reconciler::counted);
}

void Reconciler::counted(const zoho::Answer& answer) {
  progress_.credits_expected += 1 + price_of(answer.count);
  if (options_.mapping.roles.enabled && progress_.module == plan::Module::deals)
    progress_.credits_expected += answer.count;
  if (progress_.module == plan::k_modules.back()) {
    progress_.module = plan::k_modules.front();
    progress_.state = State::reading;
    log::info("reconcile reads Zoho", {{"credits_expected", progress_.credits_expected}});
    module_done();
    return;
  }
  progress_.module = plan::k_modules[static_cast<std::size_t>(progress_.module) + 1];
  next(&Reconciler::count_records);
}

void Reconciler::read_page() {
  since_ms_ = now_ms();
  zoho::Call call;
  call.module = progress_.module;
  call.verb = by_ids_ ? zoho::Verb::list_ids : zoho::Verb::list;
  call.after = by_ids_ ? above_ : page_token_;
  ask(std::move(call), by_ids_ ? &Reconciler::ids_came : &Reconciler::page_came);
}

void Reconciler::page_came(const zoho::Answer& answer) {
  records_ = answer.records;
  judged_ = 0;
  ids_.clear();
  for (const zoho::Record& record : records_) ids_.push_back(record.zoho_id);
  ids_read_ = ids_.size();
  // More records and no token: pages reach no further.
  by_ids_ = answer.more_records && answer.next_page.empty() && !ids_.empty();
  is_last_page_ = ids_.empty() || !answer.more_records;
  page_token_ = answer.next_page;
  lowest_ = is_last_page_ ? "" : ids_.back();
  next(&Reconciler::judge_some);
}

void Reconciler::ids_came(const zoho::Answer& answer) {
  ids_.clear();
  for (const zoho::Record& record : answer.records) ids_.push_back(record.zoho_id);
  ids_read_ = 0;
  is_last_page_ = ids_.empty() || !answer.more_records;
  lowest_ = is_last_page_ ? "" : ids_.back();
  records_.clear();
  judged_ = 0;
  next(&Reconciler::judge_some);
}

void Reconciler::read_by_ids() {
  since_ms_ = now_ms();
  zoho::Call call;
  call.module = progress_.module;
  call.verb = zoho::Verb::read;
  for (; ids_read_ < ids_.size() && call.items.size() < k_ids; ++ids_read_) {
    zoho::Item item;
    item.zoho_id = ids_[ids_read_];
    call.items.push_back(std::move(item));
  }
  ask(std::move(call), &Reconciler::suspects_came);
}

void Reconciler::judge_some() {
  std::vector<Judgement> to_mend;
  for (std::size_t done = 0; judged_ < records_.size() && done < k_step; ++done, ++judged_) {
    // Records made meanwhile push others onto a second page.
    if (!is_below(records_[judged_].zoho_id, above_)) continue;
    auto judgement = judge(*reader_, records_[judged_], progress_.module, since_ms_, rules());
    if (!judgement) return give_up(judgement.error().text);
    ++progress_.records;
    if (options_.mapping.roles.enabled && progress_.module == plan::Module::deals &&
        judgement->standing == Standing::right)
      role_deals_.push_back({judgement->entity, records_[judged_].zoho_id, {}, false});
    take(std::move(*judgement), to_mend);
  }
  if (const auto mended = mend_all(to_mend); !mended) return give_up(mended.error().text);
  if (judged_ < records_.size()) return next(&Reconciler::judge_some);
  if (read_roles()) return;
  if (by_ids_ && ids_read_ < ids_.size()) return read_by_ids();
  records_.clear();
  between_ = lowest_;
  next(&Reconciler::look_between);
}

/// What is linked to ids between this page and the one before, and was not on it.
void Reconciler::look_between() {
  const auto linked = reader_->linked_between(kind(), between_, above_, k_step);
  if (!linked) return give_up(linked.error().text);
  for (const store::Entity& entity : *linked) {
    between_ = entity.zoho_id;
    if (std::ranges::find(ids_, entity.zoho_id) == ids_.end() && is_between(entity.zoho_id, lowest_, above_))
      suspects_.push_back({entity.id, entity.zoho_id, {}, false});
  }
  if (linked->size() == k_step && suspects_.size() < k_ids) return next(&Reconciler::look_between);
  if (suspects_.size() >= k_ids) return ask_suspects();
  page_done();
}

void Reconciler::ask_suspects() {
  const std::size_t count = std::min(suspects_.size(), k_ids);
  asked_.assign(std::make_move_iterator(suspects_.begin()),
                std::make_move_iterator(suspects_.begin() + static_cast<std::ptrdiff_t>(count)));
  suspects_.erase(suspects_.begin(), suspects_.begin() + static_cast<std::ptrdiff_t>(count));
  since_ms_ = now_ms();
  zoho::Call call;
  call.module = progress_.module;
  call.verb = zoho::Verb::read;
  for (const Suspect& suspect : asked_) {
    zoho::Item item;
    item.zoho_id = suspect.zoho_id;
    call.items.push_back(std::move(item));
  }
  ask(std::move(call), &Reconciler::suspects_came);
}

/// Records that were asked for by their ids: suspects, or the next of a page of ids.
void Reconciler::suspects_came(const zoho::Answer& answer) {
  if (asked_.empty()) {
    records_ = answer.records;
    judged_ = 0;
    return next(&Reconciler::judge_some);
  }
  std::vector<Judgement> to_mend;
  for (Suspect& suspect : asked_) {
    const auto record = std::ranges::find(answer.records, suspect.zoho_id, &zoho::Record::zoho_id);
    const bool is_there = record != answer.records.end();
    Result<Judgement> judgement = Judgement{};
    if (suspect.is_twin) {
      // Without the record that the map names there is no twin: that one is missing, and found as such.
      suspect.if_there.standing = Standing::drifted;
      if (!is_there) continue;
      judgement = std::move(suspect.if_there);
    } else if (is_there) {
      judgement = judge(*reader_, *record, progress_.module, since_ms_, rules());
      ++progress_.records;
    } else {
      judgement = judge_absent(*reader_, suspect.entity, suspect.zoho_id, since_ms_, rules());
    }
    if (!judgement) return give_up(judgement.error().text);
    take(std::move(*judgement), to_mend);
  }
  asked_.clear();
  if (const auto mended = mend_all(to_mend); !mended) return give_up(mended.error().text);
  if (suspects_.size() >= k_ids) return ask_suspects();
  if (!ends_module_) return next(&Reconciler::look_between);
  page_done();
}

void Reconciler::page_done() {
  if (!is_last_page_ && !ends_module_) {
    above_ = lowest_;
    return next(&Reconciler::read_page);
  }
  if (!suspects_.empty()) return ask_suspects();
  if (!std::exchange(ends_module_, true)) {
    suspects_ = std::exchange(moving_, {});
    if (!suspects_.empty()) return ask_suspects();
  }
  unlinked_after_.clear();
  // Who has no record yet is no fault of the map's.
  if (progress_.scope == Scope::mapping) return next(&Reconciler::records_done);
  next(&Reconciler::look_at_unlinked);
}

void Reconciler::look_at_unlinked() {
  const auto page = reader_->page(kind(), unlinked_after_, k_step);
  if (!page) return give_up(page.error().text);
  unlinked_after_ = page->next;
  std::vector<Judgement> to_mend;
  for (const store::Entity& entity : page->entities) {
    if (!entity.zoho_id.empty()) continue;
    auto judgement = judge_unlinked(*reader_, entity, rules());
    if (!judgement) return give_up(judgement.error().text);
    // One whose record was found on a page has been told of.
    if (judgement->standing == Standing::drifted && !unlinked_.contains(entity.id))
      take(std::move(*judgement), to_mend);
  }
  if (const auto mended = mend_all(to_mend); !mended) return give_up(mended.error().text);
  if (!page->next.empty()) return next(&Reconciler::look_at_unlinked);
  records_done();
}

void Reconciler::records_done() {
  if (progress_.module != plan::k_modules.back()) {
    progress_.module = plan::k_modules[static_cast<std::size_t>(progress_.module) + 1];
    return module_done();
  }
  if (!progress_.repair) return finish();
  progress_.state = State::mending;
  next(&Reconciler::watch_mending);
}

/// On to the module that progress_ names.
void Reconciler::module_done() {
  page_token_.clear();
  by_ids_ = false;
  ends_module_ = false;
  above_.clear();
  lowest_.clear();
  suspects_.clear();
  moving_.clear();
  role_deals_.clear();
  asked_.clear();
  unlinked_.clear();
  next(&Reconciler::read_page);
}

void Reconciler::take(Judgement judgement, std::vector<Judgement>& to_mend) {
  switch (judgement.standing) {
    case Standing::peoples:
      return;
    case Standing::right:
      ++progress_.compared;
      return;
    case Standing::moving:
      if (!ends_module_ && moving_.size() < k_moving && !judgement.finding.zoho_id.empty()) {
        moving_.push_back({judgement.entity, judgement.finding.zoho_id, {}, false});
      } else {
        ++progress_.waiting;
      }
      return;
    case Standing::to_verify: {
      std::string other = judgement.finding.other_id;
      suspects_.push_back({judgement.entity, std::move(other), std::move(judgement), true});
      return;
    }
    case Standing::drifted:
      break;
  }
  ++progress_.compared;
  ++progress_.counts[static_cast<std::size_t>(judgement.finding.what)];
  if (judgement.finding.what != Drift::left_behind) ++progress_.drift;
  if (judgement.finding.what == Drift::not_linked) unlinked_.insert(judgement.entity);
  if (findings_.size() < options_.max_findings) findings_.push_back(judgement.finding);
  if (progress_.repair) to_mend.push_back(std::move(judgement));
}

Result<void> Reconciler::mend_all(const std::vector<Judgement>& judgements) {
  if (judgements.empty()) return {};
  std::vector<store::EntityId> marked;
  ZS_TRY(store_.write([&](store::Transaction& tx) -> Result<void> {
    marked.clear();
    for (const Judgement& one : judgements) {
      ZS_ASSIGN(const bool is_marked, mend(tx, one, options_.mapping, now_ms()));
      if (is_marked) marked.push_back(one.entity);
    }
    return {};
  }));
  marked_.insert(marked_.end(), marked.begin(), marked.end());
  engine_.entities_marked();
  return {};
}

/// Until each marked entity was written, or shows that it will not be by itself.
void Reconciler::watch_mending() {
  for (std::size_t looked = 0; watched_ < marked_.size() && looked < k_step; ++looked) {
    const store::EntityId id = marked_[watched_];
    const auto dirty = reader_->dirty(id);
    const auto held = reader_->held(id);
    if (!dirty || !held) return give_up(dirty ? held.error().text : dirty.error().text);
    const auto hangs = hangs_on_held(*reader_, *dirty ? (*dirty)->blocked_on : 0);
    if (!hangs) return give_up(hangs.error().text);
    if (*dirty && !*hangs && (*dirty)->attempts < k_patience) {
      engine_.run_step([this] { watch_mending(); }, clock_.now() + Duration{1s});
      return;
    }
    if (!*dirty && !*held) ++progress_.mended;
    ++watched_;
  }
  if (watched_ < marked_.size()) return next(&Reconciler::watch_mending);
  finish();
}

void Reconciler::finish() {
  progress_.state = State::done;
  progress_.ended_ms = now_ms();
  const auto scope = static_cast<std::size_t>(progress_.scope);
  LastRun& last = last_.at(scope);
  last = {progress_.started_ms, progress_.ended_ms, progress_.drift, progress_.left()};
  const std::string saved = std::to_string(last.started_ms) + " " + std::to_string(last.ended_ms) + " " +
                            std::to_string(last.drift) + " " + std::to_string(last.left);
  const auto kept = store_.write([&](store::Transaction& tx) { return tx.set_meta(k_meta.at(scope), saved); });
  if (!kept) log::warn("the outcome of a reconcile is not kept over a restart", {{"reason", kept.error().text}});
  log::info("reconcile ends", {{"scope", name_of(progress_.scope)},
                               {"records", progress_.records},
                               {"drift", progress_.drift},
                               {"left", progress_.left()},
                               {"credits", progress_.credits}});
}

void Reconciler::give_up(std::string why) {
  progress_.state = State::failed;
  progress_.ended_ms = now_ms();
  log::warn("reconcile gives up", {{"reason", why}});
  progress_.error = std::move(why);
}

}  // namespace zs::reconcile
