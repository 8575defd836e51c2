#include "core/faults.hpp"

#include <array>
#include <utility>

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
    std::pair{Effect::record_error, std::string_view("record_error")},
};

std::chrono::milliseconds millis_at(const Json& rule, std::string_view name) {
  return std::chrono::milliseconds{rule.integer_or(name, 0)};
}

zs::Result<Effect> parse_effect(std::string_view name) {
  for (const auto& [effect, known] : k_effects) {
    if (known == name) return effect;
  }
  std::string all;
  for (const auto& [effect, known] : k_effects) all.append(all.empty() ? "" : ", ").append(known);
  return zs::fail(zs::Errc::invalid, "unknown effect \"" + std::string(name) + "\"; known: " + all);
}

Refusal read_refusal(const Json& rule) {
  std::string details = "{}";
  if (const Json* given = rule.find("details"); given != nullptr && given->is_object()) {
    details.clear();
    zs::JsonWriter writer(details);
    write_json(writer, *given);
  }
  return {std::string(rule.string_or("code", "INTERNAL_ERROR")),
          std::string(rule.string_or("message", "Internal Server Error")), std::move(details)};
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
  ++fault.fired;
  return true;
}

void befall(const Fault& fault, Misfortune& out, zs::Random& random) {
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
    case Effect::record_error:
      out.row_faults.push_back(&fault);
      break;
  }
  out.name.append(out.name.empty() ? "" : "+").append(name_of(fault.effect));
}

}  // namespace

std::string_view name_of(Effect effect) { return k_effects[static_cast<std::size_t>(effect)].second; }

zs::Result<> FaultBook::add(const Json& rule) {
  if (!rule.is_object()) return zs::fail(zs::Errc::invalid, "a fault is an object");
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
  if (fault.skip < 0) return zs::fail(zs::Errc::invalid, "nth counts from 1");
  faults_.push_back(std::move(fault));
  return {};
}

Misfortune FaultBook::strike(std::string_view endpoint, std::string_view group, std::string_view module,
                             zs::Random& random) {
  Misfortune out;
  for (Fault& fault : faults_) {
    if (fits(fault, endpoint, group, module) && fires(fault, random)) befall(fault, out, random);
  }
  return out;
}

const Refusal* row_fault(const std::vector<const Fault*>& faults, const Json& row, std::size_t index) {
  for (const Fault* fault : faults) {
    if (!fault->field.empty()) {
      const Json* value = row.find(fault->field);
      if (value != nullptr && value->text == fault->value) return &fault->refusal;
    } else if (fault->row < 0 || fault->row == static_cast<std::int64_t>(index)) {
      return &fault->refusal;
    }
  }
  return nullptr;
}

}  // namespace zohosim
