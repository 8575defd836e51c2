#include "setup/calls.hpp"

#include <functional>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "setup/answers.hpp"
#include "setup/task_queue.hpp"
#include "setup/trouble.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::setup {
namespace {

using Task = TaskQueue::Task;

/// Tokens that somebody else minted, asked for once and then again only when Zoho refuses one.
class LentTokens final : public zoho::TokenSource {
 public:
  explicit LentTokens(Lend lend) : lend_(std::move(lend)) {}

  void with_token(Done done) override {
    if (!token_) {
      auto lent = lend_(refused_);
      if (lent) {
        token_ = std::move(*lent);
      } else {
        trouble_ = std::move(lent).error();
      }
    }
    done({token_, token_ ? zoho::TokenState::ok : zoho::TokenState::unreachable, {}});
  }
  void invalidate(std::string_view access_token) override {
    refused_ = access_token;
    token_.reset();
  }
  void accepted(std::string_view) override {}

  /// Why there is no token.
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }

 private:
  Lend lend_;
  std::string refused_;
  std::optional<zoho::Token> token_;
  std::optional<Error> trouble_;
};

/// What comes back may come after the one who asked has gone; the queue outlives them both.
class ZohoCalls final : public Calls {
 public:
  ZohoCalls(const config::Config& config, net::HttpTransport& transport, Lend lend)
      : tokens_(std::move(lend)),
        api_({.api_url = {}, .timeout = config.zoho.timeout, .post = poster()}, transport, tokens_) {}

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
    if (tokens_.trouble()) return std::unexpected(*tokens_.trouble());
    switch (exchange.outcome) {
      case Outcome::answered:
        break;
      case Outcome::unknown:
        return fail(Errc::outcome_unknown, request + " got no answer from Zoho (" + exchange.message +
                                               "). Run the command again: it looks first at what is there");
      case Outcome::stale_token:
        return std::unexpected(refusal(401, "INVALID_TOKEN", exchange.message, method, path));
      default:
        return fail(Errc::unavailable, request + " did not reach Zoho: " + exchange.message);
    }
    Reply reply{exchange.response.status, std::move(exchange.response.body),
                leading_integer(exchange.response.header("x-api-credits-remaining"))};
    if (reply.status < 300) return reply;
    // Rows refused one by one are an answer; only a refusal of the whole request ends here.
    const std::vector<RowAnswer> rows = read_rows(reply.body);
    if (rows.size() == 1 && rows.front().whole_request) {
      return std::unexpected(refusal(reply.status, rows.front().code, rows.front().message, method, path));
    }
    if (rows.empty()) return std::unexpected(refusal(reply.status, "", "", method, path));
    return reply;
  }

  std::shared_ptr<TaskQueue> queue_ = std::make_shared<TaskQueue>();
  LentTokens tokens_;
  zoho::Api api_;
};

}  // namespace

std::unique_ptr<Calls> make_calls(const config::Config& config, net::HttpTransport& transport, Lend lend) {
  return std::make_unique<ZohoCalls>(config, transport, std::move(lend));
}

}  // namespace zs::setup
