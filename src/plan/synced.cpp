// Stored as {"f":{"Email":"a@b"},"r":{},"t":["lifecycle-trial"],"d":["plan-pro"],"cr":{"77":"Decision Maker"},"cd":{},
// "ct":["78"]}; all but "f" only when not empty.
#include "plan/synced.hpp"

#include <simdjson.h>

#include "base/json.hpp"
#include "base/text.hpp"

namespace zs::plan {
namespace {

template <class Composite>
std::string_view raw(Composite composite) {
  return composite.raw_json();
}

}  // namespace

void Synced::doubt(const Fields& sent) {
  for (const auto& [name, value] : sent) fields.erase(name);
}

void Synced::doubt_tags(const Tags& touched) {
  for (const std::string& tag : touched) {
    tags.erase(tag);
    tags_doubt.insert(tag);
  }
}

void Synced::doubt_roles(const Fields& sent, const Tags& gone) {
  for (const auto& [contact, role] : sent) roles_doubt.insert_or_assign(contact, role);
  for (const std::string& contact : gone) roles_doubt.insert_or_assign(contact, std::string());
}

void Synced::doubt_all_roles() {
  for (const auto& [contact, role] : roles) roles_doubt.try_emplace(contact, role);
}

void Synced::forget_contact(std::string_view contact) {
  for (Fields* some : {&roles, &roles_doubt})
    std::erase_if(*some, [&](const auto& one) { return one.first == contact; });
  std::erase_if(roles_theirs, [&](const std::string& one) { return one == contact; });
}

std::string Synced::encode() const {
  std::string out;
  if (*this == Synced{}) return out;
  JsonWriter json(out);
  const auto list = [&](std::string_view name, const Tags& names) {
    if (names.empty()) return;
    json.key(name).begin_array();
    for (const std::string& tag : names) json.string(tag);
    json.end_array();
  };
  const auto object = [&](std::string_view name, const Fields& values) {
    json.key(name).begin_object();
    for (const auto& [field, value] : values) json.key(field).raw(value);
    json.end_object();
  };
  json.begin_object();
  object("f", fields);
  if (!refused.empty()) object("r", refused);
  list("t", tags);
  list("d", tags_doubt);
  const auto texts = [&](std::string_view name, const Fields& values) {
    if (values.empty()) return;
    json.key(name).begin_object();
    for (const auto& [contact, role] : values) json.field(contact, role);
    json.end_object();
  };
  texts("cr", roles);
  texts("cd", roles_doubt);
  list("ct", roles_theirs);
  json.end_object();
  return out;
}

Result<Synced> Synced::decode(std::string_view text) {
  namespace ondemand = simdjson::ondemand;
  Synced out;
  if (text.empty()) return out;
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded(text);
  try {
    ondemand::document document = parser.iterate(padded);
    for (auto part : document.get_object()) {
      const std::string_view key = part.unescaped_key();
      if (key == "f" || key == "r") {
        Fields& into = key == "f" ? out.fields : out.refused;
        for (auto field : part.value().get_object()) {
          std::string name{std::string_view(field.unescaped_key())};
          ondemand::value value = field.value();
          std::string_view json;
          if (value.type() == ondemand::json_type::object) {
            json = raw(ondemand::object(value.get_object()));
          } else if (value.type() == ondemand::json_type::array) {
            json = raw(ondemand::array(value.get_array()));
          } else {
            json = value.raw_json_token();
          }
          into.emplace(std::move(name), std::string(trim(json)));
        }
      } else if (key == "cr" || key == "cd") {
        Fields& into = key == "cr" ? out.roles : out.roles_doubt;
        for (auto entry : part.value().get_object()) {
          std::string contact{std::string_view(entry.unescaped_key())};
          into.emplace(std::move(contact), std::string(std::string_view(entry.value().get_string())));
        }
      } else {
        Tags& tags = key == "t" ? out.tags : key == "ct" ? out.roles_theirs : out.tags_doubt;
        for (ondemand::value tag : part.value().get_array()) tags.emplace(std::string_view(tag.get_string()));
      }
    }
  } catch (const simdjson::simdjson_error& error) {
    return fail(Errc::corrupt, std::string("a stored synced state is not readable: ") + error.what());
  }
  return out;
}

}  // namespace zs::plan
