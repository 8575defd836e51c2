#include "cli/render.hpp"

#include "base/json.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"

namespace zs::cli {
namespace {

using simdjson::dom::element;
using Rows = std::vector<std::vector<std::string>>;

std::string or_not_yet(std::string id) { return id.empty() ? "not in Zoho yet" : id; }

std::string in_brackets(const std::string& text) { return text.empty() ? "" : "(" + text + ")"; }

/// Only what says something.
void add(Rows& rows, std::string name, std::string value) {
  if (!value.empty()) rows.push_back({std::move(name), std::move(value)});
}

Rows mapping_rows(element mapping) {
  Rows rows;
  rows.push_back({"contact", or_not_yet(shown(mapping, "contact_id"))});
  rows.push_back({"account", or_not_yet(shown(mapping, "account_id")), in_brackets(shown(mapping, "account_key"))});
  if (const std::string desk = shown(mapping, "desk_contact_id"); !desk.empty()) {
    rows.push_back(
        {"Desk contact", desk, truth(mapping, "desk_contact_verified") ? "" : "(known by the e-mail alone)"});
  }
  for_each(mapping, "subscriptions", [&](element one) {
    rows.push_back({"deal", shown(one, "deal_id").empty() ? "none" : shown(one, "deal_id"),
                    in_brackets(shown(one, "subscription_id"))});
  });
  const std::string at = shown(mapping, "synced_at");
  rows.push_back({"synced", truth(mapping, "synced") ? "yes" : "not all of it", at.empty() ? "" : "last " + at});
  return rows;
}

Rows held_rows(element held) {
  Rows rows;
  add(rows, "id", shown(held, "id"));
  add(rows, "record", shown(held, "kind") + " " + shown(held, "key"));
  add(rows, "in Zoho", shown(held, "zoho_id"));
  add(rows, "since", shown(held, "since"));
  add(rows, "code", shown(held, "code"));
  add(rows, "field", shown(held, "field"));
  add(rows, "whose", shown(held, "side") == "data" ? "the customer's data" : "the org or zohosync");
  add(rows, "what", shown(held, "message"));
  add(rows, "again at", shown(held, "retry_at"));
  add(rows, "mend", shown(held, "mend"));
  const std::string detail = shown(held, "detail");
  if (detail != "{}") add(rows, "detail", detail);
  return rows;
}

}  // namespace

std::string mapping_text(std::string_view json) {
  const JsonView view(json);
  if (!view.is_json()) return std::string(json) + "\n";
  return shown(view.root(), "user_id") + "\n" + aligned(mapping_rows(view.root()), "  ");
}

std::string mapping_csv(std::string_view json) {
  const JsonView view(json);
  if (!view.is_json()) return {};
  const auto field = [](element parent, std::string_view key) {
    std::string_view text;
    return parent[key].get(text) == simdjson::SUCCESS ? csv_field(text) : std::string{};
  };
  const element mapping = view.root();
  const std::string head = field(mapping, "user_id") + "," + field(mapping, "contact_id") + "," +
                           field(mapping, "account_key") + "," + field(mapping, "account_id") + ",";
  const std::string tail =
      std::string(truth(mapping, "synced") ? "true" : "false") + "," + field(mapping, "synced_at") + "\r\n";
  std::string out;
  for_each(mapping, "subscriptions", [&](element one) {
    out += head + field(one, "subscription_id") + "," + field(one, "deal_id") + "," + tail;
  });
  return out.empty() ? head + ",," + tail : out;
}

std::string held_array(const std::vector<std::string>& rows) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("held").begin_array();
  for (const std::string& row : rows) json.raw(row);
  json.end_array().end_object();
  return out + "\n";
}

