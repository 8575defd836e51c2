#include "core/watch_calls.hpp"

#include <algorithm>
#include <array>

#include "base/time.hpp"
#include "core/forms.hpp"

namespace zohosim {
namespace {

constexpr std::int64_t k_usual_life_ms = 3'600'000;
constexpr std::int64_t k_longest_life_ms = 7LL * 86'400'000;
constexpr std::size_t k_longest_token = 50;

Where at(std::size_t row, std::string_view member) {
  return {std::string(member), "$.watch[" + std::to_string(row) + "]." + std::string(member)};
}

std::unexpected<Refusal> invalid(const Where& where) {
  return refuse("INVALID_DATA", "invalid data", details_at(where));
}

Refusal not_subscribed(std::string_view id) {
  return {"NOT_SUBSCRIBED", "the channel is not subscribed", Members().text("channel_id", id).take()};
}

const Module* module_of(const Organization& org, std::string_view event) {
  constexpr std::array<std::string_view, 4> k_operations{"create", "edit", "delete", "all"};
  const std::size_t dot = event.find('.');
  if (dot == std::string_view::npos) return nullptr;
  if (std::ranges::find(k_operations, event.substr(dot + 1)) == k_operations.end()) return nullptr;
  return org.find(event.substr(0, dot));
}

Checked<std::vector<std::string>> read_events(const Call& call, const Json& given, std::size_t row) {
  std::vector<std::string> out;
  if (!given.is_array() || given.items.empty()) return invalid_type(at(row, "events"), "jsonarray");
  for (std::size_t i = 0; i < given.items.size(); ++i) {
    const std::string& event = given.items[i].text;
    if (module_of(call.org, event) == nullptr)
      return invalid({"events", "$.watch[" + std::to_string(row) + "].events[" + std::to_string(i) + "]"});
    if (std::ranges::find(out, event) == out.end()) out.push_back(event);
  }
  return out;
}

Checked<std::int64_t> read_expiry(const Call& call, const Json& given, std::size_t row) {
  const Json* text = given.find("channel_expiry");
  if (text == nullptr || text->is_null()) return call.now_ms + k_usual_life_ms;
  const auto instant = zs::parse_rfc3339(text->text);
  if (!instant) return invalid_type(at(row, "channel_expiry"), "datetime");
  const std::int64_t expires = zs::to_millis(*instant);
  if (expires <= call.now_ms || expires > call.now_ms + k_longest_life_ms) return invalid(at(row, "channel_expiry"));
  return expires;
}

/// Takes over what is given; what a subscription cannot do without must be there in the end.
Checked<Channel> read_channel(const Call& call, const Json& given, Channel channel, std::size_t row) {
  if (const Json* events = given.find("events")) {
    auto read = read_events(call, *events, row);
    if (!read) return std::unexpected(read.error());
    channel.events = std::move(*read);
  }
  if (channel.events.empty()) return missing(at(row, "events"));
  channel.notify_url = given.string_or("notify_url", channel.notify_url);
  if (channel.notify_url.empty()) return missing(at(row, "notify_url"));
  if (!channel.notify_url.starts_with("http://") && !channel.notify_url.starts_with("https://"))
    return invalid(at(row, "notify_url"));
  channel.token = given.string_or("token", channel.token);
  if (channel.token.size() > k_longest_token) return too_long(at(row, "token"), k_longest_token);
  const auto expires = read_expiry(call, given, row);
  if (!expires) return std::unexpected(expires.error());
  channel.expires_ms = *expires;
  return channel;
}

Members resource(const Call& call, const Channel& channel, const Module& module) {
  return Members()
      .text("channel_expiry", call.instant(channel.expires_ms))
      .text("resource_uri", channel.origin + "/crm/v8/" + module.schema.api_name)
      .id("resource_id", module.schema.id)
      .text("resource_name", module.schema.api_name)
      .text("channel_id", channel.id);
}

/// The modules of a channel's events, each once.
std::vector<const Module*> modules_of(const Call& call, const Channel& channel) {
  std::vector<const Module*> out;
  for (const std::string& event : channel.events) {
    const Module* module = module_of(call.org, event);
    if (module != nullptr && std::ranges::find(out, module) == out.end()) out.push_back(module);
  }
  return out;
}

Row subscribed(const Call& call, const Channel& channel, std::string_view message) {
  std::string events;
  for (const Module* module : modules_of(call, channel))
    events.append(events.empty() ? "" : ",").append(resource(call, channel, *module).take());
  return {true, success_object(message, Members().raw("events", "[" + events + "]"))};
}

Row enable_one(const Call& call, const Json& given, std::size_t row) {
  const std::string id(given.string_or("channel_id", ""));
  if (id.empty()) return failed_row(missing(at(row, "channel_id")).error());
  if (!is_digits(id)) return failed_row(invalid_type(at(row, "channel_id"), "bigint").error());
  auto channel = read_channel(call, given, Channel{id, {}, {}, {}, call.request.origin(call.options.origin), 0}, row);
  if (!channel) return failed_row(channel.error());
  const Row out = subscribed(call, *channel, "Successfully subscribed for actions-watch of the given module");
  call.org.watches().put(std::move(*channel));
  return out;
}

/// `_delete_events`: the events named are wanted no longer; the channel stays for the others.
Row drop_events(const Call& call, const Json& given, Channel& channel, std::size_t row) {
  const Json* events = given.find("events");
  auto dropped = read_events(call, events == nullptr ? Json{} : *events, row);
  if (!dropped) return failed_row(dropped.error());
  const Row out = subscribed(call, channel, "Successfully removed the subscribe details");
  for (const std::string& event : *dropped) std::erase(channel.events, event);
  if (channel.events.empty()) (void)call.org.watches().remove(channel.id);
  return out;
}

Row update_one(const Call& call, const Json& given, std::size_t row) {
  const std::string_view id = given.string_or("channel_id", "");
  if (id.empty()) return failed_row(missing(at(row, "channel_id")).error());
  Channel* channel = call.org.watches().find(id);
  if (channel == nullptr) return failed_row(not_subscribed(id));
  if (given.true_at("_delete_events")) return drop_events(call, given, *channel, row);
  auto changed = read_channel(call, given, *channel, row);
  if (!changed) return failed_row(changed.error());
  *channel = std::move(*changed);
  return subscribed(call, *channel, "Successfully updated the subscribe details");
}

HttpAnswer each_row(const Call& call, Row (*act)(const Call&, const Json&, std::size_t), int all_ok) {
  if (call.body == nullptr)
    return error_answer(400, {"UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format"});
  const Json* watch = call.body->find("watch");
  if (watch == nullptr || !watch->is_array() || watch->items.empty())
    return error_answer(400, missing({"watch", "$.watch"}).error());
  call.org.watches().forget_expired(call.now_ms);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < watch->items.size(); ++i) rows.push_back(act(call, watch->items[i], i));
  return rows_answer(call.options, "watch", rows, all_ok);
}

}  // namespace

