#include "reconcile/patient_read.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace zs::reconcile {
namespace {

constexpr int k_attempts = 12;  // over about half an hour

void ask(engine::Engine& engine, const Clock& clock, const std::shared_ptr<PatientRead>& read, int attempts) {
  const Duration wait =
      attempts == 0 ? Duration{} : std::min<Duration>(5min, Duration{1s} * (1 << std::min(attempts - 1, 9)));
  engine.run_errand(
      read->call,
      [&engine, &clock, read, attempts](const zoho::Answer& answer) {
        using enum zoho::Answer::Outcome;
        const std::string words = answer.message.empty() ? answer.code : answer.message;
        switch (answer.outcome) {
          case zoho::Answer::Outcome::answered:
            read->answered(answer);
            return;
          case refused:
            read->gave_up(
                "Zoho refuses the read: " + answer.code + (answer.message.empty() ? "" : ": " + answer.message),
                answer);
            return;
          case not_allowed:
            read->gave_up("Zoho does not allow the read: " + words, answer);
            return;
          case not_sent:
          case unknown:
          case throttled:
          case stale_token:
            break;
        }
        if (attempts + 1 < k_attempts) return ask(engine, clock, read, attempts + 1);
        read->gave_up("Zoho did not answer a read in " + std::to_string(k_attempts) + " attempts: " + answer.code,
                      answer);
      },
      attempts == 0 ? Time{} : clock.now() + wait);
}

}  // namespace

void read_patiently(engine::Engine& engine, const Clock& clock, PatientRead read) {
  ask(engine, clock, std::make_shared<PatientRead>(std::move(read)), 0);
}

}  // namespace zs::reconcile
