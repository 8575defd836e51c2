#include "reconcile/map_import.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "reconcile/patient_read.hpp"
#include "zoho/wire.hpp"

namespace zs::reconcile {
namespace {

using State = MapImportProgress::State;

constexpr std::size_t k_step = 25;  // looked at between two ticks: a few milliseconds
constexpr std::array<std::string_view, 5> k_states{"idle", "checking", "linking", "done", "failed"};

std::int64_t calls_for(std::size_t items, zoho::Verb verb) {
  const std::size_t most = zoho::max_items(verb);
  return static_cast<std::int64_t>((items + most - 1) / most);
}

/// What of ours the record holds, as when it is adopted.
plan::Synced held_by(const zoho::Record& record, const plan::Mapping& mapping, plan::Module module) {
  plan::Synced synced;
  synced.fields = record.fields;
  for (const std::string& tag : mapping.managed_tags(module)) {
    if (record.tags.contains(tag)) synced.tags.insert(tag);
  }
  return synced;
}

}  // namespace

std::string_view name_of(State state) { return k_states.at(static_cast<std::size_t>(state)); }

MapImport::MapImport(engine::Engine& engine, store::Store& store, const Clock& clock, plan::Mapping mapping)
    : engine_(engine), store_(store), clock_(clock), mapping_(std::move(mapping)) {}

Result<void> MapImport::open() {
  ZS_ASSIGN(reader_, store_.reader());
  return {};
}

Result<void> MapImport::start(const std::vector<MapRow>& rows, bool apply) {
  if (progress_.is_running()) return fail(Errc::conflict, "an import of the id map is running already");
  MapPairs pairs = pairs_of(rows);
  progress_ = {};
  progress_.state = State::checking;
  progress_.apply = apply;
  progress_.rows = static_cast<std::int64_t>(rows.size());
  progress_.rows_without = pairs.rows_without;
  progress_.pairs = static_cast<std::int64_t>(pairs.pairs.size());
  findings_ = std::move(pairs.findings);
  pairs_ = std::move(pairs.pairs);
  unread_.clear();
  without_.clear();
  good_.clear();
  at_ = read_ = found_ = finding_ = linked_ = 0;
  log::info("an import of the id map starts", {{"apply", apply}, {"pairs", progress_.pairs}});
  next(&MapImport::look_at_store);
  return {};
}

void MapImport::next(void (MapImport::*step)()) {
  engine_.run_step([this, step] { (this->*step)(); });
}

void MapImport::ask(zoho::Call call, void (MapImport::*then)(const zoho::Answer&)) {
  const std::int64_t price = zoho::credits_of(call.verb, call.items.size(), {});
  read_patiently(engine_, clock_,
                 {std::move(call),
                  [this, then, price](const zoho::Answer& answer) {
                    progress_.credits += price;
                    (this->*then)(answer);
                  },
                  [this](std::string why, const zoho::Answer&) { give_up(std::move(why)); }});
}

void MapImport::refuse(const MapPair& pair, Conflict what, std::string other) {
  findings_.push_back({pair.line, what, plan::module_of(pair.kind), pair.key, pair.zoho_id, std::move(other)});
}

const std::string& MapImport::id_field(event::Kind kind) const {
  return mapping_.external_id[static_cast<std::size_t>(plan::module_of(kind))];
}

/// What our own side says costs no call.
void MapImport::look_at_store() {
  for (std::size_t looked = 0; at_ < pairs_.size() && looked < k_step; ++looked, ++at_) {
    if (const auto seen = look_up(pairs_[at_]); !seen) return give_up(seen.error().text);
  }
  if (at_ < pairs_.size()) return next(&MapImport::look_at_store);
  std::array<std::size_t, plan::k_modules.size()> of_module{};
  for (const MapPair& pair : unread_) ++of_module[static_cast<std::size_t>(plan::module_of(pair.kind))];
  for (const std::size_t count : of_module)
    progress_.credits_expected += calls_for(count, zoho::Verb::read) + calls_for(count, zoho::Verb::find_by_key);
  next(&MapImport::read_records);
}

Result<void> MapImport::look_up(const MapPair& pair) {
  const std::string& person = pair.kind == event::Kind::user ? pair.key : pair.user_key;
  ZS_ASSIGN(bool is_erased, reader_->is_erased(event::Kind::user, person));
  if (!is_erased && pair.kind == event::Kind::account) {
    ZS_ASSIGN(is_erased, reader_->is_erased(event::Kind::account, pair.key));
  }
  ZS_ASSIGN(const std::optional<store::Entity> entity, reader_->find(pair.kind, pair.key));
  ZS_ASSIGN(const std::optional<store::Entity> holder, reader_->find_by_zoho_id(pair.kind, pair.zoho_id));
  if (is_erased) {
    refuse(pair, Conflict::erased);
  } else if (entity && entity->zoho_id == pair.zoho_id) {
    ++progress_.already;
  } else if (entity && !entity->zoho_id.empty()) {
    refuse(pair, Conflict::elsewhere, entity->zoho_id);
  } else if (holder) {
    refuse(pair, Conflict::taken, holder->key);
  } else {
    unread_.push_back(pair);
  }
  return {};
}

void MapImport::read_records() {
  if (read_ == unread_.size()) return next(&MapImport::find_keys);
  zoho::Call call;
  call.verb = zoho::Verb::read;
  call.module = plan::module_of(unread_[read_].kind);
  asked_.clear();
  while (read_ < unread_.size() && plan::module_of(unread_[read_].kind) == call.module &&
         asked_.size() < zoho::max_items(call.verb)) {
    zoho::Item item;
    item.zoho_id = unread_[read_].zoho_id;
    call.items.push_back(std::move(item));
    asked_.push_back(unread_[read_++]);
  }
  ask(std::move(call), &MapImport::records_came);
}

void MapImport::records_came(const zoho::Answer& answer) {
  for (MapPair& pair : asked_) {
    const auto record = std::ranges::find(answer.records, pair.zoho_id, &zoho::Record::zoho_id);
    if (record == answer.records.end()) {
      refuse(pair, Conflict::not_there);
      continue;
    }
    const std::string carried = record->text(id_field(pair.kind));
    if (!carried.empty() && carried != pair.key) {
      refuse(pair, Conflict::foreign_id, carried);
      continue;
    }
    plan::Synced read = held_by(*record, mapping_, plan::module_of(pair.kind));
    std::vector<Candidate>& to = carried.empty() && zoho::is_askable(pair.key) ? without_ : good_;
    to.push_back({std::move(pair), std::move(read)});
  }
  next(&MapImport::read_records);
}

/// A record that carries our id makes the unique field refuse it in any other.
void MapImport::find_keys() {
  if (found_ == without_.size()) {
    progress_.good = static_cast<std::int64_t>(good_.size());
    if (!progress_.apply) return finish();
    progress_.state = State::linking;
    return next(&MapImport::link_some);
  }
  zoho::Call call;
  call.verb = zoho::Verb::find_by_key;
  call.module = plan::module_of(without_[found_].pair.kind);
  finding_ = 0;
  while (found_ + finding_ < without_.size() && finding_ < zoho::max_items(call.verb) &&
         plan::module_of(without_[found_ + finding_].pair.kind) == call.module) {
    zoho::Item item;
    item.key = without_[found_ + finding_++].pair.key;
    call.items.push_back(std::move(item));
  }
  ask(std::move(call), &MapImport::keys_came);
}

void MapImport::keys_came(const zoho::Answer& answer) {
  for (const std::size_t end = found_ + finding_; found_ < end; ++found_) {
    Candidate& one = without_[found_];
    // Zoho does not tell A from a in a unique field.
    const auto other = std::ranges::find_if(answer.records, [&](const zoho::Record& record) {
      return to_lower(record.text(id_field(one.pair.kind))) == to_lower(one.pair.key) &&
             record.zoho_id != one.pair.zoho_id;
    });
    if (other != answer.records.end()) {
      refuse(one.pair, Conflict::id_elsewhere, other->zoho_id);
    } else {
      good_.push_back(std::move(one));
    }
  }
  next(&MapImport::find_keys);
}

void MapImport::link_some() {
  if (linked_ == good_.size()) return finish();
  std::vector<engine::NewLink> links;
  const std::size_t end = std::min(good_.size(), linked_ + k_step);
  for (std::size_t i = linked_; i < end; ++i) {
    const MapPair& pair = good_[i].pair;
    links.push_back({pair.kind, pair.key, pair.zoho_id, pair.account_key, pair.user_key, good_[i].read});
  }
  const auto outcomes = engine_.link_records(links);
  if (!outcomes) return give_up(outcomes.error().text);
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    const MapPair& pair = good_[linked_ + i].pair;
    switch ((*outcomes)[i]) {
      case engine::LinkOutcome::linked:
        ++progress_.linked;
        continue;
      case engine::LinkOutcome::already:
        ++progress_.already;
        break;
      case engine::LinkOutcome::elsewhere:
        refuse(pair, Conflict::elsewhere);
        break;
      case engine::LinkOutcome::taken:
        refuse(pair, Conflict::taken);
        break;
      case engine::LinkOutcome::erased:
        refuse(pair, Conflict::erased);
        break;
      case engine::LinkOutcome::in_flight:
        refuse(pair, Conflict::in_flight);
        break;
    }
    --progress_.good;  // the state has moved on since it was checked
  }
  linked_ = end;
  next(&MapImport::link_some);
}

