#pragma once
// Reads of the real Zoho for a command that waits for each.

#include "forecast/forecast.hpp"
#include "setup/calls.hpp"

namespace zs::cli {

class ZohoReads final : public forecast::Reads {
 public:
  /// `pipeline`: the configured one, else the org's first is taken.
  ZohoReads(setup::Calls& calls, const plan::Mapping& mapping, std::string pipeline)
      : calls_(calls), mapping_(mapping), pipeline_(std::move(pipeline)) {}

  [[nodiscard]] Result<zoho::Answer> ask(const zoho::Call& call) override;
  [[nodiscard]] Result<zoho::Org> describe() override;

 private:
  setup::Calls& calls_;
  const plan::Mapping& mapping_;
  std::string pipeline_;
};

}  // namespace zs::cli
