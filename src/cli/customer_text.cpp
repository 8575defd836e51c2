#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"

namespace zs::cli {
namespace {

using simdjson::dom::element;
using Rows = std::vector<std::vector<std::string>>;

std::string joined(element parent, std::string_view key, std::string_view prefix = "",
                   std::string_view between = ", ") {
  std::string out;
  for_each(parent, key, [&](element value) {
    if (!out.empty()) out += between;
    out.append(prefix).append(shown(value));
  });
  return out;
}

/// What the platform said, with when, and beside it what was made of it.
std::string state_rows(element entity) {
  Rows rows;
  for_each_member(entity, "state", [&](std::string_view name, element reg) {
    element value;
    const bool cleared = reg["value"].get(value) != simdjson::SUCCESS || value.is_null();
    rows.push_back({printable(name), cleared ? "(cleared)" : shown(value), "since " + shown(reg, "time")});
  });
  return rows.empty() ? "" : "  the platform says\n" + aligned(rows, "    ");
}

std::string derived_row(element entity) {
  std::string out;
  for_each_member(entity, "derived", [&](std::string_view name, element value) {
    std::string text = shown(value);
    if (text.empty() || text == "false") return;
    out += (out.empty() ? "" : ", ") + printable(name) + (text == "true" ? "" : " " + text);
  });
  return out.empty() ? "" : "  which makes\n    " + out + "\n";
}

/// A link to another record by that record's id.
std::string held_value(element value) {
  std::string_view id;
  return value.is_object() && value["id"].get(id) == simdjson::SUCCESS ? printable(id) : shown(value);
}

std::string zoho_rows(element entity) {
  Rows rows;
  for_each_member(entity, "in_zoho", [&](std::string_view name, element value) {
    if (!value.is_null()) rows.push_back({printable(name), held_value(value)});
  });
  const std::string tags = joined(entity, "tags");
  if (!tags.empty()) rows.push_back({"Tag", tags});
  for_each_member(entity, "contact_roles", [&](std::string_view contact, element role) {
    rows.push_back({"contact role", printable(contact) + ": " + shown(role)});
  });
  std::string out = rows.empty() ? "" : "  Zoho holds\n" + aligned(rows, "    ");
  for_each(entity, "flags", [&](element flag) { out += "  note: " + shown(flag) + "\n"; });
  return out;
}

std::string held_lines(element entity) {
  element held;
  if (entity["held"].get(held) != simdjson::SUCCESS || !held.is_object()) return {};
  const std::string field = shown(held, "field");
  std::string out = "  HELD since " + shown(held, "since") + ": " + shown(held, "code") +
                    (field.empty() ? "" : " on " + field) + ": " + shown(held, "message") + "\n";
  const std::string mend = shown(held, "mend");
  if (!mend.empty()) out += "    -> " + mend + "; then `zohosync held retry " + shown(held, "id") + "`\n";
  return out;
}

std::string entity_text(std::string_view kind, element entity) {
  const std::string zoho_id = shown(entity, "zoho_id");
  const std::string at = shown(entity, "synced_at");
  std::string out = "\n" + std::string(kind) + " " + shown(entity, "id") + "  " + shown(entity, "module") + " " +
                    (zoho_id.empty() ? "(none)" : zoho_id) + "  " + shown(entity, "status") +
                    (at.empty() ? "" : ", in step at " + at) + "\n";
  return out + held_lines(entity) + state_rows(entity) + derived_row(entity) + zoho_rows(entity);
}

std::string call_words(element call) {
  std::string out = shown(call, "code");
  const auto more = [&out](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : "  ") + text;
  };
  const std::string zoho_id = shown(call, "zoho_id");
  more(zoho_id.empty() ? "" : "-> " + zoho_id);
  more(shown(call, "field"));
  more(shown(call, "message"));
  more(joined(call, "fields"));
  more(joined(call, "tags_added", "+", " "));
  more(joined(call, "tags_removed", "-", " "));
  const std::int64_t number_of_call = number(call, "call");
  if (number_of_call != 0) {
    more("[call " + std::to_string(number_of_call) + ", " + counted(number(call, "records_in_call"), "record") + "]");
  }
  return out;
}

struct TimelineRow {
  Time at{};  // when it came to us, or was done
  bool is_call = false;
  Time happened{};  // events: by the platform's own clock
  std::vector<std::string> cells;

  [[nodiscard]] auto place() const { return std::tuple(at, is_call, happened); }
};

TimelineRow timeline_row(element line) {
  const std::string at = shown(line, "at");
  const std::string happened = shown(line, "time");
  TimelineRow row;
  row.at = parse_rfc3339(at).value_or(Time{});
  row.happened = parse_rfc3339(happened).value_or(Time{});
  row.is_call = shown(line, "what") != "event";
  if (row.is_call) {
    row.cells = {at, shown(line, "what"), shown(line, "module") + " " + shown(line, "of"), call_words(line)};
  } else {
    row.cells = {at, "event", shown(line, "type"),
                 shown(line, "source") + " " + shown(line, "event") + (happened == at ? "" : ", of " + happened)};
  }
  return row;
}

/// What came in one request has one time of receipt: there the platform's own times tell the story.
std::string timeline_text(element root) {
  std::vector<TimelineRow> timeline;
  for_each(root, "timeline", [&](element line) { timeline.push_back(timeline_row(line)); });
  std::ranges::reverse(timeline);
  std::ranges::stable_sort(timeline, std::ranges::less{}, &TimelineRow::place);
  Rows rows;
  for (TimelineRow& row : timeline) rows.push_back(std::move(row.cells));
  return rows.empty() ? "" : "\nwhat happened, oldest first\n" + aligned(rows, "  ");
}

}  // namespace

std::string customer_text(std::string_view json) {
  const JsonView view(json);
  if (!view.is_json()) return std::string(json) + "\n";
  const element root = view.root();
  element mapping;
  std::string out;
  if (root["mapping"].get(mapping) == simdjson::SUCCESS) out += mapping_text(simdjson::minify(mapping));
  element one;
  if (root["user"].get(one) == simdjson::SUCCESS && one.is_object()) out += entity_text("user", one);
  if (root["account"].get(one) == simdjson::SUCCESS && one.is_object()) out += entity_text("account", one);
  for_each(root, "subscriptions", [&](element subscription) { out += entity_text("subscription", subscription); });
  out += timeline_text(root);
  return out;
}

}  // namespace zs::cli
