// Stored as {"s":[[nanos,"source","id"],…],"r":{"name":[stamp,value],…}}: each stamp once, since an event sets
// many registers; stamps and names sorted, so that equal states are equal text.
#include "state/registers.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::state {
namespace {

using Type = Value::Type;

void write_value(JsonWriter& json, const Value& value) {
  switch (value.type) {
    case Type::null:
      json.null();
      break;
    case Type::text:
      json.string(value.text);
      break;
    case Type::number:
    case Type::boolean:
      json.raw(value.text);
      break;
  }
}

auto name_less = [](const Registers::Entry& entry, std::string_view name) { return entry.name < name; };

/// Two facts with the same stamp are the same event's, unless a sender reused an id and the store was
/// told to let it in; then the greater value wins, so that order still does not matter.
bool value_less(const Value& a, const Value& b) { return a.type != b.type ? a.type < b.type : a.text < b.text; }

}  // namespace

std::uint32_t Registers::intern(const Stamp& stamp) {
  const auto found = std::ranges::find(stamps_, stamp);
  if (found != stamps_.end()) return static_cast<std::uint32_t>(found - stamps_.begin());
  stamps_.push_back(stamp);
  return static_cast<std::uint32_t>(stamps_.size() - 1);
}

bool Registers::put(std::string_view name, const Value& value, const Stamp& stamp, bool least) {
  auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_less);
  if (at == entries_.end() || at->name != name) {
    const std::uint32_t index = intern(stamp);
    entries_.insert(at, Entry{std::string(name), value, index});
    return true;
  }
  const Stamp& has = stamps_[at->stamp];
  const bool wins = least ? stamp < has : (stamp > has || (stamp == has && value_less(at->value, value)));
  if (!wins) return false;
  at->stamp = intern(stamp);
  at->value = value;
  return true;
}

bool Registers::merge(std::string_view name, const Value& value, const Stamp& stamp) {
  return put(name, value, stamp, false);
}

bool Registers::merge_least(std::string_view name, const Stamp& stamp) { return put(name, {}, stamp, true); }

bool Registers::merge(const Registers& other) {
  bool changed = false;
  for (const Entry& entry : other.entries_) {
    const bool least = entry.name.starts_with('~');
    changed = put(entry.name, entry.value, other.stamps_[entry.stamp], least) || changed;
  }
  return changed;
}

void Registers::clear(std::string_view name) {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_less);
  if (at != entries_.end() && at->name == name) at->value = {};
}

bool Registers::rename_event(const Stamp& stamp, std::string_view id) {
  const auto at = std::ranges::find(stamps_, stamp);
  if (at == stamps_.end()) return false;
  at->id = id;
  return true;
}

const Registers::Entry* Registers::entry(std::string_view name) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, name_less);
  return at != entries_.end() && at->name == name ? &*at : nullptr;
}

const Value* Registers::find(std::string_view name) const {
  const Entry* found = entry(name);
  return found == nullptr ? nullptr : &found->value;
}

const Stamp* Registers::stamp_of(std::string_view name) const {
  const Entry* found = entry(name);
  return found == nullptr ? nullptr : &stamps_[found->stamp];
}

std::string_view Registers::text(std::string_view name) const {
  const Value* value = find(name);
  return value == nullptr || value->is_null() ? std::string_view{} : std::string_view(value->text);
}

std::string Registers::encode() const {
  std::vector<std::uint32_t> used;
  for (const Entry& entry : entries_) used.push_back(entry.stamp);
  std::ranges::sort(used, [&](auto a, auto b) { return stamps_[a] < stamps_[b]; });
  used.erase(std::ranges::unique(used).begin(), used.end());

  std::string out;
  JsonWriter json(out);
  json.begin_object().key("s").begin_array();
  for (const std::uint32_t index : used) {
    const Stamp& stamp = stamps_[index];
    json.begin_array().number(to_nanos(stamp.time)).string(stamp.source).string(stamp.id).end_array();
  }
  json.end_array().key("r").begin_object();
  for (const Entry& entry : entries_) {
    const auto place = std::ranges::find(used, entry.stamp) - used.begin();
    json.key(entry.name).begin_array().number(std::int64_t{place});
    write_value(json, entry.value);
    json.end_array();
  }
  json.end_object().end_object();
  return out;
}

Result<Registers> Registers::decode(std::string_view text) {
  namespace ondemand = simdjson::ondemand;
  Registers out;
  if (text.empty()) return out;
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded(text);
  try {
    ondemand::document document = parser.iterate(padded);
    for (ondemand::array stamp : document["s"].get_array()) {
      Stamp read;
      std::size_t part = 0;
      for (ondemand::value value : stamp) {
        if (part == 0) read.time = from_nanos(value.get_int64());
        if (part == 1) read.source = std::string_view(value.get_string());
        if (part == 2) read.id = std::string_view(value.get_string());
        ++part;
      }
      out.stamps_.push_back(std::move(read));
    }
    for (auto field : document["r"].get_object()) {
      Entry entry;
      entry.name = std::string_view(field.unescaped_key());
      std::size_t part = 0;
      for (ondemand::value value : field.value().get_array()) {
        if (part++ == 0) {
          entry.stamp = static_cast<std::uint32_t>(value.get_uint64());
          continue;
        }
        switch (value.type()) {
          case ondemand::json_type::string:
            entry.value = Value::of_text(std::string_view(value.get_string()));
            break;
          case ondemand::json_type::number:
            entry.value = Value::of_number(trim(std::string_view(value.raw_json_token())));
            break;
          case ondemand::json_type::boolean:
            entry.value = Value::of_bool(value.get_bool());
            break;
          default:
            break;
        }
      }
      if (entry.stamp >= out.stamps_.size()) return fail(Errc::corrupt, "a stored register names no stamp");
      out.entries_.push_back(std::move(entry));
    }
  } catch (const simdjson::simdjson_error& error) {
    return fail(Errc::corrupt, std::string("stored registers are not readable: ") + error.what());
  }
  return out;
}

}  // namespace zs::state
