#include "core/faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/fault_profiles.hpp"
#include "core/route.hpp"

namespace zohosim {
namespace {

constexpr std::array k_effects{
    std::pair{Effect::latency, std::string_view("latency")},
    std::pair{Effect::status, std::string_view("status")},
    std::pair{Effect::hang, std::string_view("hang")},
    std::pair{Effect::reset_before, std::string_view("reset_before")},
    std::pair{Effect::reset_after, std::string_view("reset_after")},
    std::pair{Effect::truncate, std::string_view("truncate")},
    std::pair{Effect::expire_token, std::string_view("expire_token")},
    std::pair{Effect::revoke_token, std::string_view("revoke_token")},
    std::pair{Effect::record_error, std::string_view("record_error")},
};

/// `number`, `seen` and `fired` are what a list of rules says beyond that; they mean nothing in a new one.
constexpr std::array<std::string_view, 19> k_members{
    "on",    "module", "effect", "nth",  "times",   "probability", "status", "html", "latency_ms", "jitter_ms",
    "field", "value",  "row",    "code", "message", "details",     "number", "seen", "fired"};

std::unexpected<zs::Error> bad(std::string why) { return zs::fail(zs::Errc::invalid, std::move(why)); }

std::string listed(const auto& names) {
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

std::chrono::milliseconds millis_at(const Json& rule, std::string_view name) {
  return std::chrono::milliseconds{rule.integer_or(name, 0)};
}

zs::Result<Effect> parse_effect(std::string_view name) {
  for (const auto& [effect, known] : k_effects) {
    if (known == name) return effect;
  }
  return bad("unknown effect \"" + std::string(name) + "\"; known: " + listed(effect_names()));
}

Refusal read_refusal(const Json& rule) {
  std::string details = "{}";
  if (const Json* given = rule.find("details"); given != nullptr && given->is_object()) {
    details.clear();
    zs::JsonWriter writer(details);
    write_json(writer, *given);
  }
  return {std::string(rule.string_or("code", "INTERNAL_ERROR")),
          std::string(rule.string_or("message", "Internal server error occurred.")), std::move(details)};
}

bool fits(const Fault& fault, std::string_view endpoint, std::string_view group, std::string_view module) {
  const bool called = fault.on == "any" || fault.on == endpoint || fault.on == group;
  return called && (fault.module.empty() || fault.module == module);
}

/// Counts the call and says whether it is hit.
bool fires(Fault& fault, zs::Random& random) {
  if (fault.seen++ < fault.skip) return false;
  if (fault.times >= 0 && fault.fired >= fault.times) return false;
  if (fault.probability < 1 && !random.chance(fault.probability)) return false;
  // Of a rule for one value most calls know nothing: it has struck when a row has that value.
  if (fault.field.empty()) ++fault.fired;
  return true;
}

void befall(Fault& fault, Misfortune& out, zs::Random& random) {
  out.delay += fault.latency;
  if (fault.jitter.count() > 0) {
    out.delay += std::chrono::milliseconds{random.below(static_cast<std::uint64_t>(fault.jitter.count()) + 1)};
  }
  switch (fault.effect) {
    case Effect::latency:
      break;
    case Effect::status:
      out.status = fault.status;
      out.html = fault.html;
      break;
    case Effect::hang:
      out.cut = HttpAnswer::Cut::hang;
      break;
    case Effect::reset_before:
      out.cut = HttpAnswer::Cut::reset_before;
      break;
    case Effect::reset_after:
      out.cut = HttpAnswer::Cut::reset_after;
      break;
    case Effect::truncate:
      out.cut = HttpAnswer::Cut::truncate;
      break;
    case Effect::expire_token:
      out.expire_token = true;
      break;
    case Effect::revoke_token:
      out.revoke_token = true;
      break;
    case Effect::record_error:
      out.row_faults.push_back(&fault);
      break;
  }
  out.name.append(out.name.empty() ? "" : "+").append(name_of(fault.effect));
}

/// A rule that can never strike is a test that proves nothing, so what is misspelt is refused.
zs::Result<> check_rule(const Json& rule, const Fault& fault) {
  for (const std::string& name : rule.names) {
    if (std::ranges::find(k_members, name) == k_members.end())
      return bad("a fault has no member \"" + name + "\"; known: " + listed(k_members));
  }
  const auto targets = call_names();
  if (fault.on != "any" && std::ranges::find(targets, fault.on) == targets.end())
    return bad("no kind of call is named \"" + fault.on + "\"; known: any, " + listed(targets));
  if (fault.skip < 0) return bad("nth counts from 1");
  if (fault.probability < 0 || fault.probability > 1) return bad("probability lies between 0 and 1");
  if (fault.status < 400 || fault.status > 599) return bad("status lies between 400 and 599");
  if (fault.latency.count() < 0 || fault.jitter.count() < 0) return bad("latency_ms and jitter_ms are not below 0");
  return {};
}

zs::Result<Fault> read_rule(const Json& rule) {
  if (!rule.is_object()) return bad("a fault is an object");
  Fault fault;
  ZS_ASSIGN(fault.effect, parse_effect(rule.string_or("effect", "status")));
  fault.on = rule.string_or("on", "any");
  fault.module = rule.string_or("module", "");
  fault.skip = rule.integer_or("nth", 1) - 1;
  fault.probability = rule.double_or("probability", 1);
  fault.times = rule.integer_or("times", fault.probability < 1 || fault.effect == Effect::latency ? -1 : 1);
  fault.status = static_cast<int>(rule.integer_or("status", 503));
  fault.html = rule.true_at("html");
  fault.latency = millis_at(rule, "latency_ms");
  fault.jitter = millis_at(rule, "jitter_ms");
  fault.field = rule.string_or("field", "");
  fault.value = rule.string_or("value", "");
  fault.row = rule.integer_or("row", -1);
  fault.refusal = read_refusal(rule);
  ZS_TRY(check_rule(rule, fault));
  return fault;
}

zs::Result<> read_rules(const Json& document, std::vector<Fault>& out);

zs::Result<> read_profile(std::string_view name, std::vector<Fault>& out) {
  const auto rules = fault_profile(name);
  if (!rules) return bad("unknown profile \"" + std::string(name) + "\"; known: " + listed(fault_profile_names()));
  ZS_ASSIGN(const Json list, parse_json(*rules));
  return read_rules(list, out);
}

zs::Result<> read_rules(const Json& document, std::vector<Fault>& out) {
  if (document.is_array()) {
    for (const Json& rule : document.items) {
      ZS_ASSIGN(Fault fault, read_rule(rule));
      out.push_back(std::move(fault));
    }
    return {};
  }
  const Json* list = document.find("faults");
  const Json* profile = document.find("profile");
  if (list == nullptr && profile == nullptr) {
    ZS_ASSIGN(Fault fault, read_rule(document));
    out.push_back(std::move(fault));
    return {};
  }
  if (profile != nullptr) ZS_TRY(read_profile(profile->text, out));
  if (list == nullptr) return {};
  if (!list->is_array()) return bad("\"faults\" is a list");
  return read_rules(*list, out);
}

}  // namespace

std::string_view name_of(Effect effect) { return k_effects[static_cast<std::size_t>(effect)].second; }

std::vector<std::string_view> effect_names() {
  std::vector<std::string_view> out;
  for (const auto& [effect, name] : k_effects) out.push_back(name);
  return out;
}

zs::Result<> FaultBook::add(const Json& document) {
  std::vector<Fault> rules;
  ZS_TRY(read_rules(document, rules));
  for (Fault& rule : rules) {
    rule.number = ++last_number_;
    faults_.push_back(std::move(rule));
  }
  return {};
}

bool FaultBook::remove(std::int64_t number) {
  return std::erase_if(faults_, [number](const Fault& fault) { return fault.number == number; }) > 0;
}

Misfortune FaultBook::strike(std::string_view endpoint, std::string_view group, std::string_view module,
                             zs::Random& random) {
  Misfortune out;
  for (Fault& fault : faults_) {
    if (fits(fault, endpoint, group, module) && fires(fault, random)) befall(fault, out, random);
  }
  return out;
}

void write_fault(zs::JsonWriter& out, const Fault& fault) {
  out.begin_object().field("number", fault.number).field("on", fault.on);
  if (!fault.module.empty()) out.field("module", fault.module);
  out.field("effect", name_of(fault.effect)).field("nth", fault.skip + 1).field("times", fault.times);
  out.key("probability").number(fault.probability);
  if (fault.effect == Effect::status) {
    out.field("status", std::int64_t{fault.status}).field_bool("html", fault.html);
  }
  if (fault.latency.count() > 0) out.field("latency_ms", fault.latency.count());
  if (fault.jitter.count() > 0) out.field("jitter_ms", fault.jitter.count());
  if (fault.effect == Effect::record_error) {
    if (!fault.field.empty()) out.field("field", fault.field).field("value", fault.value);
    if (fault.row >= 0) out.field("row", fault.row);
    out.field("code", fault.refusal.code).field("message", fault.refusal.message);
    out.key("details").raw(fault.refusal.details);
  }
  out.field("seen", fault.seen).field("fired", fault.fired).end_object();
}

const Refusal* row_fault(const std::vector<Fault*>& faults, const Json& row, std::size_t index) {
  for (Fault* fault : faults) {
    if (!fault->field.empty()) {
      const Json* value = row.find(fault->field);
      if (value == nullptr || value->text != fault->value) continue;
      if (fault->times >= 0 && fault->fired >= fault->times) continue;
      ++fault->fired;
      return &fault->refusal;
    } else if (fault->row < 0 || fault->row == static_cast<std::int64_t>(index)) {
      return &fault->refusal;
    }
  }
  return nullptr;
}

}  // namespace zohosim
