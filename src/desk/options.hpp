#pragma once
// What the [desk] section of the configuration comes to.

#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "desk/customer.hpp"

namespace zs::desk {

struct Options {
  std::string org_id;                                        // empty: the only one there is
  std::string department_id;                                 // empty: the only one there is
  std::string correlation_field = "cf_correlation_id";       // of tickets
  std::string crm_contact_field;                             // of Desk contacts; empty: there is none
  std::string platform_user_field;                           // of Desk contacts; empty: there is none
  std::vector<FieldSource> ticket_fields;                    // what is passed into every ticket
  std::map<std::string, std::string, std::less<>> priority;  // by plan
  bool waits_for_sync = true;                                // else a user that is not in the CRM is refused at once
  Duration wait = 10s;                                       // for the user to be in the CRM
  Duration patience = 25s;                                   // for Desk, before the caller is told to ask again
  Duration contact_sync = 0s;        // how long a fresh CRM contact may take to come to Desk; 0: none comes by itself
  Duration index_lag = 180s;         // how long Desk's search may miss what was just made
  Duration keep = 24h;               // answers, by key
  bool search_before_repeat = true;  // test switch: off makes twins possible, to prove that tests see it
};

}  // namespace zs::desk
