#include "support/histories.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace zs::test {
namespace {

class Historian {
 public:
  explicit Historian(Random& random) : random_(random) {}

  void customer(int number, const HistoryOptions& options) {
    const std::string user = "u" + std::to_string(number);
    // Some share an account, some have one of their own, ids that need care among them.
    const bool has_account = random_.chance(0.7);
    const std::string account =
        has_account
            ? "org/" + std::to_string(random_.below(static_cast<std::uint64_t>(options.customers) / 2 + 1)) + "'\""
            : "";
    std::string profile =
        R"({"user":{"id":)" + json_quoted(user) + R"(,"email":)" + json_quoted(email(number)) + name();
    if (random_.chance(0.5)) profile += R"(,"country":")" + std::string(pick({"DE", "US", "BR", "CH"})) + "\"";
    if (random_.chance(0.2)) profile += R"(,"region":"US-CA")";
    if (random_.chance(0.7))
      profile += R"(,"source":")" + std::string(pick({"website", "whatsapp", "referral"})) + "\"";
    if (has_account && random_.chance(0.5)) profile += R"(,"account_id":)" + json_quoted(account);
    profile += "}";
    if (has_account && (!profile.contains("account_id") || random_.chance(0.4))) {
      profile +=
          R"(,"account":{"id":)" + json_quoted(account) +
          (random_.chance(0.8) ? R"(,"name":")" + std::string(pick({"Acme", "Bolt \\u00e9", "Cog"})) + "\"" : "") + "}";
    }
    add("user.signed_up", profile + "}");
    for (std::uint64_t i = random_.below(4); i > 0; --i) change(user, number);
    for (std::uint64_t i = random_.below(3); i > 0; --i)
      subscription(user, has_account && random_.chance(0.3) ? account : "");
    if (random_.chance(0.3)) change(user, number);
    if (options.deletions && random_.chance(0.1)) add("user.deleted", R"({"user":{"id":)" + json_quoted(user) + "}}");
  }

  std::vector<store::NewEvent> events;

 private:
  std::string_view pick(std::initializer_list<std::string_view> of) { return of.begin()[random_.below(of.size())]; }
  /// Now and then two people have one address.
  std::string email(int number) {
    return "user" + std::to_string(random_.chance(0.05) ? number / 2 : number) + "@example.com";
  }
  std::string name() {
    std::string out;
    if (random_.chance(0.8)) out += R"(,"first_name":")" + std::string(pick({"Ann", "Bo", "C\\u00e9line"})) + "\"";
    if (random_.chance(0.8))
      out += R"(,"last_name":")" + std::string(pick({"Lee", "O'Neil", "M\\u00fcller \\"})).substr(0, 40) + "\"";
    return out.contains("\\\"") ? R"(,"last_name":"Quo\"te")" : out;
  }

  void change(const std::string& user, int number) {
    std::string data = R"({"user":{"id":)" + json_quoted(user);
    switch (random_.below(5)) {
      case 0:
        data += R"(,"phone":"+1555)" + std::to_string(1'000'000 + random_.below(1'000)) + "\"";
        break;
      case 1:
        data += R"(,"phone":null)";
        break;
      case 2:
        data += R"(,"title":")" + std::string(pick({"CTO", "CEO", "Clerk"})) + "\"";
        break;
      case 3:
        data += R"(,"email":"changed)" + std::to_string(number) + R"(@example.org")";
        break;
      default:
        data += R"(,"country":")" + std::string(pick({"FR", "GB", "JP"})) + "\"";
        break;
    }
    add("user.updated", data + "}}");
  }

  void subscription(const std::string& user, const std::string& account) {
    const std::string id = "sub-" + std::to_string(next_subscription_++);
    const std::string owner =
        account.empty() ? R"(,"user_id":)" + json_quoted(user) : R"(,"account_id":)" + json_quoted(account);
    const auto say = [&](std::string_view type, std::string_view more) {
      add("subscription." + std::string(type),
          R"({"subscription":{"id":)" + json_quoted(id) + owner + std::string(more) + "}}");
    };
    if (random_.chance(0.7)) say("trial_started", R"(,"plan":"base")");
    if (random_.chance(0.2)) return;
    say("activated",
        R"(,"plan":")" + std::string(pick({"base", "plus", "pro"})) + R"(","amount":"49.00","currency":"EUR")");
    if (random_.chance(0.4)) say("updated", R"(,"plan":"pro","amount":"99.50")");
    if (random_.chance(0.3)) say("past_due", "");
    if (random_.chance(0.3)) say("renewed", "");
    if (random_.chance(0.3)) say("canceled", R"(,"cancel_reason":"price")");
    if (random_.chance(0.1)) say("activated", "");
  }

  void add(std::string type, std::string data) {
    store::NewEvent event;
    event.source = "/platform";
    event.id = "e" + std::to_string(events.size());
    event.type = std::move(type);
    clock_ += std::chrono::milliseconds{1 + random_.below(100'000'000)};
    event.time = clock_;
    event.data = std::move(data);
    events.push_back(std::move(event));
  }

  Random& random_;
  int next_subscription_ = 1;
  Time clock_{std::chrono::seconds{1'750'000'000}};
};

}  // namespace

std::vector<store::NewEvent> make_history(Random& random, const HistoryOptions& options) {
  Historian historian(random);
  for (int i = 0; i < options.customers; ++i) historian.customer(i, options);
  return std::move(historian.events);
}

std::vector<store::NewEvent> disturb(std::vector<store::NewEvent> events, Random& random) {
  std::vector<store::NewEvent> out = events;
  for (const store::NewEvent& event : events) {
    if (random.chance(0.15)) out.push_back(event);
    if (random.chance(0.05)) {
      // The same identity, a later time, other content: a sender's mistake.
      store::NewEvent other = event;
      other.time += std::chrono::hours{24 * 365};
      const auto at = other.data.find("\"phone\":\"");
      if (at != std::string::npos) other.data.replace(at + 9, 2, "+9");
      out.push_back(std::move(other));
    }
  }
  // Mostly near its place, sometimes anywhere.
  for (std::size_t i = out.size(); i > 1; --i) {
    const bool far = random.chance(0.3);
    const std::size_t reach = far ? i : std::min<std::size_t>(i, 6);
    std::swap(out[i - 1], out[i - 1 - random.below(reach)]);
  }
  return out;
}

std::string to_json(const store::NewEvent& event) {
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("specversion", "1.0")
      .field("id", event.id)
      .field("source", event.source)
      .field("type", event.type)
      .field("time", format_rfc3339(event.time))
      .key("data")
      .raw(event.data)
      .end_object();
  return out;
}

}  // namespace zs::test
