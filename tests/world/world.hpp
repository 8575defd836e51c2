#pragma once
// The whole system in one process under one clock: the real engine, client and store against the real
// simulator, with a network between them that loses, delays and repeats nothing by itself but fails as told. One seed
// replays a run; a failing test prints it.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "core/simulator.hpp"
#include "engine/engine.hpp"
#include "reconcile/map_import.hpp"
#include "reconcile/reconciler.hpp"
#include "store/store.hpp"
#include "support/crm_view.hpp"
#include "support/oracle.hpp"
#include "world/mortal_store.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::world {

/// How often what goes wrong, as probabilities per call.
struct Weather {
  double not_sent = 0;      // no connection
  double lost_before = 0;   // the connection breaks before Zoho acts
  double lost_answer = 0;   // Zoho acts, the answer is lost
  double server_error = 0;  // 500 with JSON or 502 with HTML, nothing applied
  double error_after = 0;   // 500, but it was applied
  double throttled = 0;     // 429
  double stale_token = 0;   // 401
  double garbled = 0;       // Zoho acts, half of the answer arrives
  double slow = 0;          // the call takes up to 20 s to arrive
  double crash = 0;         // the daemon dies as the call goes out, or as the answer comes in
};

class World;

struct Settings {
  std::uint64_t seed = 1;
  Weather weather;
  bool dedupe = true;
  bool send_external_id = true;
  bool arrival_order_wins = false;
  bool obey_limits = true;
  std::optional<Duration> round_trip{};  // to Zoho and back, instead of one by chance
  zohosim::Options org;
  std::string store_file{};                      // empty: in memory
  std::string vfs{};                             // SQLite's file layer for it
  std::function<void()> before_restart{};        // after a death, before the file is opened again
  std::function<void(engine::Options&)> tune{};  // the engine's options, after the usual ones
  Duration reconcile_every{};                    // 0: only when asked to
  /// More of the daemon, made anew at each of its starts and gone with it.
  std::function<std::shared_ptr<void>(World&, zoho::TokenSource&)> beside{};
};

/// Answers for `intercept`.
[[nodiscard]] net::ClientResponse answered(int status, std::string type, std::string body);
[[nodiscard]] net::ClientResponse broken(net::Exchange exchange);

class World final : public net::HttpTransport {
 public:
  explicit World(Settings settings);
  ~World() override;

  /// Puts events into the ledger as the HTTP interface does; the first of an identity counts as accepted.
  void deliver(const std::vector<store::NewEvent>& events);
  /// Delivers over time, mixed with the daemon's work.
  void deliver_over(const std::vector<store::NewEvent>& events, Duration span);
  /// Does something later, whatever has become of the daemon by then.
  void after(Duration span, std::function<void()> task);
  /// Lets time pass while there is something to do; false if the backlog is not empty after `limit`.
  [[nodiscard]] bool run_until_quiet(Duration limit);
  void run_for(Duration span);
  void calm() { settings_.weather = {}; }
  void storm(const Weather& weather) { settings_.weather = weather; }
  /// kill -9 and a new start: memory is gone, what was committed is there.
  void crash();

  enum class Boundary : std::uint8_t { before_commit, after_commit, call_not_sent, call_applied };
  /// The daemon is killed at its nth commit, or as its nth call goes out, from now on; and started again.
  void kill_at(Boundary boundary, std::size_t nth);
  /// Whether it was, since kill_at.
  [[nodiscard]] bool was_killed() const { return was_killed_; }

  /// Invariants that must hold now; differences in words.
  [[nodiscard]] std::vector<std::string> faults_against_oracle();
  [[nodiscard]] const std::vector<store::NewEvent>& accepted() const { return accepted_; }
  /// Events that were turned away because they are about somebody who was erased.
  [[nodiscard]] std::size_t turned_away() const { return turned_away_; }

  /// A request to the CRM by somebody else (a person, the test): no network in between.
  std::string ask(const std::string& method, const std::string& path, const std::string& body = "");
  [[nodiscard]] test::CrmContent crm();

