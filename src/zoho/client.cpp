#include "zoho/client.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "zoho/metadata.hpp"
#include "zoho/reactions.hpp"
#include "zoho/scopes.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {
namespace {

/// "invalid oauth token" in a body of any shape; the rest of the answer is the caller's to read.
bool says_stale_token(const net::ClientResponse& response, const std::vector<std::string>& codes) {
  return response.status == 401 &&
         std::ranges::any_of(codes, [&](const std::string& code) { return response.body.contains(code); });
}

bool says_missing_scope(const net::ClientResponse& response) {
  return response.status == 401 && response.body.contains("OAUTH_SCOPE_MISMATCH");
}

/// Zoho does not say which scope it missed; what the token was granted does, where its answer told.
std::string scope_trouble(std::string_view granted) {
  const std::string missing = listed(missing_scopes(granted));
  return (missing.empty() ? "the refresh token lacks a scope" : "the refresh token lacks the scopes " + missing) +
         ": make one with all of them (zohosync auth)";
}

Answer::Outcome outcome_of_token(TokenState state) {
  switch (state) {
    case TokenState::no_credentials:
    case TokenState::revoked:
    case TokenState::misconfigured:
      return Answer::Outcome::not_allowed;
    case TokenState::throttled:
      return Answer::Outcome::throttled;
    default:
      return Answer::Outcome::not_sent;
  }
}

std::string code_of_token(TokenState state) {
  switch (state) {
    case TokenState::no_credentials:
      return "NO_CREDENTIALS";
    case TokenState::revoked:
      return "TOKEN_REVOKED";
    case TokenState::misconfigured:
      return "CLIENT_REFUSED";
    case TokenState::throttled:
      return "TOKEN_THROTTLED";
    default:
      return "ACCOUNTS_UNREACHABLE";
  }
}

}  // namespace

Api::Api(Options options, net::HttpTransport& transport, TokenSource& tokens)
    : options_(std::move(options)), transport_(transport), tokens_(tokens) {}

void Api::request(std::string method, std::string path, std::string body, net::Headers headers, Done done) {
  tokens_.with_token([this, method = std::move(method), path = std::move(path), body = std::move(body),
                      headers = std::move(headers),
                      done = std::move(done)](const TokenSource::Outcome& outcome) mutable {
    if (!outcome.token) {
      net::ClientResponse none;
      none.failure = code_of_token(outcome.state);
      // Never inside the caller's call: it may not be ready for its answer yet.
      options_.post([done = std::move(done), none = std::move(none), what = outcome_of_token(outcome.state),
                     message = outcome.message]() mutable { done(what, std::move(none), std::move(message)); });
      return;
    }
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = (options_.api_url.empty() ? outcome.token->api_domain : options_.api_url) + path;
    request.headers = std::move(headers);
    request.headers.emplace_back("authorization", "Zoho-oauthtoken " + outcome.token->access_token);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    request.timeout = options_.timeout;
    transport_.send(std::move(request), [this, token = outcome.token->access_token, granted = outcome.token->scope,
                                         done = std::move(done)](net::ClientResponse response) mutable {
      options_.post([this, token = std::move(token), granted = std::move(granted), done = std::move(done),
                     response = std::move(response)]() mutable {
        using enum Answer::Outcome;
        if (response.exchange == net::Exchange::not_sent) {
          std::string why = response.failure;
          done(not_sent, std::move(response), std::move(why));
        } else if (response.exchange == net::Exchange::unknown) {
          std::string why = response.failure;
          done(unknown, std::move(response), std::move(why));
        } else if (says_stale_token(response, options_.stale_codes)) {
          tokens_.invalidate(token);
          done(stale_token, std::move(response), "the access token was refused");
        } else if (says_missing_scope(response)) {
          std::string which = scope_trouble(granted);
          done(answered, std::move(response), std::move(which));
        } else {
          if (response.status < 500) tokens_.accepted(token);
          done(answered, std::move(response), {});
        }
      });
    });
  });
}

Client::Client(Api& api, const plan::Mapping& mapping, std::string pipeline)
    : api_(api), mapping_(mapping), pipeline_(std::move(pipeline)) {}

