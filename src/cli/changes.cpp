// `mapping history|changes`: the past of the id map, read from the store beside a daemon or without one.
#include <chrono>
#include <string>
#include <thread>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"
#include "links/changes.hpp"

namespace zs::cli {
namespace {

constexpr std::size_t k_page = 500;
constexpr auto k_look = std::chrono::milliseconds{500};

std::string line_of(simdjson::dom::element change) {
  const std::string before = shown(change, "previous_record_id");
  const std::string now = shown(change, "record_id");
  std::string whose = shown(change, "platform_id");
  if (whose.empty()) whose = "(erased)";
  return shown(change, "seq") + "  " + shown(change, "time") + "  " + shown(change, "change") + " (" +
         shown(change, "cause") + ")  " + shown(change, "record") + " " + whose + ": " +
         (before.empty() ? "none" : before) + " -> " + (now.empty() ? "none" : now) + "\n";
}

std::string text_of(const store::MappingChange& change, bool as_json) {
  const std::string json = links::change_json(change);
  return as_json ? json + "\n" : line_of(JsonView(json).root());
}

std::string_view fault_of(links::Cursor cursor) {
  return cursor == links::Cursor::expired
             ? "changes after this one are not kept any more (mappings.keep_changes_days): take `zohosync mapping "
               "export`, and go on after the last change before it"
             : "this store has not come that far: the cursor is another store's, or the store was restored from an "
               "older copy. Take `zohosync mapping export`, and go on after the last change before it";
}

}  // namespace

Exit mapping_history(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "mapping history wants one USER, the platform's id");
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const auto found = links::history_json(**reader, options.names.front(), k_page);
  if (!found) return fail_with(Exit::unreachable, found.error().text);
  if (!*found) return fail_with(Exit::failed, "no event has told of the user " + printable(options.names.front()));
  if (options.json) return print(**found + "\n") ? Exit::done : Exit::failed;
  std::string out;
  const JsonView view(**found);
  for_each(view.root(), "changes", [&](simdjson::dom::element one) { out += line_of(one); });
  if (out.empty()) out = "nothing is written down\n";
  return print(out) ? Exit::done : Exit::failed;
}

Exit mapping_changes(const Options& options) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  store::ChangeSeq after = options.after_change;
  if (after < 0) {
    // All that is kept.
    const auto bounds = (*reader)->change_bounds();
    if (!bounds) return fail_with(Exit::unreachable, bounds.error().text);
    after = bounds->swept;
  }
  for (;;) {
    const auto page = links::changes_after(**reader, after, k_page);
    if (!page) return fail_with(Exit::unreachable, page.error().text);
    if (page->cursor != links::Cursor::good) return fail_with(Exit::failed, fault_of(page->cursor));
    std::string out;
    for (const store::MappingChange& one : page->changes) out += text_of(one, options.json);
    if (!print(out)) return Exit::failed;
    if (!page->changes.empty()) after = page->changes.back().seq;
    if (page->has_more) continue;
    if (!options.follow) return Exit::done;
    std::this_thread::sleep_for(k_look);
  }
}

}  // namespace zs::cli
