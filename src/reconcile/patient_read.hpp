#pragma once
// A read of Zoho that is asked for again, less and less often, until it is answered or there is no sense in asking.

#include <functional>
#include <string>

#include "engine/engine.hpp"
#include "zoho/crm.hpp"

namespace zs::reconcile {

struct PatientRead {
  zoho::Call call;
  std::function<void(const zoho::Answer&)> answered;
  /// In words, after half an hour or a refusal; the last answer says which.
  std::function<void(std::string why, const zoho::Answer& last)> gave_up;
};

/// As an errand of the engine. One of the two is called, between ticks; after a drain neither.
void read_patiently(engine::Engine& engine, const Clock& clock, PatientRead read);

}  // namespace zs::reconcile
