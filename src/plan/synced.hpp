#pragma once
// What Zoho is believed to hold in the fields and tags that are ours. A field that is not in here is in
// doubt: it was never sent, or a call that carried it is under way or was lost. Before a call goes out, what
// it carries is put in doubt durably, so that no crash can make us believe an old value.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace zs::plan {

/// Zoho field name -> value as canonical JSON text (`"Ann"`, `49.00`, `null`, `{"id":"555"}`).
using Fields = std::map<std::string, std::string, std::less<>>;
using Tags = std::set<std::string, std::less<>>;

struct Synced {
  Fields fields;
  Tags tags;        // ours that the record has
  Tags tags_doubt;  // ours that it may or may not have
  Fields refused;   // values that Zoho would not take: not sent again until they change

  // Contact roles of a Deal, by contact id; plain text, not JSON.
  Fields roles{};        // entries that we made, with the role's name
  Fields roles_doubt{};  // what a call that is under way or was lost would set; empty: it takes the entry away
  Tags roles_theirs{};   // contacts whose entry a person has made or changed

  void doubt(const Fields& sent);
  void doubt_tags(const Tags& touched);
  void doubt_roles(const Fields& sent, const Tags& gone);
  /// Nothing is sure of the entries any more: they may be those of another record.
  void doubt_all_roles();
  /// Whoever this was, nothing of them is kept.
  void forget_contact(std::string_view contact);
  bool operator==(const Synced&) const = default;

  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static Result<Synced> decode(std::string_view text);
};

}  // namespace zs::plan
