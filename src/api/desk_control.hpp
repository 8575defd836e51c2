#pragma once
// What the HTTP interface may ask of the Desk service, from any thread. Answers come on any thread.

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "desk/service.hpp"

namespace zs::api {

class DeskControl {
 public:
  virtual ~DeskControl() = default;
  virtual void open(desk::Order order, std::string key, std::optional<Duration> wait, desk::Service::Done done) = 0;
  using Departments = std::vector<desk::Department>;
  virtual void departments(std::move_only_function<void(const desk::Outcome<Departments>&)> done) = 0;
  [[nodiscard]] virtual desk::Status status() const = 0;
};

/// The member "desk" of /v1/status.
void write_desk_status(const desk::Status& status, JsonWriter& json);

}  // namespace zs::api
