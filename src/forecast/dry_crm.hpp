#pragma once
// A Zoho that takes every write and remembers what it was. Reads go to the real one, or find nothing.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "forecast/forecast.hpp"
#include "zoho/crm.hpp"

namespace zs::forecast {

class DryCrm final : public zoho::Crm {
 public:
  struct Parts {
    Reads* reads;  // null: nobody is asked
    const plan::Mapping& mapping;
    const Clock& clock;
    /// Whose record it is.
    std::function<std::string(plan::Module, const std::string& zoho_id)> key_of;
    /// Told of each Contact that a look-up finds, before the engine is.
    std::function<Result<void>(const std::string& zoho_id, const std::string& platform_id)> found;
  };
  DryCrm(Parts parts, Forecast& out) : parts_(std::move(parts)), out_(out) {}

  void send(zoho::Call call, std::move_only_function<void(zoho::Answer)> done) override;
  void describe(std::move_only_function<void(zoho::Answer, std::optional<zoho::Org>)> done) override;

  void list_deleted(plan::Module module, Time since, int page,
                    std::move_only_function<void(zoho::Answer, std::optional<zoho::Deletions>)> done) override;

  /// Gives the answers whose time has come.
  void deliver();
  /// When the next one comes; Time::max() for never.
  [[nodiscard]] Time next_answer() const { return answers_.empty() ? Time::max() : answers_.front().first; }
  /// Why the real Zoho could not be asked.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  [[nodiscard]] zoho::Answer written(const zoho::Call& call);
  [[nodiscard]] zoho::Answer read(const zoho::Call& call);
  void give_later(std::move_only_function<void()> give);
  void count(const zoho::Call& call);
  Planned& planned(plan::Module module, const std::string& key);
  [[nodiscard]] zoho::Org assumed() const;

  Parts parts_;
  Forecast& out_;
  std::map<std::pair<plan::Module, std::string>, std::size_t> places_;  // of records in out_
  std::map<std::string, plan::Fields> adopted_;                         // by Zoho's id: as read
  zoho::Prices prices_;
  std::map<std::string, std::string, std::less<>> role_ids_;  // by name
  std::deque<std::pair<Time, std::move_only_function<void()>>> answers_;
  std::optional<Error> failure_;
};

}  // namespace zs::forecast
