#include "core/json.hpp"

#include <simdjson.h>

#include <charconv>

#include "base/text.hpp"

namespace zohosim {
namespace {

namespace od = simdjson::ondemand;

constexpr int k_deepest = 32;

std::unexpected<zs::Error> bad(std::string_view why) { return zs::fail(zs::Errc::invalid, std::string(why)); }

/// On-demand parsing accepts what it is not asked about, so every value is asked for, numbers too.
zs::Result<Json> build(od::value value, int depth);

zs::Result<Json> build_number(od::value value) {
  Json out{Json::Kind::number, std::string(zs::trim(value.raw_json_token())), {}, {}};
  double read = 0;
  if (value.get_double().get(read) != simdjson::SUCCESS) return bad("a broken number");
  return out;
}

zs::Result<Json> build_array(od::value value, int depth) {
  Json out{Json::Kind::array, {}, {}, {}};
  od::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return bad("a broken array");
  for (auto element : array) {
    od::value item;
    if (element.get(item) != simdjson::SUCCESS) return bad("a broken array");
    ZS_ASSIGN(auto built, build(item, depth + 1));
    out.items.push_back(std::move(built));
  }
  return out;
}

zs::Result<Json> build_object(od::value value, int depth) {
  Json out{Json::Kind::object, {}, {}, {}};
  od::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return bad("a broken object");
  for (auto member : object) {
    std::string_view name;
    od::value item;
    if (member.unescaped_key().get(name) != simdjson::SUCCESS) return bad("a broken member name");
    out.names.emplace_back(name);
    if (member.value().get(item) != simdjson::SUCCESS) return bad("a broken member");
    ZS_ASSIGN(auto built, build(item, depth + 1));
    out.items.push_back(std::move(built));
  }
  return out;
}

zs::Result<Json> build(od::value value, int depth) {
  if (depth > k_deepest) return bad("nested too deeply");
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return bad("no value");
  switch (type) {
    case od::json_type::array:
      return build_array(value, depth);
    case od::json_type::object:
      return build_object(value, depth);
    case od::json_type::number:
      return build_number(value);
    case od::json_type::string: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return bad("a broken string");
      return Json{Json::Kind::string, std::string(text), {}, {}};
    }
    case od::json_type::boolean: {
      bool flag = false;
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return bad("neither true nor false");
      return Json{Json::Kind::boolean, flag ? "true" : "false", {}, {}};
    }
    case od::json_type::null: {
      bool null = false;
      if (value.is_null().get(null) != simdjson::SUCCESS || !null) return bad("not null");
      return Json{};
    }
  }
  return bad("no value");
}

}  // namespace

const Json* Json::find(std::string_view name) const {
  for (std::size_t i = names.size(); i-- > 0;) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::string_view Json::string_or(std::string_view name, std::string_view otherwise) const {
  const Json* member = find(name);
  return member != nullptr && member->is_string() ? std::string_view(member->text) : otherwise;
}

std::int64_t Json::integer_or(std::string_view name, std::int64_t otherwise) const {
  const Json* member = find(name);
  if (member == nullptr || !member->is_number()) return otherwise;
  std::int64_t value = otherwise;
  std::from_chars(member->text.data(), member->text.data() + member->text.size(), value);
  return value;
}

double Json::double_or(std::string_view name, double otherwise) const {
  const Json* member = find(name);
  if (member == nullptr || !member->is_number()) return otherwise;
  double value = otherwise;
  std::from_chars(member->text.data(), member->text.data() + member->text.size(), value);
  return value;
}

bool Json::true_at(std::string_view name) const {
  const Json* member = find(name);
  return member != nullptr && member->is_true();
}

zs::Result<Json> parse_json(std::string_view text) {
  const std::string_view trimmed = zs::trim(text);
  // A document that is a bare scalar has another type in simdjson, and no call of Zoho's takes one.
  if (trimmed.empty() || (trimmed[0] != '{' && trimmed[0] != '[')) return bad("neither an object nor an array");
  const simdjson::padded_string padded(trimmed);
  od::parser parser;
  od::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return bad("not JSON");
  od::value root;
  if (document.get_value().get(root) != simdjson::SUCCESS) return bad("not JSON");
  ZS_ASSIGN(auto built, build(root, 0));
  const char* rest = nullptr;
  if (document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS) return bad("something follows the document");
  return built;
}

void write_json(zs::JsonWriter& out, const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
      out.null();
      return;
    case Json::Kind::boolean:
    case Json::Kind::number:
      out.raw(value.text);
      return;
    case Json::Kind::string:
      out.string(value.text);
      return;
    case Json::Kind::array:
      out.begin_array();
      for (const Json& item : value.items) write_json(out, item);
      out.end_array();
      return;
    case Json::Kind::object:
      out.begin_object();
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        out.key(value.names[i]);
        write_json(out, value.items[i]);
      }
      out.end_object();
      return;
  }
}

}  // namespace zohosim
