#pragma once
// A record as a write wants it: every value checked, nothing changed yet. A row that is refused leaves no
// trace, not even the tags it named.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/call.hpp"

namespace zohosim {

/// A tag named by a caller; it need not exist yet.
struct TagWish {
  std::optional<TagNumber> known;
  std::string name;
};

struct Draft {
  std::vector<std::pair<const Field*, StoredValue>> values;
  std::optional<std::uint16_t> owner;
  std::optional<std::vector<TagWish>> tags;

  [[nodiscard]] const StoredValue* find(std::string_view field) const;
};

struct RowContext {
  const Call& call;
  Module& module;
  const ExternalHeader& external;
  std::size_t index;

  [[nodiscard]] Where where(std::string_view field) const {
    return {std::string(field), "$.data[" + std::to_string(index) + "]." + std::string(field)};
  }
};

/// Checks the types and forms of a row's values. Names that the module does not know are dropped in silence,
/// and so are read-only fields.
[[nodiscard]] Checked<Draft> read_draft(const RowContext& context, const Json& row);
[[nodiscard]] Checked<> check_mandatory_given(const RowContext& context, const Json& row);
/// An update may not take a mandatory value away.
[[nodiscard]] Checked<> check_mandatory_kept(const RowContext& context, const Draft& draft, const Record& record);
/// No other live record has one of the draft's key values. `self` is the record that is being updated.
[[nodiscard]] Checked<> check_unique(const RowContext& context, const Draft& draft, std::optional<Slot> self);
/// Stage against pipeline, and a Deal's Contact against its Account, of the record as it will be.
[[nodiscard]] Checked<> check_deal(const RowContext& context, const Draft& draft, const Record* record);

/// `$append_values`: what a multi-select field held stays beside what is given.
void append_picks(const Json& row, const Record& record, Draft& draft);

/// Writes a draft's values and owner (not its tags) in the name of a user.
void apply(const Draft& draft, Organization& org, Module& module, Slot slot, std::uint16_t user, std::int64_t now_ms);

/// How many tags one record may have, and one module (crm-api.md 3.1).
[[nodiscard]] std::size_t tags_per_record(Edition edition);
[[nodiscard]] std::size_t tags_per_module(Edition edition);

/// Reads `[{"name":…} or {"id":…}]`; `path` is where the list stands, as "$.tags".
[[nodiscard]] Checked<std::vector<TagWish>> read_tag_wishes(const Module& module, const Json& list,
                                                            const std::string& path, const Options& options);
/// Turns wishes into tags, making those that do not exist.
[[nodiscard]] std::vector<TagNumber> fulfil(const Call& call, Module& module, const std::vector<TagWish>& wishes);

}  // namespace zohosim
