#pragma once
// For tests: a Desk portal in a few lines, the service in front of it, and one clock for both, turned by hand. What
// goes wrong is told request by request.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "desk/json_read.hpp"
#include "desk/service.hpp"
#include "zoho/client.hpp"
#include "zoho/token.hpp"

namespace zs::desk::testing {

/// What becomes of a request instead of the usual.
struct Fate {
  enum class Kind : std::uint8_t { not_sent, lost_before, lost_after, answer } kind = Kind::answer;
  int status = 500;
  std::string body = "<html>";
  net::Headers headers{};
};

/// The fate of the first `times` requests that begin so.
[[nodiscard]] inline auto first(std::string method, std::string path, int times, Fate fate) {
  return [=, left = times](const net::ClientRequest& request) mutable -> std::optional<Fate> {
    if (left == 0 || request.method != method || !request.url.contains("/api/v1" + path)) return std::nullopt;
    --left;
    return fate;
  };
}

inline const Fate k_lost_after{Fate::Kind::lost_after};
inline const Fate k_lost_before{Fate::Kind::lost_before};

class FakeDesk final : public net::HttpTransport {
 public:
  struct Contact {
    std::string id;
    std::string email;
    std::string crm_id;
    std::map<std::string, std::string> custom;
    Time visible{};
  };
  struct Ticket {
    std::string id;
    std::string contact_id;
    std::string body;
    std::map<std::string, std::string> custom;
    std::string subject;
    Time visible{};
  };

  explicit FakeDesk(Options given = {}) : options(std::move(given)) {
    store::Options memory;
    memory.path = ":memory:";
    memory.inline_commits = true;
    auto opened = store::open_sqlite(memory);
    if (!opened) throw std::runtime_error(opened.error().text);
    store = std::move(*opened);
    boot();
  }

  // The world outside.
  Options options;
  ManualClock clock;
  SeededRandom random{7};
  std::unique_ptr<store::Store> store;
  std::vector<std::string> organizations{"org1"};
  std::vector<std::string> departments{"11"};
  std::string layout;  // the body of GET /layouts/{id}; empty: 403
  std::vector<Contact> contacts;
  std::vector<Ticket> tickets;
  Duration index_lag = 20s;
  Duration takes = 50ms;
  std::function<std::optional<Fate>(const net::ClientRequest&)> fate;
  std::vector<std::string> sent;  // "POST /tickets", without the query of the token endpoint
  int in_flight = 0;
  int most_in_flight = 0;
  int mints = 0;

  [[nodiscard]] Service& service() { return process_->service; }
  [[nodiscard]] Client& client() { return process_->client; }

  /// kill -9 and a new start.
  void crash() {
    process_.reset();
    boot();
  }

