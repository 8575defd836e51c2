// `reconcile` and `mapping verify`: the daemon compares, because it alone knows what is on its way; here is what it
// found, for people.
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"

namespace zs::cli {
namespace {

using simdjson::dom::element;

constexpr auto k_look_again = std::chrono::milliseconds{200};

std::string_view words_of(std::string_view what) {
  if (what == "differs") return "differs";
  if (what == "missing") return "is missing: the record was deleted or merged in Zoho";
  if (what == "not_written") return "is not in Zoho, and nothing is on its way";
  if (what == "not_linked") return "is in Zoho, and the id map does not know the record";
  if (what == "foreign_id") return "the record carries another platform id: correct it in Zoho";
  if (what == "twin") return "a second record carries this platform id: merge the two in Zoho";
  if (what == "orphan") return "carries a platform id that no event has told of: look at it in Zoho";
  if (what == "id_missing") return "the record carries no platform id";
  if (what == "left_behind") return "is not wanted any more and left alone: yours to delete or keep";
  return what;
}

std::string finding_text(element finding) {
  const std::string zoho_id = shown(finding, "zoho_id");
  std::string out = shown(finding, "module") + " " + shown(finding, "id") +
                    (zoho_id.empty() ? "" : " (" + zoho_id + ")") + ": " +
                    std::string(words_of(shown(finding, "what")));
  for (const std::string_view other : {"mapped_zoho_id", "carries"}) {
    if (const std::string id = shown(finding, other); !id.empty()) out += " [" + id + "]";
  }
  out += "\n";
  std::vector<std::vector<std::string>> rows;
  for_each(finding, "fields", [&](element field) {
    const std::string found = shown(field, "zoho");
    const std::string should = shown(field, "should");
    rows.push_back(
        {shown(field, "field"), (found.empty() ? "(empty)" : found) + " -> " + (should.empty() ? "(empty)" : should)});
  });
  std::string tags;
  for_each(finding, "add_tags", [&](element tag) { tags += (tags.empty() ? "+ " : "  + ") + shown(tag); });
  for_each(finding, "remove_tags", [&](element tag) { tags += (tags.empty() ? "- " : "  - ") + shown(tag); });
  if (!tags.empty()) rows.push_back({"tags", tags});
  return out + aligned(rows, "    ");
}

std::string summary_text(element report) {
  const bool is_map = shown(report, "scope") == "mapping";
  std::string out = counted(number(report, "records"), "record") + " read for " +
                    counted(number(report, "credits"), "API credit") + ". ";
  if (const std::int64_t waiting = number(report, "waiting"); waiting != 0)
    out += counted(waiting, "record") + " not compared: changes of them are on their way. ";
  const std::int64_t drift = number(report, "drift");
  if (drift == 0) return out + (is_map ? "The id map and Zoho agree.\n" : "Nothing has drifted.\n");
  out += is_map ? counted(drift, "fault") + " in the id map" : counted(drift, "record") + " drifted";
  if (truth(report, "repair"))
    out += ": " + grouped(number(report, "mended")) + " mended, " + grouped(number(report, "left")) + " left";
  out += ".\n";
  if (const std::int64_t more = number(report, "not_listed"); more != 0)
    out += "The list ends after " + grouped(number(report, "drift") - more) + "; mend these and look again.\n";
  if (truth(report, "repair")) return out;
  return out + "`zohosync " + (is_map ? "mapping verify" : "reconcile") +
         " --repair` mends what can be mended without a person.\n";
}

class Run {
 public:
  Run(const Options& options, DaemonClient client, std::string_view scope)
      : options_(options), client_(std::move(client)), scope_(scope) {}

