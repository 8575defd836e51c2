#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "cli/import/sink.hpp"
#include "cli/json_view.hpp"

namespace zs::cli {
namespace {

using namespace std::chrono_literals;

constexpr int k_tries = 6;

std::size_t count_lines(std::string_view lines) {
  return static_cast<std::size_t>(std::ranges::count(lines, '\n')) + (lines.ends_with('\n') || lines.empty() ? 0 : 1);
}

/// Where the second half of the lines begins; the end when there is one line only.
std::size_t middle_of(std::string_view lines) {
  const std::size_t after = lines.find('\n', lines.size() / 2 - 1);
  if (after != std::string_view::npos && after + 1 < lines.size()) return after + 1;
  const std::size_t before = lines.substr(0, lines.size() / 2).rfind('\n');
  return before == std::string_view::npos ? lines.size() : before + 1;
}

std::chrono::seconds retry_after(const net::ClientResponse& answer) {
  const std::string_view text = answer.header("retry-after");
  return std::chrono::seconds{std::clamp<std::int64_t>(leading_integer(text).value_or(5), 1, 300)};
}

/// A 202, or the 400 that says that every single event is bad.
std::optional<Delivery> read_receipt(const net::ClientResponse& answer) {
  if (answer.status != 202 && answer.status != 400) return std::nullopt;
  const JsonView view(answer.body);
  simdjson::dom::element rejected;
  if (!view.is_json() || view.root()["rejected"].get(rejected) != simdjson::SUCCESS) return std::nullopt;
  Delivery out{number(view.root(), "accepted"), number(view.root(), "duplicates"), {}};
  for_each(view.root(), "rejected", [&](simdjson::dom::element one) {
    out.rejected.push_back({static_cast<std::size_t>(number(one, "index")), shown(one, "id"), shown(one, "error")});
  });
  return out;
}

class DaemonSink final : public Sink {
 public:
  DaemonSink(DaemonClient client, Pauses pauses) : client_(std::move(client)), pauses_(std::move(pauses)) {}

  Result<Delivery> deliver(std::string_view lines) override {
    int tries = 0;
    while (true) {
      const net::ClientResponse answer =
          client_.send("POST", "/v1/events",
                       {{"content-type", "application/x-ndjson"}, {"x-zohosync-lane", "backfill"}}, std::string(lines));
      if (answer.exchange == net::Exchange::answered) {
        if (auto receipt = read_receipt(answer)) {
          said_.clear();
          return std::move(*receipt);
        }
        if (answer.status == 413) return in_halves(lines);
        if (answer.status == 429) {
          ZS_TRY(pause("the daemon's backlog is full", retry_after(answer)));
          continue;
        }
        if (answer.status < 500) return fail(Errc::conflict, refusal_of(answer, client_.url()).text);
      }
      // Whether it was kept or not: the daemon knows an event again.
      const std::string why = refusal_of(answer, client_.url()).text;
      if (++tries == k_tries) return fail(Errc::unavailable, why);
      ZS_TRY(pause(why, std::chrono::seconds{1 << tries}));
    }
  }

 private:
  /// Says why once, however long it lasts.
  Result<void> pause(const std::string& why, std::chrono::seconds length) {
    if (why != said_) pauses_.say(why + "; trying again until it goes on");
    said_ = why;
    if (!pauses_.wait(length)) return fail(Errc::stopped, "interrupted");
    return {};
  }

  /// The daemon may be configured for less than we send.
  Result<Delivery> in_halves(std::string_view lines) {
    const std::size_t middle = middle_of(lines);
    if (middle == lines.size()) {
      Delivery none;
      none.rejected.push_back({0, {}, "is larger than the daemon takes (server.max_body_bytes)"});
      return none;
    }
    ZS_ASSIGN(Delivery first, deliver(lines.substr(0, middle)));
    ZS_ASSIGN(Delivery second, deliver(lines.substr(middle)));
    first.accepted += second.accepted;
    first.duplicates += second.duplicates;
    const std::size_t before = count_lines(lines.substr(0, middle));
    for (ingest::Rejection& one : second.rejected) {
      one.index += before;
      first.rejected.push_back(std::move(one));
    }
    return first;
  }

  DaemonClient client_;
  Pauses pauses_;
  std::string said_;
};

}  // namespace

std::unique_ptr<Sink> make_daemon_sink(DaemonClient client, Pauses pauses) {
  return std::make_unique<DaemonSink>(std::move(client), std::move(pauses));
}

}  // namespace zs::cli
