#pragma once
// What the settings calls answer beyond what src/zoho reads: the verdict of each row, and how many tags there may be.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zs::setup {

struct RowAnswer {
  std::string code;  // SUCCESS, DUPLICATE_DATA, …
  std::string message;
  std::string about;           // details.api_name, may be empty
  std::string id;              // of the record that the row is, or is about
  bool whole_request = false;  // the envelope stood alone: nothing of the request was looked at
};

/// The rows under `fields`, `tags`, `data` or `recycle_bin`, or the one bare envelope; empty when the body is neither.
[[nodiscard]] std::vector<RowAnswer> read_rows(std::string_view json);

/// `info.allowed_count` of GET /settings/tags; 0 when it is not told.
[[nodiscard]] std::int64_t read_allowed_tags(std::string_view json);

/// Of GET /Contacts/deleted: the ids of those whose name begins with `prefix`.
[[nodiscard]] std::vector<std::string> read_deleted(std::string_view json, std::string_view prefix);

/// A Contact as GET shows it.
struct SeenContact {
  std::optional<std::string> title;  // nothing: null
  std::vector<std::string> tags;
};
[[nodiscard]] SeenContact read_contact(std::string_view json);

}  // namespace zs::setup