void Client::send(Call call, std::move_only_function<void(Answer)> done) {
  WireRequest request = to_request(call, mapping_);
  api_.request(std::move(request.method), std::move(request.path), std::move(request.body),
               [call = std::move(call), done = std::move(done)](Answer::Outcome outcome, net::ClientResponse response,
                                                                std::string message) mutable {
                 Answer answer;
                 if (outcome == Answer::Outcome::answered) {
                   answer = from_answer(call, {response.status, response.header("content-type"), response.body});
                   if (!message.empty()) answer.message = std::move(message);
                   answer.credits_remaining = leading_integer(response.header("x-api-credits-remaining"));
                   answer.retry_after_seconds = leading_integer(response.header("retry-after"));
                 } else {
                   answer.outcome = outcome;
                   answer.code = outcome == Answer::Outcome::unknown       ? "NO_ANSWER"
                                 : outcome == Answer::Outcome::stale_token ? "INVALID_TOKEN"
                                 : response.exchange == net::Exchange::not_sent && message == response.failure
                                     ? "NOT_SENT"
                                     : response.failure;
                   answer.message = std::move(message);
                 }
                 done(std::move(answer));
               });
}

/// The calls that describe the org, one after the other: five credits at a start are no reason for haste.
struct Client::Description {
  std::size_t step = 0;
  Org org;
  std::move_only_function<void(Answer, std::optional<Org>)> done;

  Result<void> read(std::size_t at, std::string_view body, const std::string& pipeline) {
    if (at < plan::k_modules.size()) return read_module(at, body, pipeline);
    if (at > plan::k_modules.size() + 1) {
      ZS_ASSIGN(org.schema.roles, read_contact_roles(body));
      return {};
    }
    if (at > plan::k_modules.size()) {
      if (const auto prices = read_prices(body)) org.prices = *prices;
      return {};
    }
    ZS_ASSIGN(const OrgMetadata found, read_org(body));
    take_org(org, found);
    return {};
  }

  Result<void> read_module(std::size_t at, std::string_view body, const std::string& pipeline) {
    ZS_ASSIGN(const std::vector<FieldMetadata> fields, read_fields(body));
    take_fields(org, plan::k_modules.at(at), fields, pipeline);
    return {};
  }
};

void Client::describe(std::move_only_function<void(Answer, std::optional<Org>)> done) {
  auto description = std::make_shared<Description>();
  description->done = std::move(done);
  describe_next(std::move(description));
}

void Client::describe_next(std::shared_ptr<Description> description) {
  const std::size_t step = description->step++;
  constexpr std::size_t k_org_step = plan::k_modules.size();
  const std::string path = step < k_org_step
                               ? "/crm/v8/settings/fields?module=" + std::string(plan::name_of(plan::k_modules[step]))
                           : step == k_org_step     ? "/crm/v8/org"
                           : step == k_org_step + 1 ? "/crm/v8/__apis"
                                                    : "/crm/v8/Contacts/roles";
  const std::size_t last_step = mapping_.roles.enabled ? k_org_step + 2 : k_org_step + 1;
  api_.request(
      "GET", path, "",
      [this, description, step, last_step](Answer::Outcome outcome, net::ClientResponse response, std::string message) {
        Answer answer;
        answer.outcome = outcome;
        answer.http_status = response.status;
        answer.code = response.failure;
        answer.message = message;
        if (outcome == Answer::Outcome::answered && response.status != 200 &&
            (step != k_org_step + 2 || response.status != 204)) {
          const Call nothing;
          answer = from_answer(nothing, {response.status, response.header("content-type"), response.body});
          if (!message.empty()) answer.message = message;
        }
        answer.credits_remaining = leading_integer(response.header("x-api-credits-remaining"));
        answer.retry_after_seconds = leading_integer(response.header("retry-after"));
        using enum Answer::Outcome;
        // Prices are good to know; a token without the right to read them does without.
        const bool does_without = step > k_org_step && (answer.outcome == refused || answer.outcome == not_allowed);
        if (answer.outcome == answered) {
          const auto read = description->read(step, response.body, pipeline_);
          if (!read) {
            answer.outcome = unknown;
            answer.message = read.error().text;
          }
        }
        if (answer.outcome != answered && !does_without) {
          description->done(std::move(answer), std::nullopt);
        } else if (step < last_step) {
          describe_next(description);
        } else {
          answer.outcome = answered;
          description->done(std::move(answer), std::move(description->org));
        }
      });
}

}  // namespace zs::zoho