  struct Sent {
    std::string method;
    std::string path;
    std::string body;
    int status = 0;
    Time at{};
  };
  [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
  [[nodiscard]] std::size_t count_sent(std::string_view method, std::string_view path_part) const;

  /// How often the weather struck: answers lost after Zoho had acted, and errors in place of an answer.
  struct Misfortunes {
    std::size_t lost_answers = 0;
    std::size_t errors = 0;
  };
  [[nodiscard]] const Misfortunes& misfortunes() const { return misfortunes_; }

  /// Answers a request of the daemon in Zoho's place, when it returns something.
  std::function<std::optional<net::ClientResponse>(const net::ClientRequest&)> intercept;
  /// How much longer than usual a request takes to arrive.
  std::function<Duration(const net::ClientRequest&)> slow;
  /// Called before a request of the daemon is applied.
  std::function<void(const net::ClientRequest&)> before_apply;
  /// The daemon's usual window instead of the small one that makes edges frequent. Restarts it.
  void widen_window();
  /// What the daemon's calls cost by the simulator's count.
  [[nodiscard]] std::int64_t credits_by_daemon() const { return credits_; }
  /// Calls of the daemon that the simulator refused for a limit of the org.
  struct Refused {
    std::int64_t concurrency = 0;
    std::int64_t sub_concurrency = 0;
    std::int64_t credits = 0;
  };
  [[nodiscard]] const Refused& refused() const { return refused_; }

  /// Runs a task of the daemon's after `pause`, unless it has died by then.
  void later(Duration pause, std::move_only_function<void()> task);

  store::Store& store() { return store_->real(); }
  engine::Engine& engine() { return process_->engine; }
  reconcile::Reconciler& reconciler() { return process_->reconciler; }
  reconcile::MapImport& map_import() { return process_->map_import; }
  zohosim::Simulator& simulator() { return simulator_; }
  [[nodiscard]] const zohosim::Simulator& simulator() const { return simulator_; }
  ManualClock& clock() { return clock_; }
  Random& random() { return random_; }
  const plan::Mapping& mapping() const { return mapping_; }
  [[nodiscard]] const plan::Schema& schema();
  [[nodiscard]] store::Backlog backlog();
  [[nodiscard]] std::optional<store::Entity> entity(event::Kind kind, std::string_view key);
  [[nodiscard]] std::vector<store::Held> held();

  // net::HttpTransport
  void send(net::ClientRequest request, Done done) override;

 private:
  struct Process {
    explicit Process(World& world);
    zoho::TokenBroker tokens;
    zoho::Api api;
    zoho::Client client;
    engine::Engine engine;
    reconcile::Reconciler reconciler;
    reconcile::MapImport map_import;
    std::shared_ptr<void> beside;
  };
  struct Timed {
    Time at;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> task;
    bool operator>(const Timed& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  /// False when the store refuses it: a platform would send it again.
  bool offer(std::vector<store::NewEvent> events);
  void at(Time time, std::function<void()> task);
  void open_store();
  void boot();
  void step();
  void pass_time();
  /// Does it, when something killed it.
  bool must_die();
  void send_last(const std::shared_ptr<net::ClientRequest>& request, Duration there, bool arrives);
  [[nodiscard]] zohosim::HttpAnswer apply(const net::ClientRequest& request);

  Settings settings_;
  SeededRandom random_;
  ManualClock clock_;
  plan::Mapping mapping_;
  zohosim::Simulator simulator_;
  std::unique_ptr<MortalStore> store_;
  std::unique_ptr<Process> process_;
  std::uint64_t life_ = 0;  // of the process: answers to a dead one are dropped
  bool must_crash_ = false;
  std::optional<std::size_t> calls_left_;  // until it is killed
  bool last_call_arrives_ = false;
  bool was_killed_ = false;
  std::size_t window_ = 64;
  std::size_t fold_batch_ = 7;
  std::int64_t credits_ = 0;
  Misfortunes misfortunes_;
  Refused refused_;
  std::priority_queue<Timed, std::vector<Timed>, std::greater<>> timeline_;
  std::uint64_t next_order_ = 0;
  std::vector<store::NewEvent> accepted_;
  std::set<std::pair<std::string, std::string>> identities_;  // of accepted_
  std::size_t turned_away_ = 0;
  std::vector<Sent> sent_;
  std::string token_;  // of ask()
  std::optional<plan::Schema> schema_;
};

}  // namespace zs::world
