#include "cli/import/importer.hpp"

#include <utility>
#include <vector>

namespace zs::cli {
namespace {

class Importer {
 public:
  Importer(Sink& sink, const BatchLimits& limits, const ImportHooks& hooks, Tally& tally)
      : sink_(sink), limits_(limits), hooks_(hooks), tally_(tally) {}

  Result<void> run(LineReader& reader) {
    while (true) {
      auto line = reader.next();
      if (!line) {
        // What was read from a pipe cannot be read again: deliver it before giving up.
        ZS_TRY(flush());
        return std::unexpected(std::move(line).error());
      }
      if (!*line) return flush();
      ZS_TRY(take(std::move(**line)));
    }
  }

 private:
  Result<void> take(Line&& line) {
    if (tally_.offset == 0 && batch_.empty()) {
      if (std::string why = not_ndjson(line.text); !why.empty()) return fail(Errc::invalid, std::move(why));
    }
    if (line.is_too_long) {
      ZS_TRY(flush());
      hooks_.rejected(line.number, "is longer than 1 MiB", line.text);
      ++tally_.rejected;
      return behind(line);
    }
    if (batch_.size() == limits_.events || (!batch_.empty() && body_.size() + line.text.size() >= limits_.bytes))
      ZS_TRY(flush());
    body_ += line.text;
    body_ += '\n';
    batch_.push_back(std::move(line));
    return {};
  }

  Result<void> flush() {
    if (batch_.empty()) return {};
    ZS_ASSIGN(const Delivery delivery, sink_.deliver(body_));
    tally_.accepted += delivery.accepted;
    tally_.duplicates += delivery.duplicates;
    for (const ingest::Rejection& one : delivery.rejected) {
      if (one.index >= batch_.size())
        return fail(Errc::corrupt, "the daemon rejected an event that was not in the batch");
      hooks_.rejected(batch_[one.index].number, one.error, batch_[one.index].text);
      ++tally_.rejected;
    }
    const Line last = std::move(batch_.back());
    batch_.clear();
    body_.clear();
    return behind(last);
  }

  Result<void> behind(const Line& last) {
    tally_.offset = last.end;
    tally_.lines = last.number;
    hooks_.delivered(tally_);
    if (hooks_.is_stopped()) return fail(Errc::stopped, "interrupted");
    return {};
  }

  Sink& sink_;
  const BatchLimits& limits_;
  const ImportHooks& hooks_;
  Tally& tally_;
  std::vector<Line> batch_;
  std::string body_;
};

}  // namespace

Result<void> import_lines(LineReader& reader, Sink& sink, const BatchLimits& limits, const ImportHooks& hooks,
                          Tally& tally) {
  return Importer(sink, limits, hooks, tally).run(reader);
}

std::string not_ndjson(std::string_view first_line) {
  if (first_line.starts_with('{')) return {};
  if (first_line.starts_with('[')) return "is a JSON array; write one event a line, for example with jq -c '.[]'";
  return "does not begin with a JSON object. This version takes NDJSON, one CloudEvent a line; CSV is not among what "
         "it reads";
}

}  // namespace zs::cli
