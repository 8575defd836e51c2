#pragma once
// A ticket on its way, in memory. For the .cpp files of Service only.

#include "desk/service.hpp"

namespace zs::desk {

struct Service::Job {
  Order order;
  store::DeskTicket row;  // key, fingerprint and the like; on disk once `durable`
  Customer customer;
  Done done;                   // of whoever waits; null: nobody (any more)
  std::uint64_t attended = 0;  // tells the alarm of an earlier caller from that of the present one
  store::Seq up_to = 0;        // what was in the ledger when it was asked for
  Time user_by{};              // the user has to be in the CRM by then
  std::string department_id;
  Time contact_not_before{};  // a Desk contact may come, or come to light, until then: none is made before
  int looks = 0;              // in vain, one after the other
  int sendings = 0;
  bool durable = false;
  bool in_doubt = false;  // a ticket may have been made
  bool contact_redone = false;
  std::string contact_lock;  // its line in looking_up_; empty: in none
  bool ending = false;       // decided; only the disk is waited for
  bool over = false;
};

}  // namespace zs::desk
