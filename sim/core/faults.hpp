#pragma once
// Trouble on demand: what may go wrong between a caller and Zoho, by script or by chance of a seed.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "core/envelope.hpp"
#include "core/http.hpp"
#include "core/json.hpp"

namespace zohosim {

enum class Effect : std::uint8_t {
  latency,
  status,
  hang,
  reset_before,
  reset_after,
  truncate,
  expire_token,
  revoke_token,
  record_error,
};

/// One rule. A call counts as matching when endpoint (its name or group, or "any") and module fit; then `skip`
/// matching calls pass, and of the following ones each is hit with `probability`, at most `times` times.
struct Fault {
  std::string on = "any";
  std::string module;  // empty: every one
  Effect effect = Effect::status;
  std::int64_t skip = 0;
  std::int64_t times = -1;  // -1: no end
  double probability = 1;

  int status = 503;
  bool html = false;
  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds jitter{0};

  // record_error: which rows of a write fail, and how. Empty `field`: by `row`, or every row when that is -1.
  std::string field;
  std::string value;
  std::int64_t row = -1;
  Refusal refusal{"INTERNAL_ERROR", "Internal server error occurred.", "{}"};

  std::int64_t number = 0;  // by which it is removed
  std::int64_t seen = 0;
  std::int64_t fired = 0;
};

/// What befalls one call.
struct Misfortune {
  std::optional<int> status;
  bool html = false;
  bool expire_token = false;
  bool revoke_token = false;
  HttpAnswer::Cut cut = HttpAnswer::Cut::none;
  std::chrono::milliseconds delay{0};
  std::vector<Fault*> row_faults;  // valid until rules change
  std::string name;                // for the call log; empty when nothing happened
};

class FaultBook {
 public:
  /// A rule, a list of rules, or an object with `faults` (a list) and `profile` (a name from fault_profiles.hpp):
  /// all of them, or none and the words for what is wrong.
  [[nodiscard]] zs::Result<> add(const Json& document);
  [[nodiscard]] bool remove(std::int64_t number);
  void clear() { faults_.clear(); }
  [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }
  [[nodiscard]] Misfortune strike(std::string_view endpoint, std::string_view group, std::string_view module,
                                  zs::Random& random);

 private:
  std::vector<Fault> faults_;
  std::int64_t last_number_ = 0;
};

/// In the words that `add` reads, so that a list of them makes a file for --faults.
void write_fault(zs::JsonWriter& out, const Fault& fault);

/// The refusal that a record_error rule has for this row of a write.
[[nodiscard]] const Refusal* row_fault(const std::vector<Fault*>& faults, const Json& row, std::size_t index);

[[nodiscard]] std::string_view name_of(Effect effect);
[[nodiscard]] std::vector<std::string_view> effect_names();

}  // namespace zohosim
