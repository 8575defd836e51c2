#pragma once
// Crm over HTTP: token, request, deadline, answer. Sends each call exactly once; repeating is the engine's decision.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "plan/mapping.hpp"
#include "zoho/crm.hpp"
#include "zoho/token.hpp"

namespace zs::zoho {

/// A request to the CRM with a token, below Crm's verbs: what setup and the description of the org are made of.
class Api {
 public:
  using Done = std::move_only_function<void(Answer::Outcome, net::ClientResponse, std::string message)>;

  struct Options {
    std::string api_url;  // empty: the token's api_domain
    std::chrono::milliseconds timeout{30'000};
    std::function<void(std::move_only_function<void()>)> post;
    /// The codes by which the service refuses a token that a new one would mend.
    std::vector<std::string> stale_codes{"INVALID_TOKEN", "AUTHENTICATION_FAILURE"};
  };

  Api(Options options, net::HttpTransport& transport, TokenSource& tokens);

  /// `answered` with whatever status, or what became of it; a refused token is invalidated on the way. `message` says
  /// in words what is known beyond the answer: which scopes the token lacks when it was refused for one.
  void request(std::string method, std::string path, std::string body, Done done) {
    request(std::move(method), std::move(path), std::move(body), {}, std::move(done));
  }
  /// With headers beside ours.
  void request(std::string method, std::string path, std::string body, net::Headers headers, Done done);

 private:
  Options options_;
  net::HttpTransport& transport_;
  TokenSource& tokens_;
};

class Client final : public Crm {
 public:
  /// `pipeline`: the configured one, else the org's first is taken.
  Client(Api& api, const plan::Mapping& mapping, std::string pipeline);

  void send(Call call, std::move_only_function<void(Answer)> done) override;
  void describe(std::move_only_function<void(Answer, std::optional<Org>)> done) override;
  void list_deleted(Module module, Time since, int page,
                    std::move_only_function<void(Answer, std::optional<Deletions>)> done) override;  // deletions.cpp

 private:
  struct Description;
  void describe_next(std::shared_ptr<Description> description);

  Api& api_;
  const plan::Mapping& mapping_;
  std::string pipeline_;
};

}  // namespace zs::zoho