void MapImport::finish() {
  progress_.state = State::done;
  std::ranges::stable_sort(findings_, {}, &MapFinding::line);
  log::info("an import of the id map ends",
            {{"linked", progress_.linked}, {"conflicts", findings_.size()}, {"credits", progress_.credits}});
}

void MapImport::give_up(std::string why) {
  progress_.state = State::failed;
  log::warn("an import of the id map gives up", {{"reason", why}});
  progress_.error = std::move(why);
}

std::string report_json(const MapImportProgress& progress, const std::vector<MapFinding>& findings) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("state", name_of(progress.state)).field_bool("apply", progress.apply);
  if (!progress.error.empty()) json.field("error", progress.error);
  json.field("credits_expected", progress.credits_expected).field("credits", progress.credits);
  json.field("rows", progress.rows).field("rows_without_pair", progress.rows_without).field("pairs", progress.pairs);
  json.field("already", progress.already).field("good", progress.good).field("linked", progress.linked);
  json.field("conflicts", static_cast<std::int64_t>(findings.size())).key("findings").begin_array();
  for (const MapFinding& one : findings) {
    json.begin_object().field("line", one.line).field("what", name_of(one.what));
    json.field("module", plan::name_of(one.module)).field("id", one.key).field("zoho_id", one.zoho_id);
    if (!one.other.empty()) json.field("other", one.other);
    json.field("mend", mend_of(one.what)).end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace zs::reconcile