  /// A user as the engine leaves it: in the CRM under `crm_id`, or not there yet.
  void add_user(const std::string& user, const std::string& crm_id, const std::string& email) {
    const auto done = store->write([&](store::Transaction& tx) -> Result<void> {
      store::Entity account;
      account.kind = event::Kind::account;
      account.key = "acc-" + user;
      account.summary.exists = true;
      account.summary.plan = state::Plan::pro;
      account.summary.lifecycle = state::Lifecycle::active;
      ZS_TRY(tx.save_state(account));
      store::Entity entity;
      entity.kind = event::Kind::user;
      entity.key = user;
      entity.account_key = account.key;
      const event::Stamp stamp{clock.now(), "t", user};
      entity.registers.merge_least(state::k_known_since, stamp);
      if (!email.empty()) entity.registers.merge("email", event::Value::of_text(email), stamp);
      entity.registers.merge("first_name", event::Value::of_text("Ann"), stamp);
      entity.registers.merge("last_name", event::Value::of_text("Lee"), stamp);
      ZS_TRY(tx.save_state(entity));
      entity.zoho_id = crm_id;
      entity.synced_ms = to_millis(clock.now());
      return tx.save_link(entity, {store::Cause::inserted, to_millis(clock.now())});
    });
    if (!done) throw std::runtime_error(done.error().text);
  }
  void put_into_crm(const std::string& user, const std::string& crm_id) {
    const auto done = store->write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(auto entity, tx.find(event::Kind::user, user));
      entity->zoho_id = crm_id;
      return tx.save_link(*entity, {store::Cause::inserted, to_millis(clock.now())});
    });
    if (!done) throw std::runtime_error(done.error().text);
  }

  using Got = std::shared_ptr<std::optional<Outcome<Answer>>>;
  /// Asks for a ticket; the answer comes when time passes.
  Got ask(const std::string& user, const std::string& key, const std::string& more = "",
          std::optional<Duration> wait = std::nullopt) {
    auto got = std::make_shared<std::optional<Outcome<Answer>>>();
    auto order = parse_order(R"({"user_id":")" + user + R"(","subject":"Help","description":"a & b")" + more + "}");
    if (!order) throw std::runtime_error(order.error().detail);
    service().open(std::move(*order), key, wait, [got](Outcome<Answer> outcome) { got->emplace(std::move(outcome)); });
    return got;
  }
  /// Lets time pass until the answer is there.
  Outcome<Answer> answer_to(const Got& got) {
    run_while([&] { return !got->has_value(); });
    return got->has_value() ? **got : refuse(0, "none", "no answer came");
  }
  Outcome<Answer> open(const std::string& user, const std::string& key, const std::string& more = "") {
    return answer_to(ask(user, key, more));
  }

  void run_while(const std::function<bool()>& busy, Duration limit = 2h) {
    const Time end = clock.now() + limit;
    while (busy() && !timeline_.empty() && timeline_.top().at <= end) step();
  }
  void run_for(Duration span) {
    const Time end = clock.now() + span;
    while (!timeline_.empty() && timeline_.top().at <= end) step();
    clock.set(end);
  }

  [[nodiscard]] std::size_t count(std::string_view start) const {
    std::size_t count = 0;
    for (const std::string& one : sent) count += one.starts_with(start) ? 1U : 0U;
    return count;
  }

  // net::HttpTransport
  void send(net::ClientRequest request, Done done) override {
    auto shared = std::make_shared<Done>(std::move(done));
    if (request.url.contains("/oauth/")) {
      ++mints;
      at(takes, [this, shared] {
        (*shared)(response(200, R"({"access_token":"t)" + std::to_string(mints) + R"(","expires_in":3600})", {}));
      });
      return;
    }
    const std::string target = request.url.substr(std::string_view("http://desk/api/v1").size());
    sent.push_back(request.method + " " + target);
    most_in_flight = std::max(most_in_flight, ++in_flight);
    const std::optional<Fate> told = fate ? fate(request) : std::nullopt;
    net::ClientResponse answer;
    if (told && told->kind == Fate::Kind::not_sent) {
      answer.exchange = net::Exchange::not_sent;
    } else if (told && told->kind == Fate::Kind::lost_before) {
      answer.exchange = net::Exchange::unknown;
    } else if (told && told->kind == Fate::Kind::answer) {
      answer = response(told->status, told->body, told->headers);
    } else {
      answer = apply(request, target);
      if (told) {
        answer = {};
        answer.exchange = net::Exchange::unknown;
      }
    }
    auto kept = std::make_shared<net::ClientResponse>(std::move(answer));
    at(takes, [this, shared, kept] {
      --in_flight;
      (*shared)(std::move(*kept));
    });
  }

 private:
  struct Process {
    explicit Process(FakeDesk& desk)
        : tokens({"http://desk", [] { return zoho::Credentials{"id", "secret", "refresh"}; },
                  [](const std::string&, std::move_only_function<void()> kept) { kept(); },
                  [](std::move_only_function<void()> task) { task(); }, 10s},
                 desk, desk.clock, desk.random),
          api({"http://desk", 30s,
               [&desk](std::move_only_function<void()> task) { desk.at(Duration{0}, std::move(task)); }, stale_codes()},
              desk, tokens),
          client(api, desk.clock, desk.random,
                 [&desk](Duration pause, std::move_only_function<void()> task) { desk.at(pause, std::move(task)); }),
          portal(client, desk.clock, desk.options),
          service({*desk.store, client, portal, desk.clock, desk.options,
                   [&desk](Duration pause, std::move_only_function<void()> task) { desk.at(pause, std::move(task)); },
                   [&desk](std::move_only_function<void()> task) { desk.at(Duration{0}, std::move(task)); }}) {}
    zoho::TokenBroker tokens;
    zoho::Api api;
    Client client;
    Portal portal;
    Service service;
  };
  struct Timed {
    Time at;
    std::uint64_t order;
    std::shared_ptr<std::move_only_function<void()>> task;
    bool operator>(const Timed& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  void boot() {
    ++life_;
    process_ = std::make_unique<Process>(*this);
    if (const auto started = service().start(); !started) throw std::runtime_error(started.error().text);
  }

  /// Tasks of a life that has ended are dropped: its memory is gone.
  void at(Duration pause, std::move_only_function<void()> task) {
    auto shared = std::make_shared<std::move_only_function<void()>>(std::move(task));
    auto guarded = std::make_shared<std::move_only_function<void()>>([this, life = life_, shared] {
      if (life == life_) (*shared)();
    });
    timeline_.push({clock.now() + pause, order_++, std::move(guarded)});
  }
  void step() {
    const Timed next = timeline_.top();
    timeline_.pop();
    if (next.at > clock.now()) clock.set(next.at);
    (*next.task)();
  }

  static net::ClientResponse response(int status, std::string body, net::Headers headers) {
    net::ClientResponse out;
    out.exchange = net::Exchange::answered;
    out.status = status;
    out.headers = std::move(headers);
    out.headers.emplace_back("x-rate-limit-remaining-v3", "4990");
    out.headers.emplace_back("x-rate-limit-request-weight-v3", "1");
    out.body = std::move(body);
    return out;
  }

  net::ClientResponse apply(const net::ClientRequest& request, const std::string& target) {
    const auto list = [](const std::string& rows) {
      return rows.empty() ? response(204, "", {}) : response(200, "{\"data\":[" + rows + "]}", {});
    };
    const bool names_org =
        std::ranges::any_of(request.headers, [](const auto& h) { return h.first == "orgId" && h.second == "org1"; });
    if (target == "/organizations") {
      std::string rows;
      for (const std::string& id : organizations) rows += (rows.empty() ? "" : ",") + ("{\"id\":\"" + id + "\"}");
      return list(rows);
    }
    if (!names_org) return response(403, R"({"errorCode":"OAUTH_ORG_MISMATCH"})", {});
    if (target.starts_with("/departments")) {
      std::string rows;
      for (const std::string& id : departments)
        rows += (rows.empty() ? "" : ",") + (R"({"id":")" + id + R"(","name":"D)" + id + R"(","isEnabled":true})");
      return list(rows);
    }
    if (target.starts_with("/layouts?")) {
      return layout.empty() ? response(403, R"({"errorCode":"SCOPE_MISMATCH"})", {}) : list(R"({"id":"99"})");
    }
    if (target.starts_with("/layouts/")) return response(200, layout, {});
    bool ok = true;
    const std::string query = percent_decode(target.substr(target.find('?') + 1), false, ok);
    if (target.starts_with("/contacts/search")) {
      std::string rows;
      for (const Contact& one : contacts) {
        if (one.visible > clock.now()) continue;
        bool hit = query.contains("email=" + one.email + "&");
        for (const auto& [name, value] : one.custom)
          hit = hit || query.contains("customField1=" + name + ":" + value + "&");
        if (hit) rows += (rows.empty() ? "" : ",") + contact_row(one);
      }
      return list(rows);
    }
    if (target.starts_with("/tickets/search")) {
      std::string rows;
      for (const Ticket& one : tickets) {
        if (one.visible > clock.now()) continue;
        bool hit = query.contains("contactId=" + one.contact_id + "&");
        for (const auto& [name, value] : one.custom)
          hit = hit || query.contains("customField1=" + name + ":" + value + "&");
        if (hit) rows += (rows.empty() ? "" : ",") + ticket_row(one);
      }
      return list(rows);
    }
    simdjson::dom::parser parser;
    const simdjson::dom::element body = parser.parse(request.body);
    std::map<std::string, std::string> custom;
    simdjson::dom::object cf;
    if (body["cf"].get(cf) == simdjson::SUCCESS) {
      for (const auto& [name, value] : cf) custom.emplace(name, std::string_view(value));
    }
    if (target == "/contacts") {
      contacts.push_back(
          {"c" + std::to_string(contacts.size() + 1), text_of(body, "email"), "", custom, clock.now() + index_lag});
      return response(200, contact_row(contacts.back()), {});
    }
    const std::string contact_id = text_of(body, "contactId");
    if (std::ranges::none_of(contacts, [&](const Contact& one) { return one.id == contact_id; })) {
      return response(
          422, R"({"errorCode":"INVALID_DATA","errors":[{"fieldName":"/contactId","errorType":"invalid"}]})", {});
    }
    tickets.push_back({"t" + std::to_string(tickets.size() + 1), contact_id, request.body, custom,
                       text_of(body, "subject"), clock.now() + index_lag});
    return response(200, ticket_row(tickets.back()), {});
  }

  static std::string contact_row(const Contact& contact) {
    return R"({"id":")" + contact.id + R"(","email":")" + contact.email + R"(","zohoCRMContact":)" +
           (contact.crm_id.empty() ? "null" : R"({"id":")" + contact.crm_id + R"(","type":"contacts"})") + "}";
  }
  static std::string ticket_row(const Ticket& ticket) {
    std::string out;
    JsonWriter json(out);
    json.begin_object()
        .field("id", ticket.id)
        .field("ticketNumber", ticket.id.substr(1))
        .field("webUrl", "http://w/" + ticket.id);
    json.field("contactId", ticket.contact_id).field("subject", ticket.subject).key("cf").begin_object();
    for (const auto& [name, value] : ticket.custom) json.field(name, value);
    json.end_object().end_object();
    return out;
  }

  std::uint64_t life_ = 0;
  std::uint64_t order_ = 0;
  std::priority_queue<Timed, std::vector<Timed>, std::greater<>> timeline_;
  std::unique_ptr<Process> process_;
};

}  // namespace zs::desk::testing
