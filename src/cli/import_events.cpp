// `import`: files of events into the daemon, or into the store where no daemon runs.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/import/importer.hpp"
#include "cli/import/interrupt.hpp"
#include "cli/import/meter.hpp"
#include "cli/import/rejects.hpp"
#include "cli/output.hpp"

namespace zs::cli {
namespace {

constexpr std::string_view k_stdin = "-";

struct Source {
  std::string name;           // for people
  std::string rejects;        // where its bad lines go; empty: standard error
  std::string progress_file;  // empty: cannot be resumed
  FileMark mark;
  int fd = STDIN_FILENO;

  Source() = default;
  Source(Source&& other) noexcept
      : name(std::move(other.name)),
        rejects(std::move(other.rejects)),
        progress_file(std::move(other.progress_file)),
        mark(std::move(other.mark)),
        fd(std::exchange(other.fd, STDIN_FILENO)) {}
  Source& operator=(Source&&) = delete;
  ~Source() {
    if (fd != STDIN_FILENO) ::close(fd);
  }
};

Result<Source> open_source(const std::string& name, const std::string& store_path) {
  Source source;
  source.name = name == k_stdin ? "standard input" : name;
  if (name == k_stdin) return source;
  source.fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about{};
  if (source.fd < 0 || ::fstat(source.fd, &about) != 0)
    return fail(Errc::not_found, name + " cannot be read: " + std::strerror(errno));
  if (S_ISDIR(about.st_mode)) return fail(Errc::invalid, name + " is a directory");
  source.rejects = name + ".rejected";
  if (!S_ISREG(about.st_mode)) return source;
  source.mark = {std::filesystem::absolute(name).lexically_normal().string(), about.st_size,
                 std::int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec};
  source.progress_file = progress_path(store_path, source.mark.path);
  return source;
}

/// The daemon where there is one, else the store itself.
OrExit<std::unique_ptr<Sink>> open_sink(const Options& options, const config::Config& config,
                                        const std::string& store_path, Pauses pauses, const Clock& clock) {
  const auto url = daemon_url(options, config.server);
  if (!url) return std::unexpected(fail_with(Exit::usage, url.error().text));
  const net::ClientResponse health = DaemonClient(*url, {}).send("GET", "/healthz");
  if (health.exchange == net::Exchange::not_sent && options.url.empty()) {
    auto opened = store::open_sqlite({.path = store_path});
    if (opened) return make_store_sink(std::move(*opened), clock);
    return std::unexpected(
        fail_with(Exit::unreachable,
                  "no daemon answers at " + *url + ", and the store cannot be opened: " + opened.error().text));
  }
  if (health.exchange != net::Exchange::answered || health.status != 200) {
    return std::unexpected(fail_with(Exit::unreachable, refusal_of(health, *url).text));
  }
  auto client = connect(options);
  if (!client) return std::unexpected(client.error());
  return make_daemon_sink(std::move(*client), std::move(pauses));
}

struct Finished {
  std::string name;
  Tally tally;
  bool is_complete = false;
};

class Import {
 public:
  Import(const Options& options, const config::Config& config, std::string store_path)
      : options_(options), store_path_(std::move(store_path)) {
    limits_.events = std::min(limits_.events, config.server.max_events_per_request);
    limits_.bytes = std::min(limits_.bytes, config.server.max_body_bytes / 10 * 9);
  }

  Exit run(const config::Config& config) {
    const SystemClock clock;
    const Pauses pauses{[this](std::chrono::seconds length) { return interrupt_.wait(length); },
                        [this](std::string_view why) { say(why); }};
    std::optional<Interrupt::Blocked> blocked(std::in_place);
    auto sink = open_sink(options_, config, store_path_, pauses, clock);
    blocked.reset();
    if (!sink) return sink.error();
    Exit exit = Exit::done;
    for (const std::string& name : options_.names) {
      exit = one(name, **sink);
      if (exit != Exit::done) break;
    }
    if (options_.json) print(as_json());
    const bool some_rejected =
        std::ranges::any_of(finished_, [](const Finished& one) { return one.tally.rejected != 0; });
    return exit == Exit::done && some_rejected ? Exit::failed : exit;
  }

