// `plan`: what a sync or an import would write, and what it would cost. Works beside a running daemon or without one;
// writes nothing anywhere.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "cli/access.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/import/importer.hpp"
#include "cli/output.hpp"
#include "cli/zoho_reads.hpp"
#include "daemon/engine_options.hpp"
#include "forecast/forecast.hpp"
#include "ingest/accept.hpp"
#include "net/curl_transport.hpp"

namespace zs::cli {
namespace {

using forecast::Copy;
using forecast::Forecast;
using forecast::Planned;

/// Where an import's events go when it is only planned.
class CopySink final : public Sink {
 public:
  CopySink(Copy& copy, const Clock& clock) : copy_(copy), clock_(clock) {}

  Result<Delivery> deliver(std::string_view lines) override {
    const Time now = clock_.now();
    ingest::Accepted read = ingest::accept(parser_, "application/x-ndjson", {}, lines, now, store::Lane::backfill,
                                           {std::numeric_limits<std::size_t>::max()});
    if (read.status != 0) return fail(Errc::invalid, read.problem);
    Delivery delivery;
    ZS_ASSIGN(const std::size_t taken, copy_.take_events(read.events, to_millis(now)));
    delivery.accepted = static_cast<std::int64_t>(taken);
    delivery.duplicates = static_cast<std::int64_t>(read.events.size()) - delivery.accepted;
    delivery.rejected = std::move(read.rejected);
    return delivery;
  }

 private:
  Copy& copy_;
  const Clock& clock_;
  event::Parser parser_;
};

/// The file's events into the copy; how many lines no event could be read from.
Result<std::int64_t> take_file(const std::string& name, Copy& copy, const Clock& clock) {
  const bool is_standard_input = name == "-";
  const int fd = is_standard_input ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail(Errc::invalid, name + " cannot be read: " + std::strerror(errno));
  LineReader reader(fd, 0, 0);
  CopySink sink(copy, clock);
  Tally tally;
  const ImportHooks hooks{[](const Tally&) {},
                          [](std::int64_t line, std::string_view error, std::string_view) {
                            complain("line " + std::to_string(line) + " would be rejected: " + std::string(error));
                          },
                          [] { return false; }};
  const auto done = import_lines(reader, sink, {}, hooks, tally);
  if (!is_standard_input) ::close(fd);
  if (!done) return fail(done.error().code, name + " " + done.error().text);
  return tally.rejected;
}

/// Canonical JSON as people read it.
std::string shown_value(const std::string& json) {
  if (json == "null") return "(empty)";
  constexpr std::string_view k_id = "{\"id\":";
  if (json.starts_with(k_id)) {
    std::string id = json_unquoted(std::string_view(json).substr(k_id.size(), json.size() - k_id.size() - 1));
    for (const auto& [module, word] :
         {std::pair{plan::Module::accounts, "Account"}, {plan::Module::contacts, "Contact"}}) {
      const std::string mark = forecast::new_record(module, "");
      if (id.starts_with(mark)) return "(the new " + std::string(word) + " " + printable(id.substr(mark.size())) + ")";
    }
    return id;
  }
  const std::string text = json_unquoted(json);
  return printable(text.empty() ? json : text);
}

std::string record_text(const Planned& record) {
  const std::string what = record.zoho_id.empty() ? ": create"
                           : record.is_adopted    ? " (" + record.zoho_id + "): adopt"
                                                  : " (" + record.zoho_id + "): update";
  std::string out = std::string(plan::name_of(record.module)) + " " + printable(record.key) + what + "\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& [field, value] : record.fields) {
    const auto was = record.was.find(field);
    rows.push_back({field, (was == record.was.end() ? "" : shown_value(was->second) + " -> ") + shown_value(value)});
  }
  std::string tags;
  for (const std::string& tag : record.add) tags += (tags.empty() ? "+ " : "  + ") + tag;
  for (const std::string& tag : record.remove) tags += (tags.empty() ? "- " : "  - ") + tag;
  if (!tags.empty()) rows.push_back({"tags", tags});
  const auto contact = [](const std::string& id) { return shown_value("{\"id\":" + json_quoted(id) + "}"); };
  for (const auto& [id, role] : record.roles) rows.push_back({"contact role", contact(id) + ": " + role});
  for (const std::string& id : record.roles_gone) rows.push_back({"contact role", contact(id) + ": none any more"});
  return out + aligned(rows, "    ");
}

std::string cost_text(const Forecast& forecast) {
  std::string out;
  for (const forecast::StillHeld& one : forecast.held) {
    out += std::string(plan::name_of(one.module)) + " " + printable(one.key) + ": would be held, " + one.held.code +
           "\n    " + printable(one.held.mend) + "\n";
  }
  if (forecast.total_calls == 0) {
    out += "Nothing to write.\n";
  } else {
    out += "\nIt takes " + counted(forecast.total_calls, "call") + " and " +
           counted(forecast.total_credits, "API credit") + ", written at once:\n";
    std::vector<std::vector<std::string>> rows;
    for (const forecast::Calls& line : forecast.calls) {
      rows.push_back({std::string(zoho::name_of(line.verb)), std::string(plan::name_of(line.module)),
                      counted(line.records, "record"), counted(line.calls, "call"), counted(line.credits, "credit")});
    }
    out += aligned(rows, "    ");
  }
  if (!forecast.looked_up)
    return out + "Zoho was not asked: nobody was looked up, and its standard fields are taken for granted.\n";
  return out + "Nothing was written. Looking cost " + counted(forecast.spent_credits, "API credit") + ".\n";
}

/// The real store, or one with nothing in it before there was ever a daemon.
Result<std::unique_ptr<store::Reader>> open_real(const std::string& path, std::unique_ptr<store::Store>& empty,
                                                 bool may_be_missing) {
  std::error_code problem;
  if (!may_be_missing || std::filesystem::exists(path, problem)) return store::open_sqlite_reader(path, true);
  store::Options options;
  options.path = ":memory:";
  options.inline_commits = true;
  ZS_ASSIGN(empty, store::open_sqlite(options));
  return empty->reader();
}

Result<Forecast> make_plan(const Options& options, const config::Config& config, store::Reader& real,
                           std::int64_t& rejected) {
  const SystemClock clock;
  ZS_ASSIGN(const std::unique_ptr<Copy> copy, Copy::of(real, options.names));
  if (options.import_file.empty() || !options.names.empty()) ZS_TRY(copy->take_backlog());
  ZS_TRY(copy->take_unfolded());
  if (!options.import_file.empty()) {
    ZS_ASSIGN(rejected, take_file(options.import_file, *copy, clock));
  }
  const engine::Options engine_options = daemon::engine_options_of(config);
  if (options.offline) return forecast::forecast(*copy, nullptr, engine_options, clock.now());
  const auto transport = net::make_curl_transport({.max_connections_per_host = 1});
  const auto calls = setup::make_calls(config, *transport, lender(config, options, *transport, NoStore::do_without));
  ZohoReads reads(*calls, engine_options.mapping, config.deals.pipeline);
  return forecast::forecast(*copy, &reads, engine_options, clock.now());
}

}  // namespace

