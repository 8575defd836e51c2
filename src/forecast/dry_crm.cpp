#include "forecast/dry_crm.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace zs::forecast {

using zoho::Answer;
using zoho::Verb;

namespace {

/// What Zoho's standard fields are (zoho/crm-api.md 1.8), where the org is not asked.
plan::FieldInfo assumed_field(std::string_view name) {
  if (name == "Email") return {"email", 100, false};
  if (name == "Phone") return {"phone", 30, false};
  if (name == "Website") return {"website", 255, false};
  if (name == "Employees") return {"integer", 9, false};
  if (name == "Amount") return {"currency", 16, false};
  if (name == "First_Name") return {"text", 40, false};
  if (name == "Last_Name") return {"text", 80, false};
  if (name == "Account_Name") return {"text", 200, false};
  return {"text", 255, false};
}

/// How far calls share their way with others depends on how long answers take: this is what a call usually does.
constexpr Duration k_round_trip = std::chrono::milliseconds{100};
constexpr std::int64_t k_description = 4;  // credits: the fields of three modules, and the org

}  // namespace

std::string new_record(plan::Module module, std::string_view key) {
  return "new:" + std::string(plan::name_of(module)) + ":" + std::string(key);
}

void DryCrm::send(zoho::Call call, std::move_only_function<void(Answer)> done) {
  count(call);
  const bool reads = call.verb == Verb::find_by_email || call.verb == Verb::find_by_key || call.verb == Verb::read ||
                     call.verb == Verb::read_roles;
  give_later(
      [done = std::move(done), answer = reads ? read(call) : written(call)]() mutable { done(std::move(answer)); });
}

void DryCrm::describe(std::move_only_function<void(Answer, std::optional<zoho::Org>)> done) {
  Answer answer;
  answer.outcome = Answer::Outcome::answered;
  std::optional<zoho::Org> org;
  if (parts_.reads == nullptr) {
    org = assumed();
  } else if (auto described = parts_.reads->describe()) {
    org = std::move(*described);
    prices_ = org->prices;
    out_.spent_credits += k_description + (parts_.mapping.roles.enabled ? 1 : 0);
  } else {
    answer.outcome = Answer::Outcome::not_sent;
    failure_ = described.error();
  }
  if (org) role_ids_ = org->schema.roles;
  give_later([done = std::move(done), answer = std::move(answer), org = std::move(org)]() mutable {
    done(std::move(answer), std::move(org));
  });
}

/// A forecast is about what is wanted; what people deleted meanwhile is found out by the daemon.
void DryCrm::list_deleted(plan::Module, Time, int,
                          std::move_only_function<void(Answer, std::optional<zoho::Deletions>)> done) {
  give_later([done = std::move(done)]() mutable {
    Answer answer;
    answer.outcome = Answer::Outcome::answered;
    done(std::move(answer), zoho::Deletions{});
  });
}

void DryCrm::give_later(std::move_only_function<void()> give) {
  answers_.emplace_back(parts_.clock.now() + k_round_trip, std::move(give));
}

void DryCrm::deliver() {
  while (!answers_.empty() && answers_.front().first <= parts_.clock.now()) {
    auto give = std::move(answers_.front().second);
    answers_.pop_front();
    give();
  }
}

Answer DryCrm::read(const zoho::Call& call) {
  Answer answer;
  answer.outcome = Answer::Outcome::answered;
  const bool is_of_planned =
      call.verb == Verb::read_roles &&
      std::ranges::all_of(call.items, [](const zoho::Item& item) { return item.zoho_id.starts_with("new:"); });
  if (parts_.reads == nullptr || is_of_planned) return answer;
  auto asked = parts_.reads->ask(call);
  if (!asked) {
    failure_ = asked.error();
    answer.outcome = Answer::Outcome::not_sent;
    return answer;
  }
  out_.spent_credits += zoho::credits_of(call.verb, zoho::units_of(call), prices_);
  if (call.verb != Verb::read && call.verb != Verb::read_roles && call.module == plan::Module::contacts) {
    const std::string& field = parts_.mapping.external_id[static_cast<std::size_t>(plan::Module::contacts)];
    for (const zoho::Record& record : asked->records) {
      const auto owner = record.fields.find(field);
      const auto taken =
          parts_.found(record.zoho_id, owner == record.fields.end() ? std::string{} : json_unquoted(owner->second));
      if (!taken) failure_ = taken.error();
    }
  }
  if (call.verb == Verb::read) {
    for (const zoho::Record& record : asked->records) adopted_.insert_or_assign(record.zoho_id, record.fields);
  }
  return std::move(*asked);
}

