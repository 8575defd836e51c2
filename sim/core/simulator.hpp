#pragma once
// The whole of Zoho as one object: a request goes in, an answer comes out. No threads, no sockets, no clock of
// its own, so one seed and one clock replay a run. The server wraps it for real clients.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "core/call.hpp"
#include "core/call_log.hpp"
#include "core/faults.hpp"
#include "core/http.hpp"
#include "core/limits.hpp"
#include "core/oauth.hpp"
#include "core/options.hpp"
#include "core/organization.hpp"
#include "helpdesk/desk.hpp"

namespace zohosim {

/// What was seen, since the start or the last reset.
struct Counters {
  std::map<std::string, std::int64_t, std::less<>> calls;  // by kind, refused ones too
  std::int64_t credits = 0;
  std::int64_t refused_for_credits = 0;
  std::int64_t refused_for_concurrency = 0;
  std::int64_t refused_for_sub_concurrency = 0;
  std::int64_t unauthorized = 0;
  std::int64_t rows_with_automation = 0;  // of writes whose `trigger` was absent or named something
  std::int64_t rows_silent = 0;           // of writes with `trigger: []`
  std::int64_t faults = 0;
};

class Simulator {
 public:
  explicit Simulator(Options options, const zs::Clock& clock);
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  /// A call that takes no time: it leaves its place before the next one comes.
  [[nodiscard]] HttpAnswer handle(const HttpRequest& request);

  /// A call that takes time: everything is applied at once, but its places in the org's concurrency stay taken
  /// until `end_call`, to be called when the answer leaves (or the caller is gone).
  [[nodiscard]] HttpAnswer begin_call(const HttpRequest& request);
  void end_call(const HttpAnswer& answer);
  /// What subscribers are to be told of the calls since; who has a network sends it.
  [[nodiscard]] std::vector<Push> take_pushes() { return world_->org.watches().take_pushes(now_ms()); }

  [[nodiscard]] std::int64_t now_ms() const;
  /// Time on top of the injected clock's.
  void advance(std::chrono::milliseconds by) { offset_ += by; }
  /// On to an instant, if that lies ahead: an org from a file may have lived under a clock that was turned.
  void advance_to(std::int64_t instant_ms) {
    offset_ += std::chrono::milliseconds{std::max(0L, instant_ms - now_ms())};
  }
  /// Everything as at the start, but the clock.
  zs::Result<> reset();
  /// What makes a fresh world the one of the start: an org from a file, faults. Done now and after every reset.
  using Setup = std::function<zs::Result<>(Simulator&)>;
  [[nodiscard]] zs::Result<> start_with(Setup setup);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Organization& org() { return world_->org; }
  [[nodiscard]] const Organization& org() const { return world_->org; }
  [[nodiscard]] Accounts& accounts() { return world_->accounts; }
  [[nodiscard]] const Accounts& accounts() const { return world_->accounts; }
  [[nodiscard]] FaultBook& faults() { return world_->faults; }
  [[nodiscard]] const FaultBook& faults() const { return world_->faults; }
  [[nodiscard]] const Gate& gate() const { return world_->gate; }
  [[nodiscard]] desk::Desk& desk() { return world_->desk; }
  [[nodiscard]] const desk::Desk& desk() const { return world_->desk; }
  [[nodiscard]] const Counters& counters() const { return world_->counters; }
  [[nodiscard]] const CallLog& log() const { return world_->log; }
  /// Grows whenever something may have changed, so that who watches knows when to look again.
  [[nodiscard]] std::int64_t revision() const { return revision_; }
  /// Puts another org in the place of this one: see snapshot.hpp.
  void replace_org(Organization org) { world_->org = std::move(org); }

 private:
  struct World {
    explicit World(const Options& options)
        : random(options.seed), org(options), accounts(options, random), gate(options), desk(options) {}
    zs::SeededRandom random;
    Organization org;
    Accounts accounts;
    Gate gate;
    desk::Desk desk;
    FaultBook faults;
    CallLog log;
    Counters counters;
  };

  [[nodiscard]] HttpAnswer serve(const HttpRequest& request);
  [[nodiscard]] HttpAnswer serve_crm(const HttpRequest& request, const Route& route, const Misfortune& misfortune,
                                     LoggedCall& log);
  [[nodiscard]] HttpAnswer serve_desk(const HttpRequest& request, const Route& route, const Misfortune& misfortune,
                                      LoggedCall& log);
  [[nodiscard]] std::optional<HttpAnswer> refuse_desk_call(const HttpRequest& request, const Route& route);
  [[nodiscard]] std::optional<HttpAnswer> refuse_call(const HttpRequest& request, const Route& route, const Json* body);
  [[nodiscard]] std::optional<HttpAnswer> admit(Places places, int credits);
  void count_automation(const Json* body);

  Options options_;
  const zs::Clock& clock_;
  std::chrono::milliseconds offset_{0};
  std::unique_ptr<World> world_;
  Setup setup_;
  std::int64_t revision_ = 0;
  int generation_ = 0;
};

}  // namespace zohosim
