// The simulator against whatever a client sends: every call is answered with JSON and a status that Zoho has, no query
// breaks it, and asking twice gives the same answer.
// An input: calls, one after the other, parted by lines "%%". The first line of each is METHOD TARGET, or
// `coql` with a query, or `search` with criteria; what follows is the body.
#include <simdjson.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "core/json.hpp"
#include "core/simulator.hpp"
#include "demand.hpp"

namespace zs::fuzz {
namespace {

class Caller {
 public:
  Caller() : zoho_(options(), clock_) {
    const std::string minted =
        zoho_
            .handle(request("POST", "/oauth/v2/token",
                            "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&"
                            "refresh_token=1000.sim.refresh"))
            .body;
    const auto answer = zohosim::parse_json(minted);
    demand(answer.has_value() && answer->find("access_token") != nullptr, "the fuzzer gets a token", minted);
    token_ = answer->find("access_token")->text;
    call("POST", "/crm/v8/Accounts", R"({"data":[{"Account_Name":"Acme","Website":"acme.example"}],"trigger":[]})");
    call(
        "POST", "/crm/v8/Contacts",
        R"({"data":[{"Last_Name":"Lee","First_Name":"Ann","Email":"ann@example.com","Phone":"555"},{"Last_Name":"O'Neil","Email":"o@example.com"}],"trigger":[]})");
  }

  zohosim::HttpAnswer call(const std::string& method, std::string_view target, std::string body = {}) {
    return zoho_.handle(request(method, target, std::move(body)));
  }

 private:
  static zohosim::Options options() {
    zohosim::Options options;
    options.ready = true;
    return options;
  }
  zohosim::HttpRequest request(std::string method, std::string_view target, std::string body) const {
    zohosim::HttpRequest out;
    const std::size_t mark = target.find('?');
    out.method = std::move(method);
    out.path = target.substr(0, mark);
    out.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    out.headers = {{"host", "zoho.sim"}};
    if (!token_.empty()) out.headers.emplace_back("authorization", "Zoho-oauthtoken " + token_);
    out.body = std::move(body);
    return out;
  }

  ManualClock clock_;
  zohosim::Simulator zoho_;
  std::string token_;
};

void check_json(const std::string& text) {
  const auto read = zohosim::parse_json(text);
  demand(read.has_value(), "an answer is JSON", text);
  std::string once, twice;
  JsonWriter writer(once);
  zohosim::write_json(writer, *read);
  const auto again = zohosim::parse_json(once);
  demand(again.has_value(), "JSON that was written can be read", once);
  JsonWriter second(twice);
  zohosim::write_json(second, *again);
  demand(once == twice, "reading and writing JSON ends", once);
}

void check(Caller& caller, const std::string& method, const std::string& target, const std::string& body) {
  // The control interface makes faults on purpose; what it then answers is not Zoho's.
  if (target.starts_with("/control")) return;
  const zohosim::HttpAnswer answer = caller.call(method, target, body);
  demand(answer.status >= 200 && answer.status < 500, "no call breaks the simulator", answer.body);
  demand((answer.status == 204) == answer.body.empty(), "only 204 says nothing", std::to_string(answer.status));
  if (answer.content_type.contains("json") && !answer.body.empty()) check_json(answer.body);
  if (method != "GET") return;
  const zohosim::HttpAnswer again = caller.call(method, target, body);
  demand(again.status == answer.status, "asking twice is answered alike", again.body);
}

}  // namespace

void run(std::string_view input) {
  if (const auto tree = zohosim::parse_json(input)) {
    std::string text;
    JsonWriter writer(text);
    zohosim::write_json(writer, *tree);
    check_json(text);
  }
  Caller caller;
  for (int calls = 0; !input.empty() && calls < 4; ++calls) {
    std::size_t end = input.find("\n%%\n");
    std::string_view one = input.substr(0, end);
    input = end == std::string_view::npos ? std::string_view{} : input.substr(end + 4);
    const std::string_view first = take_line(one);
    const std::size_t blank = first.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string method{first.substr(0, blank)};
    const std::string rest{first.substr(blank + 1)};
    if (method == "coql") {
      if (is_valid_utf8(rest)) check(caller, "POST", "/crm/v8/coql", "{\"select_query\":" + json_quoted(rest) + "}");
    } else if (method == "search") {
      check(caller, "GET", "/crm/v8/Contacts/search?criteria=" + percent_encode(rest), "");
    } else {
      check(caller, method, rest, std::string(one));
    }
  }
}

}  // namespace zs::fuzz
