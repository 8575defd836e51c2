#include "daemon/serve.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>

#include "api/http_api.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "daemon/credentials.hpp"
#include "daemon/desk_host.hpp"
#include "daemon/engine_host.hpp"
#include "daemon/engine_options.hpp"
#include "daemon/notify_host.hpp"
#include "net/curl_transport.hpp"
#include "net/http_server.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::daemon {
namespace {

constexpr std::string_view k_version = ZS_VERSION;
constexpr auto k_drain = std::chrono::seconds{10};
constexpr auto k_look_at_secrets = std::chrono::seconds{2};

std::string path_of(const config::Store& store) {
  constexpr std::string_view k_scheme = "sqlite:";
  return store.url.starts_with(k_scheme) ? store.url.substr(k_scheme.size()) : std::string{};
}

std::string node_name() {
  std::string host(256, '\0');
  if (gethostname(host.data(), host.size()) != 0) return "node";
  return host.c_str();
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  return name == "error" ? log::Level::error : log::Level::info;
}

int report(const Error& error, int code) {
  log::error("zohosync cannot start", {{"reason", error.text}});
  return code;
}

/// Blocks the signals that end us for all threads to come, and waits for one of them.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    // A client that leaves must not end the daemon.
    std::signal(SIGPIPE, SIG_IGN);
  }
  [[nodiscard]] int wait() const {
    int signal = 0;
    while (sigwait(&set_, &signal) == EINTR) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
};

/// All parts in the order in which they need each other; the last one goes first.
struct Daemon {
  Daemon(const config::Config& c, std::unique_ptr<store::Store> s)
      : config(c),
        store(std::move(s)),
        host(clock),
        random(seed()),
        transport(net::make_curl_transport({})),
        tokens(token_options(), *transport, clock, random),
        api({"", c.zoho.timeout, [this](std::move_only_function<void()> task) { host.post(std::move(task)); }},
            *transport, tokens),
        options(engine_options_of(c)),
        client(api, options.mapping, c.deals.pipeline),
        engine(*store, client, clock, random, options),
        reconciler(engine, *store, clock, reconcile_options_of(c)),
        map_import(engine, *store, clock, options.mapping),
        probe(metrics),
        desk(c.desk.enabled ? std::make_unique<DeskHost>(c, host, *store, *transport, tokens, clock, random) : nullptr),
        notify(c, *store, clock, random.next()),
        http({c, *store, host, probe, clock, node_name(), std::string(k_version),
              [this](zoho::TokenSource::Done done) {
                host.post([this, done = std::move(done)]() mutable { tokens.with_token(std::move(done)); });
              },
              desk.get(), c.outgoing_webhooks.empty() ? nullptr : &notify}) {
    notify.on_attempt([this](std::string_view name, std::string_view outcome) { probe.webhook_tried(name, outcome); });
    engine.on_call = [this](zoho::Verb verb, zoho::Answer::Outcome outcome, Duration took) {
      probe.called(zoho::name_of(verb), zoho::name_of(outcome), std::chrono::duration<double>(took).count());
    };
    engine.on_held = [this](std::string_view code) { probe.held(code); };
    if (desk) {
      desk->service().on_reply = [this](desk::Reply::Kind kind) { probe.desk_called(desk::name_of(kind)); };
    }
  }

  zoho::TokenBroker::Options token_options() {
    auto made = broker_options(config.zoho, *store,
                               [this](std::move_only_function<void()> task) { host.post(std::move(task)); });
    made.on_mint = [this](zoho::TokenState state) { probe.minted(zoho::name_of(state)); };
    return made;
  }

  /// A refresh token that was replaced ends a pause by itself; nobody has to tell the daemon.
  void look_at_secrets() {
    const Time now = clock.now();
    if (now >= secrets_seen && now < secrets_seen + k_look_at_secrets) return;
    secrets_seen = now;
    if (tokens.take_new_credentials()) engine.resume_now();
  }

  static std::uint64_t seed() {
    std::uint64_t out = 0;
    for (const char c : random_hex(8)) out = out * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return out;
  }

