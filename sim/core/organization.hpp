#pragma once
// One CRM organization: its modules with their records and tags, its users, its ids. Everything that
// happens to records goes through here, so that counts and indexes stay true.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"
#include "core/record_store.hpp"
#include "core/role_book.hpp"
#include "core/schema.hpp"
#include "core/tag_book.hpp"
#include "core/watch_book.hpp"

namespace zohosim {

struct User {
  std::uint64_t id = 0;
  std::uint64_t zuid = 0;
  std::string first_name;
  std::string last_name;
  std::string email;

  [[nodiscard]] std::string full_name() const { return first_name + " " + last_name; }
};

struct Deletion {
  Slot slot = 0;
  std::int64_t at_ms = 0;
  std::string display_name;
  bool listed = true;
};

struct Module {
  ModuleSchema schema;
  RecordStore records;
  TagBook tags;
  std::vector<Deletion> deletions;  // oldest first
  std::size_t emptied = 0;          // so many of them are gone for good for their age
  std::size_t forgotten = 0;        // and so many are listed no longer
};

inline constexpr std::uint16_t k_api_user = 0;  // who the tokens act as
inline constexpr std::uint16_t k_person = 1;    // who works in the CRM's own pages

class Organization {
 public:
  explicit Organization(const Options& options);

  [[nodiscard]] std::vector<std::unique_ptr<Module>>& modules() { return modules_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Module>>& modules() const { return modules_; }
  [[nodiscard]] Module* find(std::string_view module);
  [[nodiscard]] const Module* find(std::string_view module) const;
  [[nodiscard]] const std::vector<User>& users() const { return users_; }
  [[nodiscard]] std::optional<std::uint16_t> user(std::uint64_t id) const;
  [[nodiscard]] IdSequence& ids() { return ids_; }
  [[nodiscard]] std::uint64_t zgid() const { return zgid_; }
  [[nodiscard]] WatchBook& watches() { return watches_; }
  [[nodiscard]] RoleBook& roles() { return roles_; }
  [[nodiscard]] const RoleBook& roles() const { return roles_; }

  /// A custom field, with the index it needs.
  const Field& add_field(Module& module, Field field);

  Slot add_record(Module& module, Record record);
  /// A deal's Contact_Name as it stands now; `former`: as it stood.
  void note_deal_contact(const Module& module, Slot slot, std::string_view former);
  /// Fields of a record were written: those who watch are told.
  void note_edit(const Module& module, Slot slot);
  /// Replaces a record's tags; the book's counts follow.
  void set_tags(Module& module, Slot slot, std::vector<TagNumber> tags);
  TagNumber tag_named(Module& module, std::string_view name, std::int64_t now_ms);
  void delete_tag(Module& module, TagNumber number);
  /// Who had `merged` has `kept`; `merged` is no more.
  void merge_tags(Module& module, TagNumber kept, TagNumber merged);
  void delete_record(Module& module, Slot slot, std::int64_t now_ms, bool listed = true);
  /// Whether criteria and COQL see tags.
  [[nodiscard]] bool searches_tags() const { return searches_tags_; }
  /// Whether a lookup still names a record that lies in the recycle bin.
  [[nodiscard]] bool names_recycled_parents() const { return parent_deleted_ == ParentDeleted::stays; }
  void restore_record(Module& module, Slot slot);
  void purge_record(Module& module, Slot slot);
  /// What lies in the bin for 60 days is gone for good, and after 120 even its id is forgotten (crm-api.md 2.5, 2.6).
  void empty_bin(std::int64_t now_ms);
  /// Losers go, what hung on them hangs on the master; Zoho leaves no redirect (crm-api.md 2.7).
  void merge_records(Module& module, Slot master, const std::vector<Slot>& losers, std::int64_t now_ms, bool listed);

  [[nodiscard]] std::string display_name(const Module& module, const Record& record) const;

 private:
  void count_tags(Module& module, const Record& record, int by);
  void delete_deals_of(const Module& parents, Slot parent, std::int64_t now_ms);

  ParentDeleted parent_deleted_;
  bool searches_tags_;
  bool deal_contact_has_role_;
  IdSequence ids_;
  std::vector<User> users_;
  std::uint64_t zgid_ = 0;
  std::vector<std::unique_ptr<Module>> modules_;
  WatchBook watches_;
  RoleBook roles_;
};

/// The value of a field of a record as stored text; Full_Name is made up of its parts.
[[nodiscard]] std::optional<std::string> stored_text(const Module& module, const Record& record, const Field& field);

/// Marks "Module.Field" as mandatory in its layout; false when the org lacks it.
bool make_mandatory(Organization& org, std::string_view name);

/// Which field holds a platform's id in each module; twins are two live records with one value there.
[[nodiscard]] std::string_view identity_field(std::string_view module);

}  // namespace zohosim