Exit plan(const Options& options) {
  const auto config = load_config(options);
  if (!config) return config.error();
  const auto path = store_path(*config);
  if (!path) return fail_with(Exit::usage, path.error().text);
  // What the engine and the broker would log is about this plan alone, and is told in words.
  log::set_level(log::Level::error);
  std::unique_ptr<store::Store> empty;
  const auto real = open_real(*path, empty, !options.import_file.empty());
  if (!real) return fail_with(Exit::unreachable, real.error().text);
  for (const std::string& user : options.names) {
    const auto known = (*real)->find(event::Kind::user, user);
    if (!known) return fail_with(Exit::unreachable, known.error().text);
    if (!*known && options.import_file.empty())
      return fail_with(Exit::failed, "no event has told of the user '" + printable(user) + "'");
  }
  std::int64_t rejected = 0;
  const auto made = make_plan(options, *config, **real, rejected);
  if (!made) {
    // What is not found is the file to import.
    const Exit exit = made.error().code == Errc::not_found ? Exit::usage : exit_of(made.error());
    const bool may_do_without = exit == Exit::unreachable && !options.offline;
    return fail_with(exit, made.error().text + (may_do_without ? ". --offline plans without asking Zoho" : ""));
  }
  if (options.json) {
    print(forecast_json(*made) + "\n");
  } else {
    for (const Planned& record : made->records) print(record_text(record));
    print(cost_text(*made));
  }
  return rejected == 0 ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