Answer DryCrm::written(const zoho::Call& call) {
  Answer answer;
  answer.outcome = Answer::Outcome::answered;
  for (const zoho::Item& item : call.items) {
    const auto external = item.fields.find(parts_.mapping.external_id[static_cast<std::size_t>(call.module)]);
    const bool is_new = call.verb == Verb::insert;
    const std::string key = is_new && external != item.fields.end() ? json_unquoted(external->second)
                                                                    : parts_.key_of(call.module, item.zoho_id);
    Planned& record = planned(call.module, key);
    for (const auto& [field, value] : item.fields) {
      // A new record is empty anyway.
      if (!is_new || value != "null") record.fields.insert_or_assign(field, value);
    }
    if (is_new) record.add.insert(item.tags.begin(), item.tags.end());
    if (call.verb == Verb::add_tags) record.add.insert(call.tags.begin(), call.tags.end());
    if (call.verb == Verb::remove_tags) record.remove.insert(call.tags.begin(), call.tags.end());
    for (const auto& [contact, role] : item.roles) {
      if (call.verb == Verb::remove_roles) {
        record.roles_gone.insert(contact);
      } else {
        const auto known = std::ranges::find_if(role_ids_, [&](const auto& entry) { return entry.second == role; });
        record.roles.insert_or_assign(contact, known == role_ids_.end() ? role : known->first);
      }
      answer.parts.push_back({zoho::Verdict::applied, contact, "SUCCESS", {}, {}, {}, 0});
    }
    if (!is_new && !item.zoho_id.starts_with("new:")) record.zoho_id = item.zoho_id;
    if (const auto adopted = adopted_.find(item.zoho_id); adopted != adopted_.end()) {
      record.is_adopted = true;
      record.was = adopted->second;
    }
    zoho::ItemAnswer one;
    one.verdict = zoho::Verdict::applied;
    one.code = "SUCCESS";
    one.zoho_id = is_new ? new_record(call.module, key) : item.zoho_id;
    answer.items.push_back(std::move(one));
  }
  return answer;
}

void DryCrm::count(const zoho::Call& call) {
  auto line = std::ranges::find_if(
      out_.calls, [&](const Calls& one) { return one.verb == call.verb && one.module == call.module; });
  if (line == out_.calls.end()) line = out_.calls.insert(line, Calls{call.verb, call.module, 0, 0, 0});
  const std::int64_t credits = zoho::credits_of(call.verb, zoho::units_of(call), prices_);
  ++line->calls;
  line->records += static_cast<std::int64_t>(call.items.size());
  line->credits += credits;
  ++out_.total_calls;
  out_.total_credits += credits;
}

Planned& DryCrm::planned(plan::Module module, const std::string& key) {
  const auto [place, is_new] = places_.emplace(std::pair(module, key), out_.records.size());
  if (is_new) {
    out_.records.emplace_back();
    out_.records.back().module = module;
    out_.records.back().key = key;
  }
  return out_.records[place->second];
}

zoho::Org DryCrm::assumed() const {
  zoho::Org org;
  for (const plan::Module module : plan::k_modules) {
    const auto index = static_cast<std::size_t>(module);
    auto& fields = org.schema.fields[index];
    for (const plan::FieldRule& rule : parts_.mapping.fields[index])
      fields.emplace(rule.field, assumed_field(rule.field));
    for (const auto& [axis, field] : parts_.mapping.mirrors)
      fields.emplace(field, plan::FieldInfo{"picklist", 120, false});
    for (const std::string_view name : {"Last_Name", "Account_Name", "Contact_Name", "Deal_Name"})
      fields.emplace(std::string(name), assumed_field(name));
    fields.insert_or_assign(parts_.mapping.external_id[index], plan::FieldInfo{"text", 255, true});
  }
  for (const std::string& role : {parts_.mapping.roles.primary, parts_.mapping.roles.others}) {
    if (!role.empty()) org.schema.roles.emplace(role, "role:" + role);
  }
  return org;
}

}  // namespace zs::forecast
