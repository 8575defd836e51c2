#include "floor/bare_calls.hpp"

#include <simdjson.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/feed.hpp"
#include "net/curl_transport.hpp"

namespace zs::bench {
namespace {

constexpr std::uint64_t k_a_call = 100;
constexpr int k_at_once = 10;

/// One kept connection to Zoho.
class Line {
 public:
  explicit Line(const std::string& origin)
      : origin_(origin), transport_(net::make_curl_transport({.max_connections_per_host = 1})) {
    net::ClientRequest request{.method = "POST", .url = origin_ + "/oauth/v2/token"};
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    request.body =
        "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=1000.sim.refresh";
    std::string_view token;
    const net::ClientResponse minted = exchange(std::move(request));
    if (parser_.parse(minted.body)["access_token"].get(token) != simdjson::SUCCESS)
      throw std::runtime_error("no token: " + minted.body);
    authorization_ = "Zoho-oauthtoken " + std::string(token);
  }

  /// The ids of the records that were made.
  std::vector<std::string> post(const std::string& path, std::string body) {
    net::ClientRequest request{.method = "POST", .url = origin_ + path, .body = std::move(body)};
    request.headers = {{"authorization", authorization_}, {"content-type", "application/json"}};
    const net::ClientResponse answer = exchange(std::move(request));
    if (answer.status == 204) return {};
    simdjson::dom::array rows;
    if (answer.status >= 300 || parser_.parse(answer.body)["data"].get(rows) != simdjson::SUCCESS)
      throw std::runtime_error(path + ": " + std::to_string(answer.status) + answer.failure + answer.body);
    std::vector<std::string> ids;
    for (const simdjson::dom::element row : rows) {
      std::string_view id;
      if (row.at_pointer("/details/id").get(id) != simdjson::SUCCESS)
        throw std::runtime_error(path + ": " + answer.body);
      ids.emplace_back(id);
    }
    return ids;
  }

 private:
  net::ClientResponse exchange(net::ClientRequest request) {
    std::promise<net::ClientResponse> promise;
    auto answered = promise.get_future();
    transport_->send(std::move(request), [&](net::ClientResponse response) { promise.set_value(std::move(response)); });
    return answered.get();
  }

  std::string origin_;
  std::unique_ptr<net::HttpTransport> transport_;
  simdjson::dom::parser parser_;
  std::string authorization_;
};

std::string records(std::uint64_t first, const std::function<std::string(std::uint64_t)>& fields) {
  std::string out = R"({"data":[)";
  for (std::uint64_t i = 0; i < k_a_call; ++i) {
    if (i > 0) out += ',';
    out += "{" + fields(first + i) + R"(,"Tag":[{"name":"lifecycle-trial"},{"name":"source-website"}]})";
  }
  return out + R"(],"trigger":[]})";
}

void bring(Line& line, std::uint64_t first) {
  const std::vector<std::string> accounts =
      line.post("/crm/v8/Accounts", records(first, [](std::uint64_t i) {
                  const std::string n = std::to_string(i);
                  return R"("Account_Name":"Ada Number)" + n + R"(","Platform_Account_ID":")" + user_id(i) + R"(")";
                }));
  std::string query = "select id, Email, Platform_User_ID from Contacts where Email in (";
  for (std::uint64_t i = 0; i < k_a_call; ++i) query += (i > 0 ? ",'" : "'") + email(first + i) + "'";
  line.post("/crm/v8/coql", R"({"select_query":")" + query + ")\"}");
  line.post("/crm/v8/Contacts", records(first, [&](std::uint64_t i) {
              std::string fields = R"("First_Name":"Ada","Last_Name":"Number)" + std::to_string(i);
              fields += R"(","Email":")" + email(i) +
                        R"(","Phone":"+46701234567","Mailing_Country":"SE","Platform_User_ID":")";
              fields += user_id(i) + R"(","Account_Name":{"id":")" + accounts.at(i - first) + R"("})";
              return fields;
            }));
}

}  // namespace

double bare_signups_a_second(const std::string& origin, std::uint64_t customers) {
  std::vector<std::unique_ptr<Line>> lines;
  for (int i = 0; i < k_at_once; ++i) lines.push_back(std::make_unique<Line>(origin));
  std::atomic<std::uint64_t> next{0};
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::future<void>> workers;
  for (const auto& line : lines) {
    workers.push_back(std::async(std::launch::async, [&, connection = line.get()] {
      for (std::uint64_t first = next.fetch_add(k_a_call); first < customers; first = next.fetch_add(k_a_call))
        bring(*connection, first);
    }));
  }
  for (std::future<void>& worker : workers) worker.get();
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
  return static_cast<double>(customers) / passed.count();
}

}  // namespace zs::bench
