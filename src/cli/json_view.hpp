#pragma once
// Reading a JSON view leniently, for text. For .cpp files of this folder: it brings simdjson in.

#include <simdjson.h>

#include <string>
#include <string_view>

#include "cli/output.hpp"

namespace zs::cli {

/// A view with the memory it lives in.
class JsonView {
 public:
  explicit JsonView(std::string_view json)
      : is_json_(parser_.parse(json.data(), json.size()).get(root_) == simdjson::SUCCESS && root_.is_object()) {}

  [[nodiscard]] bool is_json() const { return is_json_; }
  /// Only of what is JSON.
  [[nodiscard]] simdjson::dom::element root() const { return root_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  bool is_json_;
};

/// A scalar as people read it, a list or object as JSON; printable.
inline std::string shown(simdjson::dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return printable(text);
  return value.is_null() ? std::string{} : printable(simdjson::minify(value));
}

inline std::string shown(simdjson::dom::element parent, std::string_view key) {
  simdjson::dom::element value;
  return parent[key].get(value) == simdjson::SUCCESS ? shown(value) : std::string{};
}

inline std::int64_t number(simdjson::dom::element parent, std::string_view key) {
  std::int64_t value = 0;
  return parent[key].get(value) == simdjson::SUCCESS ? value : 0;
}

inline bool truth(simdjson::dom::element parent, std::string_view key) {
  bool value = false;
  return parent[key].get(value) == simdjson::SUCCESS && value;
}

/// Calls back for the elements of a list; not at all when it is not there.
template <class Use>
void for_each(simdjson::dom::element parent, std::string_view key, Use use) {
  simdjson::dom::array values;
  if (parent[key].get(values) != simdjson::SUCCESS) return;
  for (const simdjson::dom::element value : values) use(value);
}

/// The same for the members of an object.
template <class Use>
void for_each_member(simdjson::dom::element parent, std::string_view key, Use use) {
  simdjson::dom::object members;
  if (parent[key].get(members) != simdjson::SUCCESS) return;
  for (const auto& [name, value] : members) use(name, value);
}

}  // namespace zs::cli
