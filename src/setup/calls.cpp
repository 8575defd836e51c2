#include "setup/calls.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "base/random.hpp"
#include "base/time.hpp"
#include "setup/answers.hpp"
#include "setup/trouble.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::setup {
namespace {

using Task = std::move_only_function<void()>;

/// Tasks from the transport's thread, run on the thread that waits for one of them to finish its errand.
class TaskQueue {
 public:
  void post(Task task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
  }

  template <class Finished>
  void run_until(Finished finished) {
    while (!finished()) {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !tasks_.empty(); });
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
};

/// What comes back may come after the one who asked has gone; the queue outlives them both.
class ZohoCalls final : public Calls {
 public:
  ZohoCalls(const config::Config& config, net::HttpTransport& transport)
      : zoho_(config.zoho),
        random_(std::random_device{}()),
        tokens_(
            {.accounts_url = config.zoho.accounts_url,
             .credentials =
                 [&zoho = zoho_] { return zoho::Credentials{zoho.client_id, zoho.client_secret, zoho.refresh_token}; },
             .save = [](const std::string&) {},
             .post = poster()},
            transport, clock_, random_),
        api_({.api_url = config.zoho.api_url, .timeout = config.zoho.timeout, .post = poster()}, transport, tokens_) {}

  Result<Reply> call(std::string_view method, std::string_view path, std::string_view body) override {
    // A cached token may have died; it was refused, so nothing happened, and the next one is new.
    Exchange exchange = once(method, path, body);
    if (exchange.outcome == Outcome::stale_token) exchange = once(method, path, body);
    return judged(std::move(exchange), method, path);
  }

 private:
  using Outcome = zoho::Answer::Outcome;
  struct Exchange {
    Outcome outcome = Outcome::not_sent;
    net::ClientResponse response;
    std::string message;
  };

  std::function<void(Task)> poster() {
    return [queue = queue_](Task task) { queue->post(std::move(task)); };
  }

  Exchange once(std::string_view method, std::string_view path, std::string_view body) {
    std::optional<Exchange> exchange;
    api_.request(std::string(method), std::string(path), std::string(body),
                 [&exchange](Outcome outcome, net::ClientResponse response, std::string message) {
                   exchange = Exchange{outcome, std::move(response), std::move(message)};
                 });
    queue_->run_until([&exchange] { return exchange.has_value(); });
    return std::move(*exchange);
  }

  Result<Reply> judged(Exchange exchange, std::string_view method, std::string_view path) const {
    const std::string request = std::string(method) + " " + std::string(path);
    const bool without_token = tokens_.state() != zoho::TokenState::ok;
    switch (exchange.outcome) {
      case Outcome::answered:
        break;
      case Outcome::unknown:
        return fail(Errc::outcome_unknown, request + " got no answer from Zoho (" + exchange.message +
                                               "). Run setup again: it looks first at what is there");
      case Outcome::stale_token:
        return std::unexpected(refusal(401, "INVALID_TOKEN", exchange.message, method, path));
      default:
        if (without_token) return std::unexpected(token_trouble(tokens_.state(), exchange.message, zoho_));
        return fail(Errc::unavailable, request + " did not reach Zoho: " + exchange.message);
    }
    Reply reply{exchange.response.status, std::move(exchange.response.body)};
    if (reply.status < 300) return reply;
    // Rows refused one by one are an answer; only a refusal of the whole request ends here.
    const std::vector<RowAnswer> rows = read_rows(reply.body);
    if (rows.size() == 1 && rows.front().whole_request) {
      return std::unexpected(refusal(reply.status, rows.front().code, rows.front().message, method, path));
    }
    if (rows.empty()) return std::unexpected(refusal(reply.status, "", "", method, path));
    return reply;
  }

  const config::Zoho zoho_;
  std::shared_ptr<TaskQueue> queue_ = std::make_shared<TaskQueue>();
  SystemClock clock_;
  SeededRandom random_;
  zoho::TokenBroker tokens_;
  zoho::Api api_;
};

}  // namespace

std::unique_ptr<Calls> make_calls(const config::Config& config, net::HttpTransport& transport) {
  return std::make_unique<ZohoCalls>(config, transport);
}

}  // namespace zs::setup
