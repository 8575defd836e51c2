// Faults as people and tests put them in and take them out.

#include <charconv>

#include "core/control.hpp"
#include "core/fault_profiles.hpp"
#include "core/route.hpp"
#include "core/simulator.hpp"

namespace zohosim {
namespace {

void write_names(zs::JsonWriter& out, std::string_view key, const std::vector<std::string_view>& names) {
  out.key(key).begin_array();
  for (const std::string_view name : names) out.string(name);
  out.end_array();
}

/// Only the org knows its modules; a rule for one that is not there would never strike.
zs::Result<> check_modules(const Organization& org, const Json& rules) {
  if (const Json* list = rules.find("faults")) return check_modules(org, *list);
  for (const Json& rule : rules.items) ZS_TRY(rule.is_object() ? check_modules(org, rule) : zs::Result<>{});
  const std::string_view module = rules.string_or("module", "");
  if (module.empty() || org.find(module) != nullptr) return {};
  return zs::fail(zs::Errc::invalid, "a fault is for the module " + std::string(module) + ", which is not there");
}

}  // namespace

zs::Result<> add_faults(Simulator& simulator, const Json& document) {
  ZS_TRY(check_modules(simulator.org(), document));
  return simulator.faults().add(document);
}

HttpAnswer control_faults(Simulator& simulator) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("faults").begin_array();
  for (const Fault& fault : simulator.faults().all()) write_fault(out, fault);
  out.end_array().key("known").begin_object();
  write_names(out, "on", call_names());
  write_names(out, "effects", effect_names());
  write_names(out, "profiles", fault_profile_names());
  out.end_object().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer remove_fault(Simulator& simulator, std::string_view number) {
  std::int64_t wanted = 0;
  std::from_chars(number.data(), number.data() + number.size(), wanted);
  if (!simulator.faults().remove(wanted)) return control_problem(404, "no fault has this number");
  return control_done();
}

}  // namespace zohosim
