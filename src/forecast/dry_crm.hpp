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
  /// `keys` tells whose record an item of a call is, by Zoho's id.
  using KeyOf = std::function<std::string(plan::Module, const std::string& zoho_id)>;
  DryCrm(Reads* reads, const plan::Mapping& mapping, KeyOf key_of, Forecast& out)
      : reads_(reads), mapping_(mapping), key_of_(std::move(key_of)), out_(out) {}

  void send(zoho::Call call, std::move_only_function<void(zoho::Answer)> done) override;
  void describe(std::move_only_function<void(zoho::Answer, std::optional<zoho::Org>)> done) override;

  void list_deleted(plan::Module module, Time since, int page,
                    std::move_only_function<void(zoho::Answer, std::optional<zoho::Deletions>)> done) override;

  /// Gives the answers that have come together; false when there are none.
  bool deliver();
  /// Why the real Zoho could not be asked.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  [[nodiscard]] zoho::Answer written(const zoho::Call& call);
  [[nodiscard]] zoho::Answer read(const zoho::Call& call);
  void count(const zoho::Call& call);
  Planned& planned(plan::Module module, const std::string& key);
  [[nodiscard]] zoho::Org assumed() const;

  Reads* reads_;
  const plan::Mapping& mapping_;
  KeyOf key_of_;
  Forecast& out_;
  std::map<std::pair<plan::Module, std::string>, std::size_t> places_;  // of records in out_
  std::map<std::string, plan::Fields> adopted_;                         // by Zoho's id: as read
  zoho::Prices prices_;
  std::deque<std::move_only_function<void()>> answers_;
  std::optional<Error> failure_;
};

}  // namespace zs::forecast