  Exit operator()() {
    std::string order;
    JsonWriter(order).begin_object().field("scope", scope_).field_bool("repair", options_.repair).end_object();
    const net::ClientResponse started =
        client_.send("POST", "/v1/reconcile", {{"content-type", "application/json"}}, std::move(order));
    if (!is_good(started)) return refuse(started);
    while (true) {
      const net::ClientResponse answer = client_.send("GET", "/v1/reconcile?limit=1");
      if (!is_good(answer)) return refuse(answer);
      const JsonView view(answer.body);
      if (!view.is_json()) return fail_with(Exit::unreachable, "the daemon's answer is no JSON");
      const std::string state = shown(view.root(), "state");
      if (state == "failed") return fail_with(Exit::unreachable, shown(view.root(), "error"));
      if (state == "done") return tell();
      if (state != "counting") tell_price(view.root());
      if (const std::string why = in_the_way(); !why.empty()) {
        return fail_with(
            Exit::unreachable,
            why + ". The daemon goes on with the reconcile once that is mended; GET /v1/reconcile shows it");
      }
      std::this_thread::sleep_for(k_look_again);
    }
  }

 private:
  static bool is_good(const net::ClientResponse& answer) {
    return answer.exchange == net::Exchange::answered && answer.status < 300;
  }
  Exit refuse(const net::ClientResponse& answer) {
    const Refusal refusal = refusal_of(answer, client_.url());
    return fail_with(refusal.exit, refusal.text);
  }

  void tell_price(element report) {
    if (std::exchange(price_told_, true) || options_.json) return;
    print("Reading all records costs about " + counted(number(report, "credits_expected"), "API credit") +
          ", of the share that live events do not need.\n");
  }

  /// Why Zoho cannot be read now, if it will not pass by itself.
  std::string in_the_way() {
    const net::ClientResponse answer = client_.send("GET", "/v1/status");
    const JsonView view(answer.body);
    element zoho;
    if (!is_good(answer) || !view.is_json() || view.root()["zoho"].get(zoho) != simdjson::SUCCESS) return {};
    const std::string state = shown(zoho, "state");
    if (state != "unreachable" && state != "token_revoked" && state != "misconfigured") return {};
    return "Zoho cannot be read (" + state + "): " + shown(zoho, "detail");
  }

  /// All findings, page by page.
  Exit tell() {
    std::int64_t after = 0;
    std::string list;  // --json: the findings of all pages
    while (true) {
      const net::ClientResponse answer = client_.send("GET", "/v1/reconcile?limit=500&after=" + std::to_string(after));
      if (!is_good(answer)) return refuse(answer);
      const JsonView view(answer.body);
      if (!view.is_json()) return fail_with(Exit::unreachable, "the daemon's answer is no JSON");
      tell_price(view.root());
      for_each(view.root(), "findings", [&](element finding) {
        if (options_.json) {
          list += (list.empty() ? "" : ",") + simdjson::minify(finding);
        } else {
          print(finding_text(finding));
        }
      });
      const std::int64_t next = number(view.root(), "next");
      if (next > after) {
        after = next;
        continue;
      }
      print(options_.json ? as_json(view.root(), list) : summary_text(view.root()));
      return number(view.root(), "left") == 0 ? Exit::done : Exit::failed;
    }
  }

  /// The report with the findings of all pages.
  static std::string as_json(element report, const std::string& list) {
    std::string out = "{";
    simdjson::dom::object members;
    if (report.get(members) != simdjson::SUCCESS) return "{}\n";
    for (const auto& [name, value] : members) {
      if (name == "next") continue;
      out += (out.size() == 1 ? "\"" : ",\"") + std::string(name) + "\":";
      out += name == "findings" ? "[" + list + "]" : simdjson::minify(value);
    }
    return out + "}\n";
  }

  const Options& options_;
  DaemonClient client_;
  std::string_view scope_;
  bool price_told_ = false;
};

}  // namespace

Exit reconcile(const Options& options) {
  auto client = connect(options);
  if (!client) return client.error();
  return Run(options, std::move(*client), "all")();
}

Exit mapping_verify(const Options& options) {
  auto client = connect(options);
  if (!client) return client.error();
  return Run(options, std::move(*client), "mapping")();
}

}  // namespace zs::cli
