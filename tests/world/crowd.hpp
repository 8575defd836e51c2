#pragma once
// People at work in the CRM while the daemon syncs: they write notes and tags that are not ours, change fields that
// are, lock records and unlock them, delete some, and make Contacts of their own. Remembers what it did, so that a test
// can say what must still be there and what the difference to the oracle may be.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "world/world.hpp"

namespace zs::world {

class Crowd {
 public:
  Crowd(World& world, Random& random) : world_(world), random_(random) {}

  /// Contacts by hand, before the platform tells of some of these people: each is one person's only candidate.
  void make_contacts(const std::vector<store::NewEvent>& history);
  /// A few acts on records that are there now.
  void work();
  /// Every lock is opened again.
  void go_home();

  /// What people did and somebody undid; differences in words.
  [[nodiscard]] std::vector<std::string> losses();
  /// A difference to the oracle that comes from a person's own act and stands until the platform speaks of it again.
  [[nodiscard]] bool explains(const std::string& difference) const;
  /// Users whose Contact a person changed or deleted, by platform id.
  [[nodiscard]] std::vector<std::string> touched_users() const;
  /// The platform has spoken of this user since: its Contact must be right again.
  void spoken_of(const std::string& user) { touched_.erase(user); }

 private:
  struct Mark {
    plan::Module module = plan::Module::contacts;
    std::string note;                // in a field that is not mapped; empty: none
    std::set<std::string> tags;      // foreign ones that must be there
    std::set<std::string> untagged;  // that a person took off again
    bool locked = false;
    bool gone = false;
  };

  void act(plan::Module module, const test::CrmRecord& record);
  void change(plan::Module module, const std::string& zoho_id, const std::string& body);

  World& world_;
  Random& random_;
  int next_ = 0;
  std::map<std::string, Mark> marks_;                     // by Zoho id
  std::map<std::string, std::set<std::string>> touched_;  // user -> how the differences begin that this explains
  std::set<std::string> deleted_;                         // users
};

}  // namespace zs::world
