#include "cli/access.hpp"

#include <unistd.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "base/time.hpp"
#include "cli/daemon_client.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "daemon/credentials.hpp"
#include "setup/task_queue.hpp"
#include "setup/trouble.hpp"
#include "store/store.hpp"

namespace zs::cli {
namespace {

using zoho::Token;

/// A token that ends sooner is not worth beginning with.
constexpr std::int64_t k_least_life_ms = 240'000;

/// A broker on this thread alone, with or without a store to keep what it does.
class Broker {
 public:
  Broker(const config::Zoho& zoho, store::Store* store, net::HttpTransport& transport)
      : zoho_(zoho), random_(std::random_device{}()), tokens_(options(store), transport, clock_, random_) {}

  [[nodiscard]] zoho::TokenBroker& tokens() { return tokens_; }
  [[nodiscard]] std::int64_t now_ms() const { return to_millis(clock_.now()); }

  Result<Token> mint() {
    std::optional<zoho::TokenSource::Outcome> outcome;
    tokens_.with_token([&outcome](const zoho::TokenSource::Outcome& one) { outcome = one; });
    queue_->run_until([&outcome] { return outcome.has_value(); });
    if (outcome->token) return std::move(*outcome->token);
    return std::unexpected(setup::token_trouble(outcome->state, outcome->message, zoho_));
  }

 private:
  zoho::TokenBroker::Options options(store::Store* store) {
    const auto post = [queue = queue_](setup::TaskQueue::Task task) { queue->post(std::move(task)); };
    if (store != nullptr) return daemon::broker_options(zoho_, *store, post);
    zoho::TokenBroker::Options options;
    options.accounts_url = zoho_.accounts_url;
    options.credentials = [this] { return daemon::credentials_of(zoho_); };
    options.save = [](const std::string&, std::move_only_function<void()> kept) { kept(); };
    options.post = post;
    options.api_base = [this](std::string_view api_domain) { return config::api_base(zoho_, api_domain); };
    return options;
  }

  const config::Zoho& zoho_;
  std::shared_ptr<setup::TaskQueue> queue_ = std::make_shared<setup::TaskQueue>();
  SystemClock clock_;
  SeededRandom random_;
  zoho::TokenBroker tokens_;
};

Token read_token(const std::string& body) {
  const JsonView view(body);
  if (!view.is_json()) return {};
  const auto expires = parse_rfc3339(shown(view.root(), "expires_at"));
  return {shown(view.root(), "access_token"), shown(view.root(), "api_domain"), shown(view.root(), "scope"),
          expires ? to_millis(*expires) : 0};
}

class Lender {
 public:
  Lender(const config::Config& config, const Options& options, net::HttpTransport& transport, NoStore no_store)
      : config_(config), options_(options), transport_(transport), no_store_(no_store) {}

  Result<Token> lend(std::string_view refused) {
    const std::string& socket = config_.server.socket;
    if (!socket.empty() && ::access(socket.c_str(), R_OK | W_OK) == 0) {
      DaemonClient client = DaemonClient::at_socket(socket);
      ZS_ASSIGN(const std::optional<Token> lent, from_daemon(client, "the socket " + socket, refused));
      if (lent) return *lent;
    }
    if (!api_key(options_).empty()) {
      ZS_ASSIGN(const std::string url, daemon_url(options_, config_.server));
      DaemonClient client(url, api_key(options_));
      ZS_ASSIGN(const std::optional<Token> lent, from_daemon(client, url, refused));
      if (lent) return *lent;
    }
    ZS_ASSIGN(const std::string path, store_path(config_));
    const auto reader = store::open_sqlite_reader(path);
    if (reader) {
      ZS_ASSIGN(const std::optional<Token> kept, from_store(**reader, refused));
      if (kept) return *kept;
    } else if (reader.error().code == Errc::not_found && no_store_ == NoStore::do_without) {
      return Broker(config_.zoho, nullptr, transport_).mint();
    }
    return mint_into_store(path, refused);
  }

 private:
  /// Nothing when no daemon is there, or when it does not let us: the store may still help.
  Result<std::optional<Token>> from_daemon(DaemonClient& client, const std::string& where, std::string_view refused) {
    const net::ClientResponse answer = client.send("GET", "/v1/token");
    if (answer.exchange != net::Exchange::answered || (answer.status >= 400 && answer.status < 500)) {
      daemons_refusal_ = refusal_of(answer, where).text;
      return std::nullopt;
    }
    if (answer.status != 200) return fail(Errc::unavailable, refusal_of(answer, where).text);
    Token token = read_token(answer.body);
    if (token.access_token.empty())
      return fail(Errc::unavailable, where + " does not answer as a zohosync daemon does");
    if (token.access_token == refused) {
      return fail(Errc::unavailable,
                  "Zoho refuses the access token of the running daemon; it gets another one with its next call. Try "
                  "again in a minute, and look at `zohosync status`");
    }
    return token;
  }

  Result<std::optional<Token>> from_store(store::Reader& reader, std::string_view refused) {
    ZS_ASSIGN(const std::optional<std::string> saved, reader.meta(daemon::k_meta_token));
    Broker broker(config_.zoho, nullptr, transport_);
    broker.tokens().restore(saved.value_or(""));
    const std::optional<Token>& token = broker.tokens().token();
    if (!token || token->access_token == refused || token->expires_ms < broker.now_ms() + k_least_life_ms)
      return std::nullopt;
    return token;
  }

  Result<Token> mint_into_store(const std::string& path, std::string_view refused) {
    store::Options store_options;
    store_options.path = path;
    auto store = store::open_sqlite(store_options);
    if (!store && store.error().code == Errc::conflict) {
      return fail(Errc::unavailable,
                  daemons_refusal_.empty()
                      ? "a daemon runs on the store " + path +
                            " and no valid token is in it: set ZOHOSYNC_API_KEY (or give --key) to an API key with the "
                            "scope token, so that the daemon can lend one"
                      : "a daemon runs on the store " + path + ", but it lends no token: " + daemons_refusal_);
    }
    if (!store) return std::unexpected(std::move(store).error());
    std::optional<std::string> saved;
    {
      ZS_ASSIGN(const std::unique_ptr<store::Reader> reader, (*store)->reader());
      ZS_ASSIGN(saved, reader->meta(daemon::k_meta_token));
    }
    Broker broker(config_.zoho, store->get(), transport_);
    broker.tokens().restore(saved.value_or(""));
    if (!refused.empty()) broker.tokens().invalidate(refused);
    return broker.mint();
  }

  const config::Config& config_;
  const Options& options_;
  net::HttpTransport& transport_;
  NoStore no_store_;
  std::string daemons_refusal_;
};

}  // namespace

setup::Lend lender(const config::Config& config, const Options& options, net::HttpTransport& transport,
                   NoStore no_store) {
  auto one = std::make_shared<Lender>(config, options, transport, no_store);
  return [one](std::string_view refused) { return one->lend(refused); };
}

}  // namespace zs::cli