HttpAnswer enable_watch(const Call& call) { return each_row(call, enable_one, 201); }
HttpAnswer update_watch(const Call& call) { return each_row(call, update_one, 200); }

HttpAnswer list_watch(const Call& call) {
  call.org.watches().forget_expired(call.now_ms);
  const std::string wanted = pair_or(call.params, "channel_id", "");
  const std::string module_name = pair_or(call.params, "module", "");
  std::string rows;
  std::int64_t count = 0;
  for (const Channel& channel : call.org.watches().channels()) {
    if (!wanted.empty() && channel.id != wanted) continue;
    for (const Module* module : modules_of(call, channel)) {
      if (!module_name.empty() && module->schema.api_name != module_name) continue;
      std::string events;
      for (const std::string& event : channel.events) {
        if (module_of(call.org, event) == module)
          events.append(events.empty() ? "" : ",").append(zs::json_quoted(event));
      }
      ++count;
      rows.append(rows.empty() ? "" : ",");
      rows += resource(call, channel, *module)
                  .text("notify_url", channel.notify_url)
                  .text("token", channel.token)
                  .raw("events", "[" + events + "]")
                  .flag("notify_on_related_action", false)
                  .flag("return_affected_field_values", false)
                  .take();
    }
  }
  if (count == 0) return nothing_there();
  const std::string info =
      Members().number("per_page", 200).number("count", count).number("page", 1).flag("more_records", false).take();
  return json_answer(200, "{\"watch\":[" + rows + "],\"info\":" + info + "}");
}

HttpAnswer disable_watch(const Call& call) {
  const auto ids = comma_list(pair_or(call.params, "channel_ids", ""));
  if (ids.empty()) return missing_parameter("channel_ids");
  call.org.watches().forget_expired(call.now_ms);
  std::vector<Row> rows;
  for (const std::string& id : ids) {
    rows.push_back(call.org.watches().remove(id)
                       ? Row{true, success_object("Successfully un-subscribed from actions-watch",
                                                  Members().text("channel_id", id))}
                       : failed_row(not_subscribed(id)));
  }
  return rows_answer(call.options, "watch", rows, 200);
}

}  // namespace zohosim
