#include "core/watch_book.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace zohosim {
namespace {

/// Only "delete" is documented with its word in a push; the other two are unconfirmed.
std::string_view push_word(Operation operation) {
  switch (operation) {
    case Operation::create:
      return "insert";
    case Operation::edit:
      return "update";
    case Operation::remove:
      return "delete";
  }
  return "update";
}

bool listens(const Channel& channel, std::string_view module, Operation operation) {
  const std::string prefix = std::string(module) + ".";
  return std::ranges::any_of(channel.events, [&](const std::string& event) {
    return event == prefix + "all" || event == prefix + std::string(event_name(operation));
  });
}

std::string push_body(const Channel& channel, std::string_view module, Operation operation,
                      const std::vector<std::uint64_t>& ids, std::int64_t now_ms) {
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("server_time", now_ms).field("module", module).field("operation", push_word(operation));
  out.key("ids").begin_array();
  for (const std::uint64_t id : ids) out.string(std::to_string(id));
  out.end_array().field("channel_id", channel.id).field("token", channel.token);
  out.field("resource_uri", channel.origin + "/crm/v8/" + std::string(module));
  out.key("query_params").begin_object().end_object().end_object();
  return body;
}

}  // namespace

std::string_view event_name(Operation operation) {
  switch (operation) {
    case Operation::create:
      return "create";
    case Operation::edit:
      return "edit";
    case Operation::remove:
      return "delete";
  }
  return "edit";
}

Channel* WatchBook::find(std::string_view id) {
  const auto found = std::ranges::find(channels_, id, &Channel::id);
  return found == channels_.end() ? nullptr : &*found;
}

void WatchBook::put(Channel channel) {
  if (Channel* known = find(channel.id)) {
    *known = std::move(channel);
  } else {
    channels_.push_back(std::move(channel));
  }
}

bool WatchBook::remove(std::string_view id) {
  return std::erase_if(channels_, [id](const Channel& channel) { return channel.id == id; }) > 0;
}

void WatchBook::forget_expired(std::int64_t now_ms) {
  std::erase_if(channels_, [now_ms](const Channel& channel) { return channel.expires_ms <= now_ms; });
}

void WatchBook::note(std::string_view module, Operation operation, std::uint64_t id) {
  if (channels_.empty()) return;
  const bool goes_on = !changes_.empty() && changes_.back().module == module && changes_.back().operation == operation;
  if (!goes_on) changes_.push_back({std::string(module), operation, {}});
  changes_.back().ids.push_back(id);
}

std::vector<Push> WatchBook::take_pushes(std::int64_t now_ms) {
  std::vector<Push> out;
  if (changes_.empty()) return out;
  forget_expired(now_ms);
  for (const Change& change : changes_) {
    for (const Channel& channel : channels_) {
      if (!listens(channel, change.module, change.operation)) continue;
      out.push_back({channel.notify_url, push_body(channel, change.module, change.operation, change.ids, now_ms)});
    }
  }
  changes_.clear();
  return out;
}

}  // namespace zohosim
