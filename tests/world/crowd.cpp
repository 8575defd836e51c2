#include "world/crowd.hpp"

#include <simdjson.h>

#include <algorithm>
#include <stdexcept>

#include "base/json.hpp"

namespace zs::world {
namespace {

using plan::Module;

/// A field of each module that the default mapping leaves alone.
constexpr std::string_view k_note = "Description";

std::string tags_of(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + json_quoted(name);
  return "[" + out + "]";
}

}  // namespace

void Crowd::make_contacts(const std::vector<store::NewEvent>& history) {
  std::set<std::string> taken;
  simdjson::dom::parser parser;
  for (const store::NewEvent& event : history) {
    std::string_view email;
    if (event.type != "user.signed_up" || parser.parse(event.data)["user"]["email"].get(email) != simdjson::SUCCESS)
      continue;
    if (!random_.chance(0.15) || !taken.emplace(email).second) continue;
    const std::string note = "by hand " + std::to_string(next_++);
    const std::string made = world_.ask("POST", "/control/records/Contacts",
                                        R"({"fields":{"Last_Name":"By Hand","Email":)" + json_quoted(email) +
                                            R"(,"Description":)" + json_quoted(note) + R"(},"tags":["VIP"]})");
    std::string_view id;
    if (parser.parse(made)["id"].get(id) != simdjson::SUCCESS)
      throw std::runtime_error("people cannot make a Contact: " + made);
    marks_[std::string(id)] = {Module::contacts, note, {"VIP"}, {}, false, false};
  }
}

void Crowd::change(Module module, const std::string& zoho_id, const std::string& body) {
  const std::string done =
      world_.ask("POST", "/control/records/" + std::string(plan::name_of(module)) + "/" + zoho_id, body);
  // An act that the simulator does not know would prove nothing.
  if (!done.contains(json_quoted(zoho_id))) throw std::runtime_error("people cannot do " + body + ": " + done);
}

void Crowd::work() {
  const test::CrmContent crm = world_.crm();
  for (const test::CrmRecord& record : crm.contacts) {
    if (random_.chance(0.12)) act(Module::contacts, record);
  }
  for (const test::CrmRecord& record : crm.deals) {
    if (random_.chance(0.12)) act(Module::deals, record);
  }
  for (const test::CrmRecord& record : crm.accounts) {
    if (random_.chance(0.12)) act(Module::accounts, record);
  }
}

void Crowd::act(Module module, const test::CrmRecord& record) {
  Mark& mark = marks_[record.zoho_id];
  mark.module = module;
  const std::string& id_field = world_.mapping().external_id[static_cast<std::size_t>(module)];
  const auto found = record.fields.find(id_field);
  const std::string key = found == record.fields.end() ? "" : json_unquoted(found->second);
  const std::string who = std::string(plan::name_of(module)) + " " + key;
  switch (random_.below(7)) {
    case 0:
    case 1:
      mark.note = "by hand " + std::to_string(next_++);
      change(module, record.zoho_id, R"({"fields":{")" + std::string(k_note) + R"(":)" + json_quoted(mark.note) + "}}");
      break;
    case 2: {
      const std::string tag = "by-hand-" + std::to_string(random_.below(5));
      mark.tags.insert(tag);
      mark.untagged.erase(tag);
      change(module, record.zoho_id, R"({"add_tags":)" + tags_of({tag}) + "}");
      break;
    }
    case 3:
      if (mark.tags.empty()) break;
      change(module, record.zoho_id, R"({"remove_tags":)" + tags_of(mark.tags) + "}");
      mark.untagged.insert(mark.tags.begin(), mark.tags.end());
      mark.tags.clear();
      break;
    case 4: {
      // A field of ours: it is the person's until the platform's value changes again.
      if (module != Module::contacts || key.empty()) break;
      const std::string number = std::to_string(1'000'000 + next_++);
      change(module, record.zoho_id,
             R"({"fields":{"Title":"Edited )" + number + R"(","Phone":"+4930)" + number + "\"}}");
      touched_[key].insert({who + ".Title ", who + ".Phone "});
      break;
    }
    case 5:
      mark.locked = !mark.locked;
      change(module, record.zoho_id, mark.locked ? R"({"lock":true})" : R"({"lock":false})");
      break;
    default:
      if (module != Module::contacts || key.empty() || mark.locked || !random_.chance(0.4)) break;
      change(module, record.zoho_id, R"({"delete":true})");
      mark.gone = true;
      deleted_.insert(key);
      touched_[key].insert(who + " is missing");
      break;
  }
}

void Crowd::go_home() {
  for (auto& [zoho_id, mark] : marks_) {
    if (mark.locked && !mark.gone) change(mark.module, zoho_id, R"({"lock":false})");
    mark.locked = false;
  }
}

std::vector<std::string> Crowd::losses() {
  std::vector<std::string> out;
  for (const auto& [zoho_id, mark] : marks_) {
    if (mark.gone) continue;
    const std::string body = world_.ask("GET", "/crm/v8/" + std::string(plan::name_of(mark.module)) + "/" + zoho_id +
                                                   "?fields=" + std::string(k_note) + ",Tag");
    if (!mark.note.empty() && !body.contains(json_quoted(mark.note)))
      out.push_back("a person's note on " + zoho_id + " is gone: " + body);
    for (const std::string& tag : mark.tags) {
      if (!body.contains(json_quoted(tag))) out.push_back("a person's tag on " + zoho_id + " is gone: " + body);
    }
    for (const std::string& tag : mark.untagged) {
      if (body.contains(json_quoted(tag)))
        out.push_back("a tag that a person took off " + zoho_id + " is back: " + body);
    }
  }
  return out;
}

bool Crowd::explains(const std::string& difference) const {
  // The Deals of a deleted Contact go on naming it: they have not changed.
  if (difference.contains(".Contact_Name is ") && std::ranges::any_of(deleted_, [&](const std::string& user) {
        return difference.ends_with("not contact:" + user);
      }))
    return true;
  return std::ranges::any_of(touched_, [&](const auto& one) {
    return std::ranges::any_of(one.second, [&](const std::string& start) { return difference.starts_with(start); });
  });
}

std::vector<std::string> Crowd::touched_users() const {
  std::vector<std::string> out;
  for (const auto& [user, excuses] : touched_) out.push_back(user);
  return out;
}

}  // namespace zs::world
