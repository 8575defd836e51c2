#pragma once
// The API beside Zoho's: what a test or a demo may ask and do under /control (no key; it is for loopback).

#include "base/result.hpp"
#include "core/http.hpp"
#include "core/json.hpp"

namespace zohosim {

class Simulator;

[[nodiscard]] HttpAnswer control_call(Simulator& simulator, const HttpRequest& request);

/// Puts faults in, as FaultBook::add reads them; a module that the org lacks is an error too.
[[nodiscard]] zs::Result<> add_faults(Simulator& simulator, const Json& document);

/// The parts that have files of their own.
[[nodiscard]] std::string state_json(const Simulator& simulator);
[[nodiscard]] HttpAnswer control_desk(const Simulator& simulator);
[[nodiscard]] HttpAnswer control_record(Simulator& simulator, const HttpRequest& request);
[[nodiscard]] HttpAnswer control_list(Simulator& simulator, const Pairs& params);
[[nodiscard]] HttpAnswer control_fields(Simulator& simulator, const Pairs& params);
[[nodiscard]] HttpAnswer control_calls(const Simulator& simulator, const Pairs& params);
[[nodiscard]] HttpAnswer control_one_call(const Simulator& simulator, std::string_view number);
[[nodiscard]] HttpAnswer control_faults(Simulator& simulator);
[[nodiscard]] HttpAnswer remove_fault(Simulator& simulator, std::string_view number);
[[nodiscard]] HttpAnswer control_problem(int status, std::string_view detail);
[[nodiscard]] HttpAnswer control_done();

}  // namespace zohosim
