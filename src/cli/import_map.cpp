// `mapping import`: an existing id map, checked against the store and the org by the daemon, which alone may link.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/import/csv.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"
#include "config/suggest.hpp"

namespace zs::cli {
namespace {

using simdjson::dom::element;

constexpr std::size_t k_rows = 500;       // a request: ten reads of Zoho for each of its kinds
constexpr std::size_t k_bytes = 250'000;  // of one, well below any max_body_bytes of use
constexpr auto k_look_again = std::chrono::milliseconds{100};
constexpr auto k_columns = std::to_array<std::string_view>(
    {"user_id", "contact_id", "account_key", "account_id", "subscription_id", "deal_id"});
/// What `mapping export --csv` has besides.
constexpr auto k_passed_over = std::to_array<std::string_view>({"synced", "synced_at"});

/// Which column of the file is which; -1: passed over.
using Columns = std::vector<int>;

Result<Columns> columns_of(const CsvRow& head) {
  Columns columns;
  std::array<bool, k_columns.size()> seen{};
  for (const std::string& field : head.fields) {
    const std::string name = to_lower(trim(field));
    const auto found = std::ranges::find(k_columns, name);
    if (found == k_columns.end()) {
      if (std::ranges::find(k_passed_over, name) == k_passed_over.end()) {
        const std::string_view nearest = config::nearest(name, k_columns);
        return fail(Errc::invalid, "the first line names an unknown column '" + printable(field) + "'" +
                                       (nearest.empty() ? "" : ", did you mean '" + std::string(nearest) + "'?") +
                                       " It must name columns out of " + config::listed(k_columns));
      }
      columns.push_back(-1);
      continue;
    }
    const auto at = static_cast<std::size_t>(found - k_columns.begin());
    if (std::exchange(seen.at(at), true)) return fail(Errc::invalid, "the first line names " + name + " twice");
    columns.push_back(static_cast<int>(at));
  }
  const bool has_pair = (seen[0] && seen[1]) || (seen[2] && seen[3]) || (seen[4] && seen[5]);
  if (!has_pair) {
    return fail(Errc::invalid,
                "the columns name no pair: user_id with contact_id, account_key with account_id, or subscription_id "
                "with deal_id");
  }
  return columns;
}

std::string finding_text(element finding) {
  const std::string other = shown(finding, "other");
  return "line " + shown(finding, "line") + ": " + shown(finding, "module") + " " + shown(finding, "id") + " = " +
         shown(finding, "zoho_id") + ": " + shown(finding, "what") + (other.empty() ? "" : " [" + other + "]") + "; " +
         shown(finding, "mend") + "\n";
}

class MapImporter {
 public:
  MapImporter(const Options& options, DaemonClient client) : options_(options), client_(std::move(client)) {}

  Exit run(int fd, const std::string& name) {
    CsvReader reader(fd);
    const auto head = reader.next();
    if (!head) return fail_with(Exit::usage, name + ": " + head.error().text);
    if (!*head) return fail_with(Exit::usage, name + " is empty: its first line names the columns");
    const auto columns = columns_of(**head);
    if (!columns) return fail_with(Exit::usage, name + ": " + columns.error().text);
    begin();
    while (true) {
      auto row = reader.next();
      if (!row) return stop(Exit::usage, name + ": " + row.error().text);
      if (!*row) break;
      if ((*row)->fields.size() > columns->size()) {
        return stop(Exit::usage, name + ": line " + std::to_string((*row)->line) + " has more fields than the first");
      }
      if (!std::ranges::all_of((*row)->fields, [](const std::string& field) { return is_valid_utf8(field); }))
        return stop(Exit::usage, name + ": line " + std::to_string((*row)->line) + " is not UTF-8");
      if (!knows_contradiction(**row, *columns)) add(**row, *columns);
      if (rows_ == k_rows || body_.size() >= k_bytes) {
        if (const Exit exit = deliver(); exit != Exit::done) return exit;
      }
    }
    if (const Exit exit = deliver(); exit != Exit::done) return exit;
    return tell();
  }

 private:
  void begin() {
    body_ = std::string(R"({"apply":)") + (options_.apply ? "true" : "false") + R"(,"rows":[)";
    rows_ = 0;
  }

  void add(const CsvRow& row, const Columns& columns) {
    if (rows_++ > 0) body_ += ',';
    JsonWriter json(body_);
    json.begin_object().field("line", row.line);
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (columns[i] < 0) continue;
      const std::string_view value = trim(row.fields[i]);
      if (!value.empty()) json.field(k_columns.at(static_cast<std::size_t>(columns[i])), value);
    }
    json.end_object();
  }

  /// The daemon sees some hundred lines at a time: what contradicts an earlier one of them is known here alone, when
  /// nothing is applied.
  bool knows_contradiction(const CsvRow& row, const Columns& columns) {
    std::array<std::string, k_columns.size()> ids;
    for (std::size_t i = 0; i < row.fields.size(); ++i)
      if (columns[i] >= 0) ids.at(static_cast<std::size_t>(columns[i])) = trim(row.fields[i]);
    bool contradicts = false;
    for (std::size_t kind = 0; kind < 3; ++kind) {
      const std::string& key = ids.at(2 * kind);
      const std::string& zoho_id = ids.at(2 * kind + 1);
      if (key.empty() || zoho_id.empty()) continue;
      const auto [by_key, is_new_key] = seen_.at(2 * kind).try_emplace(key, zoho_id, row.line);
      const auto [by_id, is_new_id] = seen_.at(2 * kind + 1).try_emplace(zoho_id, key, row.line);
      const bool is_same = by_key->second.first == zoho_id && by_id->second.first == key;
      if (is_same) continue;
      contradicts = true;
      const std::int64_t other = by_key->second.first != zoho_id ? by_key->second.second : by_id->second.second;
      note_contradiction(row.line, kind, key, zoho_id, other);
      if (is_new_key) seen_.at(2 * kind).erase(by_key);
      if (is_new_id) seen_.at(2 * kind + 1).erase(by_id);
    }
    return contradicts;
  }