std::string held_list_text(const std::vector<std::string>& rows) {
  if (rows.empty()) return "Nothing is held.\n";
  Rows table{{"ID", "RECORD", "SINCE", "SIDE", "CODE", "FIELD", "WHAT"}};
  for (const std::string& row : rows) {
    const JsonView view(row);
    if (!view.is_json()) continue;
    const element held = view.root();
    table.push_back({shown(held, "id"), shown(held, "kind") + " " + shown(held, "key"), shown(held, "since"),
                     shown(held, "side"), shown(held, "code"), shown(held, "field"), shown(held, "message")});
  }
  return aligned(table) +
         "\n`zohosync held show ID` says what would mend it, `held retry ID` (or `--all`, `--code`, `--side`) tries "
         "again.\n";
}

std::string held_text(std::string_view json) {
  const JsonView view(json);
  return view.is_json() ? aligned(held_rows(view.root())) : std::string(json) + "\n";
}

std::string retried_text(std::string_view json) {
  const JsonView view(json);
  if (!view.is_json()) return std::string(json) + "\n";
  return counted(number(view.root(), "retried"), "held record") + " will be tried again.\n";
}

std::string status_text(std::string_view json) {
  const JsonView view(json);
  if (!view.is_json()) return std::string(json) + "\n";
  const element root = view.root();
  const auto part = [&](std::string_view name) {
    element value;
    return root[name].get(value) == simdjson::SUCCESS ? value : root;
  };
  Rows rows;
  rows.push_back({"events", grouped(number(part("events"), "accepted")) + " accepted"});
  const std::int64_t waiting = number(part("backlog"), "entities");
  rows.push_back({"backlog", waiting == 0 ? "empty"
                                          : counted(waiting, "record") + " to go, the oldest change waits " +
                                                lasting(number(part("backlog"), "oldest_seconds"))});
  const std::int64_t held = number(root, "held");
  rows.push_back({"held", held == 0 ? "nothing" : counted(held, "record") + ": see `zohosync held list`"});
  const element zoho = part("zoho");
  const std::string detail = shown(zoho, "detail");
  rows.push_back({"Zoho", shown(zoho, "state") + (detail.empty() ? "" : ": " + detail)});
  add(rows, "goes on", shown(zoho, "resume_at"));
  add(rows, "last error", shown(zoho, "last_error"));
  rows.push_back({"calls", grouped(number(zoho, "calls")) + " since the start"});
  const std::int64_t limit = number(zoho, "credits_limit");
  rows.push_back({"credits", grouped(number(zoho, "credits_used_24h")) + (limit == 0 ? "" : " of " + grouped(limit)) +
                                 " in 24 hours"});
  if (const std::string ended = shown(part("reconcile"), "ended_at"); !ended.empty()) {
    const std::int64_t left = number(part("reconcile"), "left");
    rows.push_back({"reconcile", "last ended " + ended + ", " + grouped(number(part("reconcile"), "drift")) +
                                     " drifted" + (left == 0 ? "" : ", " + grouped(left) + " left")});
  }
  if (const std::string ended = shown(part("mapping_verify"), "ended_at"); !ended.empty()) {
    const std::int64_t left = number(part("mapping_verify"), "left");
    rows.push_back({"id map", "last verified " + ended + ", " +
                                  counted(number(part("mapping_verify"), "drift"), "fault") +
                                  (left == 0 ? "" : ", " + grouped(left) + " left")});
  }
  element desk;
  if (root["desk"].get(desk) == simdjson::SUCCESS) {
    const std::string left = shown(desk, "credits_remaining");
    const std::int64_t unsettled = number(desk, "unsettled");
    rows.push_back({"Desk", shown(desk, "state") + ": " + counted(number(desk, "tickets"), "ticket") +
                                " since the start" + (left.empty() ? "" : ", " + left + " credits left today") +
                                (unsettled == 0 ? "" : ", " + counted(unsettled, "ticket") + " being looked for")});
  }
  add(rows, "node", shown(root, "node"));
  add(rows, "version", shown(root, "version"));
  return aligned(rows);
}

}  // namespace zs::cli
