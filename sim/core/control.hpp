#pragma once
// The API beside Zoho's: what a test or a demo may ask and do under /control (no key; it is for loopback).

#include "core/http.hpp"

namespace zohosim {

class Simulator;

[[nodiscard]] HttpAnswer control_call(Simulator& simulator, const HttpRequest& request);

/// The parts that have files of their own.
[[nodiscard]] std::string state_json(const Simulator& simulator);
[[nodiscard]] HttpAnswer control_record(Simulator& simulator, const HttpRequest& request);
[[nodiscard]] HttpAnswer control_problem(int status, std::string_view detail);

}  // namespace zohosim
