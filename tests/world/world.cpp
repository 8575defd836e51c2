#include "world/world.hpp"

#include <simdjson.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/text.hpp"
#include "event/parse.hpp"
#include "ingest/append.hpp"
#include "support/mapping.hpp"
#include "world/feed.hpp"
#include "zoho/metadata.hpp"

namespace zs::world {

net::ClientResponse answered(int status, std::string type, std::string body) {
  net::ClientResponse response;
  response.exchange = net::Exchange::answered;
  response.status = status;
  response.headers = {{"content-type", std::move(type)}};
  response.body = std::move(body);
  return response;
}

net::ClientResponse broken(net::Exchange exchange) {
  net::ClientResponse response;
  response.exchange = exchange;
  response.failure = "the network failed";
  return response;
}

namespace {

constexpr std::string_view k_origin = "http://zoho.sim";

zohosim::HttpRequest to_sim(const std::string& method, std::string_view target, net::Headers headers,
                            std::string body) {
  zohosim::HttpRequest request;
  request.method = method;
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  request.headers = std::move(headers);
  for (auto& [name, value] : request.headers) name = to_lower(name);  // as a server hands them on
  request.headers.emplace_back("host", "zoho.sim");
  request.body = std::move(body);
  return request;
}

}  // namespace

World::Process::Process(World& world)
    : tokens({std::string(k_origin), [] { return zoho::Credentials{"1000.SIM", "sim-secret", "1000.sim.refresh"}; },
              [&world](const std::string& saved, std::move_only_function<void()> kept) {
                world.store_->write_async([saved](store::Transaction& tx) { return tx.set_meta("token", saved); },
                                          [kept = std::move(kept)](const Result<void>&) mutable { kept(); });
              },
              [](std::move_only_function<void()> task) { task(); }, std::chrono::milliseconds{10'000}},
             world, world.clock_, world.random_),
      api({std::string(k_origin), std::chrono::milliseconds{30'000},
           [&world](std::move_only_function<void()> task) { world.later(Duration{0}, std::move(task)); }},
          world, tokens),
      client(api, world.mapping_, ""),
      engine(*world.store_, client, world.clock_, world.random_,
             [&world] {
               engine::Options options;
               options.mapping = world.mapping_;
               options.fold_faults.arrival_order_wins = world.settings_.arrival_order_wins;
               options.send_external_id = world.settings_.send_external_id;
               options.obey_limits = world.settings_.obey_limits;
               options.window = world.window_;
               options.fold_batch = world.fold_batch_;
               if (world.settings_.tune) world.settings_.tune(options);
               return options;
             }()),
      reconciler(engine, world.store(), world.clock_,
                 {world.mapping_, false, world.settings_.reconcile_every, false, 10'000}),
      map_import(engine, world.store(), world.clock_, world.mapping_) {}

World::World(Settings settings)
    : settings_(std::move(settings)),
      random_(settings_.seed),
      mapping_(test::default_mapping()),
      simulator_(
          [this] {
            settings_.org.ready = settings_.send_external_id;
            settings_.org.seed = settings_.seed;
            settings_.org.origin = k_origin;
            return settings_.org;
          }(),
          clock_) {
  open_store();
  if (!settings_.send_external_id) {
    // The fields are there, only not unique: an org that nobody set up. The tests find records by them.
    for (const plan::Module module : plan::k_modules) {
      ask("POST", "/crm/v8/settings/fields?module=" + std::string(plan::name_of(module)),
          R"({"fields":[{"field_label":")" + mapping_.external_id[static_cast<std::size_t>(module)] +
              R"(","data_type":"text","length":100}]})");
    }
  }
  boot();
}

World::~World() = default;

void World::open_store() {
  store::Options options;
  options.path = settings_.store_file.empty() ? ":memory:" : settings_.store_file;
  options.inline_commits = true;
  options.dedupe = settings_.dedupe;
  options.vfs = settings_.vfs;
  auto store = store::open_sqlite(options);
  if (!store) throw std::runtime_error(store.error().text);
  store_ = std::make_unique<MortalStore>(std::move(*store));
}

void World::boot() {
  ++life_;
  process_ = std::make_unique<Process>(*this);
  const auto reader = store_->reader();
  process_->tokens.restore((*reader)->meta("token")->value_or(""));
  const auto started = process_->engine.start();
  if (!started) throw std::runtime_error(started.error().text);
  const auto opened = process_->reconciler.open();
  if (!opened) throw std::runtime_error(opened.error().text);
  const auto import_opened = process_->map_import.open();
  if (!import_opened) throw std::runtime_error(import_opened.error().text);
  if (settings_.beside) process_->beside = settings_.beside(*this, process_->tokens);
}

void World::later(Duration pause, std::move_only_function<void()> task) {
  auto shared = std::make_shared<std::move_only_function<void()>>(std::move(task));
  at(clock_.now() + pause, [shared] { (*shared)(); });
}

void World::crash() {
  process_.reset();
  must_crash_ = false;
  store_->revive();
  if (!settings_.store_file.empty()) {
    store_.reset();
    if (settings_.before_restart) settings_.before_restart();
    open_store();
  }
  boot();
}

void World::widen_window() {
  window_ = 2'000;
  fold_batch_ = 200;
  crash();
}

void World::at(Time time, std::function<void()> task) {
  const std::uint64_t life = life_;
  auto guarded = [this, life, task = std::move(task)] {
    if (life == life_) task();
  };
  timeline_.push({time, next_order_++, std::make_shared<std::function<void()>>(std::move(guarded))});
}

zohosim::HttpAnswer World::apply(const net::ClientRequest& request) {
  const std::string target = request.url.substr(k_origin.size());
  if (before_apply) before_apply(request);
  const zohosim::Counters before = simulator_.counters();
  zohosim::HttpAnswer answer = simulator_.begin_call(to_sim(request.method, target, request.headers, request.body));
  const zohosim::Counters& after = simulator_.counters();
  credits_ += after.credits - before.credits;
  refused_.concurrency += after.refused_for_concurrency - before.refused_for_concurrency;
  refused_.sub_concurrency += after.refused_for_sub_concurrency - before.refused_for_sub_concurrency;
  refused_.credits += after.refused_for_credits - before.refused_for_credits;
  if (!target.starts_with("/oauth"))
    sent_.push_back({request.method, target, request.body, answer.status, clock_.now()});
  return answer;
}

void World::send(net::ClientRequest request, Done done) {
  const Weather& w = settings_.weather;
  auto shared_done = std::make_shared<Done>(std::move(done));
  auto shared_request = std::make_shared<net::ClientRequest>(std::move(request));
  Duration there = std::chrono::milliseconds{5 + random_.below(60)};
  Duration back = std::chrono::milliseconds{5 + random_.below(100)};
  if (settings_.round_trip) there = back = *settings_.round_trip / 2;
  if (slow) there += slow(*shared_request);
  if (random_.chance(w.slow)) there += std::chrono::milliseconds{random_.below(20'000)};
  const Time now = clock_.now();
  const Time deadline = now + shared_request->timeout;
  // By value: it is called again once this call has returned.
  const auto fail_at = [this, shared_done](Time time, net::Exchange how) {
    at(time, [shared_done, how] { (*shared_done)(broken(how)); });
  };
  if (must_crash_ || store_->is_dead()) return;
  if (random_.chance(w.crash)) return send_last(shared_request, there, random_.chance(0.5));
  if (calls_left_ && --*calls_left_ == 0) {
    calls_left_.reset();
    was_killed_ = true;
    return send_last(shared_request, there, last_call_arrives_);
  }
  if (random_.chance(w.not_sent)) return fail_at(now + there, net::Exchange::not_sent);
  if (random_.chance(w.lost_before)) return fail_at(now + there + 30s, net::Exchange::unknown);
  if (random_.chance(w.server_error)) {
    ++misfortunes_.errors;
    const bool html = random_.chance(0.5);
    at(now + there + back, [shared_done, html] {
      (*shared_done)(html ? answered(502, "text/html", "<html>Bad Gateway</html>")
                          : answered(500, "application/json",
                                     R"({"code":"INTERNAL_ERROR","details":{},"message":"x","status":"error"})"));
    });
    return;
  }
  if (random_.chance(w.throttled)) {
    at(now + there + back, [shared_done] {
      (*shared_done)(answered(429, "application/json",
                              R"({"code":"TOO_MANY_REQUESTS","details":{},"message":"x","status":"error"})"));
    });
    return;
  }
  if (random_.chance(w.stale_token) && !shared_request->url.contains("/oauth")) {
    at(now + there + back, [shared_done] {
      (*shared_done)(
          answered(401, "application/json",
                   R"({"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"})"));
    });
    return;
  }
  if (intercept) {
    if (auto answer = intercept(*shared_request)) {
      auto shared_answer = std::make_shared<net::ClientResponse>(std::move(*answer));
      at(now + there, [shared_done, shared_answer] { (*shared_done)(std::move(*shared_answer)); });
      return;
    }
  }
  const bool loses_answer = random_.chance(w.lost_answer);
  const bool errs_after = random_.chance(w.error_after);
  const bool garbles = random_.chance(w.garbled);
  misfortunes_.lost_answers += loses_answer ? 1U : 0U;
  misfortunes_.errors += errs_after && !loses_answer ? 1U : 0U;
  const std::uint64_t life = life_;
  // What has left reaches Zoho also if the process dies meanwhile.
  timeline_.push({now + there, next_order_++, std::make_shared<std::function<void()>>([=, this] {
                    zohosim::HttpAnswer answer = apply(*shared_request);
                    const Time answered_at = clock_.now() + answer.delay + back;
                    // Whoever waits gives up at the deadline; Zoho is at it until it is done.
                    const bool too_late = answered_at > deadline;
                    if (too_late && life == life_) fail_at(deadline, net::Exchange::unknown);
                    timeline_.push({answered_at, next_order_++, std::make_shared<std::function<void()>>([=, this] {
                                      simulator_.end_call(answer);
                                      if (life != life_ || too_late) return;
                                      if (loses_answer) {
                                        (*shared_done)(broken(net::Exchange::unknown));
                                      } else if (errs_after) {
                                        (*shared_done)(answered(503, "text/html", "<html>"));
                                      } else {
                                        net::ClientResponse response =
                                            answered(answer.status, answer.content_type, answer.body);
                                        if (garbles) response.body.resize(response.body.size() / 2);
                                        for (const auto& [name, value] : answer.headers)
                                          response.headers.emplace_back(to_lower(name), value);
                                        (*shared_done)(std::move(response));
                                      }
                                    })});
                  })});
}

/// The process dies as the call goes out. One that arrives belongs to the world, not to the dead.
void World::send_last(const std::shared_ptr<net::ClientRequest>& request, Duration there, bool arrives) {
  must_crash_ = true;
  if (!arrives) return;
  timeline_.push({clock_.now() + there, next_order_++,
                  std::make_shared<std::function<void()>>([this, request] { simulator_.end_call(apply(*request)); })});
}

void World::kill_at(Boundary boundary, std::size_t nth) {
  was_killed_ = false;
  if (boundary == Boundary::before_commit || boundary == Boundary::after_commit) {
    store_->die_at(nth, boundary == Boundary::after_commit);
  } else {
    calls_left_ = nth;
    last_call_arrives_ = boundary == Boundary::call_applied;
  }
}

void World::deliver(const std::vector<store::NewEvent>& events) {
  // A store that refuses them is offered them again, as a platform does.
  if (!offer(events)) after(std::chrono::seconds{1}, [this, events] { deliver(events); });
  process_->engine.events_arrived();
}

bool World::offer(std::vector<store::NewEvent> events) {
  event::Parser parser;
  for (store::NewEvent& event : events) {
    const auto read = parser.stored({event.time, event.source, event.id}, event.type, event.data);
    if (read) ingest::tell_whom(event, read->patches);
  }
  ingest::Appended appended;
  const auto done = store().write([&](store::Transaction& tx) -> Result<void> {
    ZS_ASSIGN(appended, ingest::append(tx, events, to_millis(clock_.now())));
    return {};
  });
  if (!done && settings_.store_file.empty()) throw std::runtime_error(done.error().text);
  if (!done) return false;
  turned_away_ += appended.erased.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (std::ranges::find(appended.erased, i) != appended.erased.end()) continue;
    // What was accepted is decided by identity, not by what the store says: it is on trial as well.
    if (identities_.emplace(events[i].source, events[i].id).second) accepted_.push_back(events[i]);
  }
  return true;
}

void World::after(Duration span, std::function<void()> task) {
  timeline_.push({clock_.now() + span, next_order_++, std::make_shared<std::function<void()>>(std::move(task))});
}

void World::deliver_over(const std::vector<store::NewEvent>& events, Duration span) {
  const Time start = clock_.now();
  const auto count = static_cast<std::int64_t>(events.size());
  for (std::int64_t i = 0; i < count; ++i) {
    timeline_.push({start + span * i / count, next_order_++,
                    std::make_shared<std::function<void()>>(
                        [this, event = events[static_cast<std::size_t>(i)]] { deliver({event}); })});
  }
}

bool World::must_die() {
  was_killed_ = was_killed_ || store_->is_dead();
  // A poisoned store is what an operator restarts the daemon for.
  const auto health = store().health();
  const bool is_poisoned = !health && health.error().code != Errc::full;
  if (!must_crash_ && !store_->is_dead() && !is_poisoned) return false;
  crash();
  return true;
}

void World::step() {
  process_->engine.tick();
  if (!must_die()) pass_time();
}

void World::pass_time() {
  // On to whatever comes first: something on the timeline, or the engine's own alarm.
  const Time wake = process_->engine.next_wakeup();
  Time next = timeline_.empty() ? wake : std::min(wake, timeline_.top().at);
  if (next == Time::max()) return;
  if (next > clock_.now()) clock_.set(next);
  while (!timeline_.empty() && timeline_.top().at <= clock_.now()) {
    const auto task = timeline_.top().task;
    timeline_.pop();
    (*task)();
    static_cast<void>(must_die());
  }
}

bool World::run_until_quiet(Duration limit) {
  const Time deadline = clock_.now() + limit;
  while (clock_.now() < deadline) {
    process_->engine.tick();
    if (must_die()) continue;
    if (timeline_.empty() && process_->engine.is_idle()) {
      const store::Backlog left = backlog();
      if (left.dirty == 0 && left.unfolded == 0) return true;
    }
    pass_time();
  }
  return false;
}

void World::run_for(Duration span) {
  const Time end = clock_.now() + span;
  // Something must be on the timeline at the end, or the clock might never get there.
  timeline_.push({end, next_order_++, std::make_shared<std::function<void()>>([] {})});
  while (clock_.now() < end) step();
}

std::string World::ask(const std::string& method, const std::string& path, const std::string& body) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (token_.empty()) {
      const auto minted = simulator_.handle(to_sim(
          "POST", "/oauth/v2/token", {{"content-type", "application/x-www-form-urlencoded"}},
          "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh"));
      simdjson::dom::parser parser;
      std::string_view token;
      if (parser.parse(minted.body)["access_token"].get(token) != simdjson::SUCCESS)
        throw std::runtime_error("no token: " + minted.body);
      token_ = token;
    }
    const auto answer = simulator_.handle(to_sim(method, path, {{"authorization", "Zoho-oauthtoken " + token_}}, body));
    if (answer.status == 429) {
      // The daemon takes every place that the org has: somebody else tries again a little later.
      run_for(std::chrono::milliseconds{200});
    } else if (answer.status == 401) {
      token_.clear();
    } else {
      return answer.body;
    }
  }
  throw std::runtime_error("the simulator refuses " + method + " " + path);
}

test::CrmContent World::crm() {
  return test::read_crm([this](const std::string& path) { return ask("GET", path); }, mapping_);
}

const plan::Schema& World::schema() {
  if (!schema_) {
    schema_.emplace();
    for (const plan::Module module : plan::k_modules) {
      const auto fields =
          zoho::read_fields(ask("GET", "/crm/v8/settings/fields?module=" + std::string(plan::name_of(module))));
      for (const auto& field : *fields)
        schema_->fields[static_cast<std::size_t>(module)].emplace(field.api_name, field.info);
    }
  }
  return *schema_;
}

std::vector<std::string> World::faults_against_oracle() {
  auto faults = test::compare(test::expect(accepted_, mapping_, schema()), crm(), mapping_);
  std::ranges::move(faults_of_feed(*store_), std::back_inserter(faults));
  return faults;
}

store::Backlog World::backlog() { return *(*store_->reader())->backlog(); }

std::optional<store::Entity> World::entity(event::Kind kind, std::string_view key) {
  return *(*store_->reader())->find(kind, key);
}

std::vector<store::Held> World::held() { return *(*store_->reader())->held_page(0, 1000); }

std::size_t World::count_sent(std::string_view method, std::string_view path_part) const {
  std::size_t count = 0;
  for (const Sent& one : sent_) count += one.method == method && one.path.contains(path_part) ? 1U : 0U;
  return count;
}

}  // namespace zs::world
