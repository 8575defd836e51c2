#pragma once
// What hardly changes in a Desk portal, asked for once for all who want it: the organization, the departments, the
// ticket layouts.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "desk/client.hpp"
#include "desk/layout.hpp"
#include "desk/options.hpp"
#include "desk/trouble.hpp"

namespace zs::desk {

/// Why there is no good answer from Desk, for the caller.
[[nodiscard]] Trouble trouble_of(const Reply& reply, Time now, std::string_view correlation_field);

/// A value that many may want while it is being fetched, and that keeps for a while.
template <class T>
class Shared {
 public:
  using Done = std::move_only_function<void(const Outcome<T>&)>;

  [[nodiscard]] const T* fresh(Time now) const { return value_ && now < until_ ? &*value_ : nullptr; }
  /// True for the first: it has to fetch and then set().
  [[nodiscard]] bool join(Done done) {
    waiting_.push_back(std::move(done));
    return waiting_.size() == 1;
  }
  void set(const Outcome<T>& outcome, Time until) {
    if (outcome) {
      value_ = *outcome;
      until_ = until;
    }
    for (Done& done : std::exchange(waiting_, {})) done(outcome);
  }
  void forget() { value_.reset(); }

 private:
  std::optional<T> value_;
  Time until_{};
  std::vector<Done> waiting_;
};

class Portal {
 public:
  using Departments = std::vector<Department>;
  using LayoutPtr = std::shared_ptr<const Layout>;

  Portal(Client& client, const Clock& clock, const Options& options)
      : client_(client), clock_(clock), options_(options) {}

  /// Finds the organization out if need be; from then on every request names it.
  void with_org(std::move_only_function<void(const Outcome<std::string>&)> done);
  /// All that are enabled.
  void with_departments(std::move_only_function<void(const Outcome<Departments>&)> done);
  /// The one asked for, else the configured one, else the only one; several are an error that lists them.
  void with_department(std::string asked_for, std::move_only_function<void(const Outcome<std::string>&)> done);
  /// The department's layout; null where it cannot be read, which restricts nothing: Desk judges by itself.
  void with_layout(const std::string& department_id, std::move_only_function<void(LayoutPtr)> done);
  /// Desk refused what the layout allowed: it has changed.
  void forget_layout(const std::string& department_id) { layouts_[department_id].forget(); }

 private:
  Client& client_;
  const Clock& clock_;
  const Options& options_;
  Shared<std::string> org_;
  Shared<Departments> departments_;
  std::map<std::string, Shared<LayoutPtr>> layouts_;
};

}  // namespace zs::desk