  const config::Config& config;
  std::unique_ptr<store::Store> store;
  SystemClock clock;
  EngineHost host;
  SeededRandom random;
  std::unique_ptr<net::HttpTransport> transport;
  zoho::TokenBroker tokens;
  zoho::Api api;
  engine::Options options;
  zoho::Client client;
  engine::Engine engine;
  reconcile::Reconciler reconciler;
  reconcile::MapImport map_import;
  ops::Registry metrics;
  api::Probe probe;
  std::unique_ptr<DeskHost> desk;  // null: [desk] is not switched on
  NotifyHost notify;
  api::HttpApi http;
  std::unique_ptr<net::Server> server;
  Time secrets_seen{};
};

Result<void> restore(Daemon& daemon) {
  ZS_ASSIGN(const std::unique_ptr<store::Reader> reader, daemon.store->reader());
  ZS_ASSIGN(const std::optional<std::string> token, reader->meta(k_meta_token));
  daemon.tokens.restore(token.value_or(""));
  ZS_TRY(daemon.engine.start());
  ZS_TRY(daemon.map_import.open());
  ZS_TRY(daemon.notify.start());
  return daemon.reconciler.open();
}

net::ServerOptions server_options(const config::Config& config) {
  net::ServerOptions options;
  options.address = config.server.address;
  options.port = config.server.port;
  options.threads = config.server.threads;
  options.max_body_bytes = config.server.max_body_bytes;
  options.tls_certificate_file = config.server.tls_cert;
  options.tls_key_file = config.server.tls_key;
  options.socket_path = config.server.socket;
  options.socket_mode = config.server.socket_mode;
  options.error_page = [](int status, std::string_view detail) { return api::HttpApi::error_page(status, detail); };
  return options;
}

}  // namespace

int serve(const config::Config& config) {
  log::set_level(level_of(config.log_level));
  const EndSignals signals;
  const std::string path = path_of(config.store);
  if (path.empty())
    return report(Error{Errc::invalid, "store.url must be sqlite:PATH; PostgreSQL is not in this version"}, 2);
  store::Options store_options;
  store_options.path = path;
  auto opened = store::open_sqlite(store_options);
  if (!opened) return report(opened.error(), 3);

  Daemon daemon(config, std::move(*opened));
  if (const auto restored = restore(daemon); !restored) return report(restored.error(), 1);
  net::ServerOptions door = server_options(config);
  // Nothing runs when the port cannot be had, and everything when the first request comes.
  door.before_first = [&daemon](net::Server& running) {
    daemon.http.use_timer(&running);
    daemon.host.on_beat = [&daemon] {
      daemon.look_at_secrets();
      daemon.http.moved();  // not every change of the map is progress: a held record that is taken up again is unlinked
    };
    daemon.engine.on_progress = [&daemon] {
      daemon.notify.wake();
      daemon.http.moved();
    };
    daemon.host.run(daemon.engine, daemon.reconciler, daemon.map_import);
    if (daemon.desk) daemon.desk->start(running);
  };
  auto server = net::Server::start(std::move(door), [&daemon](net::Request&& request, net::Reply reply) {
    daemon.http.serve(std::move(request), std::move(reply));
  });
  if (!server) return report(server.error(), server.error().code == Errc::invalid ? 2 : 3);
  daemon.server = std::move(*server);
  log::info("zohosync serves", {{"address", config.server.address},
                                {"port", std::int64_t{daemon.server->port()}},
                                {"store", path},
                                {"version", k_version},
                                {"pid", std::int64_t{getpid()}}});

  while (signals.wait() == SIGHUP) {
    log::info("SIGHUP: secrets and the org are read anew; the rest of the configuration needs a restart");
    daemon.host.post([&daemon] {
      daemon.tokens.retry_now();
      daemon.engine.resume_now();
    });
  }
  log::info("stopping: no new work, waiting for calls that are out");
  // The door first, then the engine, then what both stand on.
  daemon.server->stop(std::chrono::seconds{5});
  daemon.host.stop(k_drain);
  daemon.notify.stop();
  daemon.transport.reset();
  daemon.store.reset();
  log::info("stopped");
  return 0;
}

}  // namespace zs::daemon