  void note_contradiction(std::int64_t line, std::size_t kind, const std::string& key, const std::string& zoho_id,
                          std::int64_t other) {
    constexpr std::array<std::string_view, 3> k_modules{"Contacts", "Accounts", "Deals"};
    std::string finding;
    JsonWriter(finding)
        .begin_object()
        .field("line", line)
        .field("what", "contradicted")
        .field("module", k_modules.at(kind))
        .field("id", key)
        .field("zoho_id", zoho_id)
        .field("other", "line " + std::to_string(other))
        .field("mend",
               "two lines contradict each other: keep the one that is right; nothing of this line was looked at")
        .end_object();
    show(JsonView(finding).root());
    ++conflicts_;
    ++total_rows_;
  }

  Exit deliver() {
    if (rows_ == 0) return Exit::done;
    const net::ClientResponse started =
        client_.send("POST", "/v1/mappings/import", {{"content-type", "application/json"}}, body_ + "]}");
    begin();
    if (!is_good(started)) return refuse(started);
    while (true) {
      const net::ClientResponse answer = client_.send("GET", "/v1/mappings/import");
      if (!is_good(answer)) return refuse(answer);
      const JsonView view(answer.body);
      if (!view.is_json()) return stop(Exit::unreachable, "the daemon's answer is no JSON");
      const std::string state = shown(view.root(), "state");
      if (state == "failed") return stop(Exit::unreachable, shown(view.root(), "error"));
      if (state == "idle") return stop(Exit::unreachable, "the daemon was started anew meanwhile");
      if (state == "done") {
        take(view.root());
        return Exit::done;
      }
      std::this_thread::sleep_for(k_look_again);
    }
  }

  void take(element report) {
    for_each(report, "findings", [&](element finding) { show(finding); });
    total_rows_ += number(report, "rows");
    without_ += number(report, "rows_without_pair");
    already_ += number(report, "already");
    good_ += number(report, "good");
    linked_ += number(report, "linked");
    conflicts_ += number(report, "conflicts");
    credits_ += number(report, "credits");
  }

  void show(element finding) {
    if (options_.json) {
      findings_ += (findings_.empty() ? "" : ",") + std::string(simdjson::minify(finding));
    } else {
      print(finding_text(finding));
    }
  }

  Exit tell() {
    const Exit exit = conflicts_ == 0 ? Exit::done : Exit::failed;
    if (options_.json) {
      std::string out;
      JsonWriter(out)
          .begin_object()
          .field_bool("apply", options_.apply)
          .field("rows", total_rows_)
          .field("rows_without_pair", without_)
          .field("already", already_)
          .field("good", good_)
          .field("linked", linked_)
          .field("conflicts", conflicts_)
          .field("credits", credits_)
          .key("findings")
          .raw("[" + findings_ + "]")
          .end_object();
      print(out + "\n");
      return exit;
    }
    std::string out =
        counted(total_rows_, "line") + " checked for " + counted(credits_, "API credit") + ": " +
        (options_.apply ? counted(linked_, "pair") + " linked, " : counted(good_, "pair") + " to link, ") +
        grouped(already_) + " linked before, " + counted(conflicts_, "conflict") + ".\n";
    if (without_ != 0) out += counted(without_, "line") + " named no pair and told nothing.\n";
    if (!options_.apply && good_ != 0) out += "`--apply` links them and writes the platform ids onto the records.\n";
    if (options_.apply && linked_ != 0)
      out += "The platform ids are on their way onto the records; `zohosync status` shows what waits.\n";
    print(out);
    return exit;
  }

  static bool is_good(const net::ClientResponse& answer) {
    return answer.exchange == net::Exchange::answered && answer.status < 300;
  }
  Exit refuse(const net::ClientResponse& answer) {
    const Refusal refusal = refusal_of(answer, client_.url());
    return stop(refusal.exit, refusal.text);
  }
  Exit stop(Exit exit, const std::string& why) {
    return fail_with(exit, why + (linked_ == 0 ? ""
                                               : ". Import the same file again: " + counted(linked_, "pair") +
                                                     " linked so far will be known"));
  }

  const Options& options_;
  DaemonClient client_;
  std::string body_;
  std::size_t rows_ = 0;
  /// By column: an id, what it is paired with, and the line that said so first.
  std::array<std::map<std::string, std::pair<std::string, std::int64_t>>, k_columns.size()> seen_;
  std::string findings_;
  std::int64_t total_rows_ = 0;
  std::int64_t without_ = 0;
  std::int64_t already_ = 0;
  std::int64_t good_ = 0;
  std::int64_t linked_ = 0;
  std::int64_t conflicts_ = 0;
  std::int64_t credits_ = 0;
};

}  // namespace

Exit mapping_import(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "mapping import takes one FILE");
  const std::string& name = options.names.front();
  const bool is_stdin = name == "-";
  auto client = connect(options);
  if (!client) return client.error();
  const int fd = is_stdin ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_with(Exit::usage, name + " cannot be read: " + std::strerror(errno));
  const Exit exit = MapImporter(options, std::move(*client)).run(fd, is_stdin ? "standard input" : name);
  if (!is_stdin) ::close(fd);
  return exit;
}

}  // namespace zs::cli
