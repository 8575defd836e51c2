#pragma once
// What the simulator's tests share: a caller with a token, and a short way into answers.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "base/time.hpp"
#include "core/json.hpp"
#include "core/simulator.hpp"

namespace zohosim {

struct Answer {
  int status = 0;
  std::string body;
  Json json;
  HttpAnswer raw;

  /// A value by its path: "data.0.details.id". Missing things are "(none)", composites are JSON.
  [[nodiscard]] std::string at(std::string_view path) const {
    const Json* here = &json;
    for (const std::string_view step : zs::split(path, '.')) {
      if (here->is_array()) {
        const std::size_t index = std::stoul(std::string(step));
        here = index < here->items.size() ? &here->items[index] : nullptr;
      } else {
        here = here->find(step);
      }
      if (here == nullptr) return "(none)";
    }
    if (here->is_null()) return "null";
    if (!here->is_array() && !here->is_object()) return here->text;
    std::string out;
    zs::JsonWriter writer(out);
    write_json(writer, *here);
    return out;
  }
};

class ZohoTest : public testing::Test {
 protected:
  ZohoTest() { start({}); }

  void start(Options options) {
    options.search_lag = std::chrono::milliseconds{2000};
    options_ = std::move(options);
    zoho_ = std::make_unique<Simulator>(options_, clock_);
    token_ = mint();
  }

  std::string mint() {
    return send("POST", "/oauth/v2/token",
                "grant_type=refresh_token&client_id=1000.SIM&client_secret=sim-secret&refresh_token=" +
                    options_.refresh_token)
        .at("access_token");
  }

  HttpRequest request(std::string method, std::string_view target, std::string body, Pairs headers = {}) const {
    const std::size_t mark = target.find('?');
    HttpRequest out{std::move(method), std::string(target.substr(0, mark)), {}, std::move(headers), std::move(body)};
    if (mark != std::string_view::npos) out.query = target.substr(mark + 1);
    if (!token_.empty()) out.headers.emplace_back("authorization", "Zoho-oauthtoken " + token_);
    return out;
  }

  Answer send(std::string method, std::string_view target, std::string body = {}, Pairs headers = {}) {
    Answer out;
    out.raw = zoho_->handle(request(std::move(method), target, std::move(body), std::move(headers)));
    out.status = out.raw.status;
    out.body = out.raw.body;
    if (auto parsed = parse_json(out.body)) out.json = std::move(*parsed);
    return out;
  }

  Answer get(std::string_view target, Pairs headers = {}) { return send("GET", target, {}, std::move(headers)); }
  Answer post(std::string_view target, std::string body, Pairs headers = {}) {
    return send("POST", target, std::move(body), std::move(headers));
  }
  Answer put(std::string_view target, std::string body, Pairs headers = {}) {
    return send("PUT", target, std::move(body), std::move(headers));
  }

  /// Inserts one record of these members and gives its id.
  std::string insert(std::string_view module, std::string_view members) {
    const Answer answer =
        post("/crm/v8/" + std::string(module), "{\"data\":[{" + std::string(members) + "}],\"trigger\":[]}");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.at("data.0.details.id");
  }

  zs::ManualClock clock_;
  Options options_;
  std::unique_ptr<Simulator> zoho_;
  std::string token_;
};

class ReadyZohoTest : public ZohoTest {
 protected:
  ReadyZohoTest() {
    Options options;
    options.ready = true;
    start(std::move(options));
  }
};

}  // namespace zohosim