 private:
  Exit one(const std::string& name, Sink& sink) {
    auto source = open_source(name, store_path_);
    if (!source) return fail_with(Exit::usage, source.error().text);
    Tally tally = begin(*source);
    Rejects rejects(source->rejects, tally.offset == 0);
    meter_.emplace(options_.json              ? Meter::Kind::silent
                   : errors_are_to_terminal() ? Meter::Kind::bar
                                              : Meter::Kind::lines,
                   source->name, source->mark.size, tally);
    LineReader reader(source->fd, tally.offset, tally.lines);
    const ImportHooks hooks{[&](const Tally& now) { keep(*source, now); },
                            [&](std::int64_t line, std::string_view error, std::string_view text) {
                              meter_->end();
                              rejects.add(line, error, text);
                            },
                            [this] { return interrupt_.is_set(); }};
    const auto done = import_lines(reader, sink, limits_, hooks, tally);
    meter_->end();
    finished_.push_back({source->name, tally, done.has_value()});
    if (!done) return broke_off(*source, tally, done.error());
    if (!source->progress_file.empty()) forget_progress(source->progress_file);
    if (!options_.json)
      print(summary_line(source->name, tally) + (tally.rejected == 0 ? "" : ", " + rejects.place()) + "\n");
    return Exit::done;
  }

  /// Where an earlier run stopped, or the beginning.
  Tally begin(const Source& source) {
    if (source.progress_file.empty() || options_.restart) return {};
    const auto earlier = load_progress(source.progress_file, source.mark);
    if (!earlier || ::lseek(source.fd, earlier->offset, SEEK_SET) != earlier->offset) return {};
    if (!options_.json)
      print(source.name + ": going on after line " + grouped(earlier->lines) + ", where the last run stopped\n");
    return *earlier;
  }

  void keep(const Source& source, const Tally& tally) {
    meter_->show(tally);
    if (source.progress_file.empty() || keeps_no_progress_) return;
    const auto saved = save_progress(source.progress_file, source.mark, tally);
    if (saved) return;
    keeps_no_progress_ = true;
    say("how far the import got cannot be kept (" + saved.error().text +
        "): an interrupted one would begin anew, which is harmless");
  }

  Exit broke_off(const Source& source, const Tally& tally, const Error& error) {
    if (error.code == Errc::invalid && tally.offset == 0) return fail_with(Exit::usage, source.name + " " + error.text);
    if (error.code == Errc::conflict) return fail_with(Exit::usage, source.name + ": " + error.text);
    const bool resumes = !source.progress_file.empty() && !keeps_no_progress_;
    complain(source.name + ": stopped after line " + grouped(tally.lines) + " (" + error.text + "). " +
             (resumes ? "The same command goes on from there"
                      : "Repeat it from the beginning: what was imported is known the second time"));
    return error.code == Errc::stopped ? Exit::failed : Exit::unreachable;
  }

  void say(std::string_view text) {
    if (meter_) {
      meter_->say(text);
    } else {
      complain(text);
    }
  }

  std::string as_json() const {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("files").begin_array();
    for (const Finished& file : finished_) {
      json.begin_object()
          .field("file", file.name)
          .field_bool("complete", file.is_complete)
          .field("lines", file.tally.lines);
      json.field("accepted", file.tally.accepted).field("duplicates", file.tally.duplicates);
      json.field("rejected", file.tally.rejected).end_object();
    }
    json.end_array().end_object();
    return out + "\n";
  }

  const Options& options_;
  std::string store_path_;
  BatchLimits limits_;
  Interrupt interrupt_;
  std::optional<Meter> meter_;
  std::vector<Finished> finished_;
  bool keeps_no_progress_ = false;
};

}  // namespace

Exit import_events(const Options& options) {
  const auto config = load_config(options);
  if (!config) return config.error();
  auto path = store_path(*config);
  if (!path) return fail_with(Exit::usage, path.error().text);
  return Import(options, *config, std::move(*path)).run(*config);
}

}  // namespace zs::cli
