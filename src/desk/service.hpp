#pragma once
// Tickets in Zoho Desk, each at most once, although Desk knows no idempotency key (zoho/oauth-and-desk.md 3.4).
//
// Before the first call that writes, the intent is on disk under its key; the ticket carries a correlation in a field
// of its own. A call whose outcome is not known is never repeated before Desk's search, lag included, has said that the
// ticket is not there. After a crash every intent on disk is followed up the same way. The answer is kept and given
// again to the same key and request.
//
// Single-threaded, on the engine's thread; status() from any. It waits for nothing: neither network nor disk.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "desk/client.hpp"
#include "desk/options.hpp"
#include "desk/order.hpp"
#include "desk/portal.hpp"
#include "store/store.hpp"

namespace zs::desk {

struct Answer {
  std::string body;  // {"ticket_id","ticket_number","web_url","desk_contact_id"}
  bool replayed = false;
};

/// A copy of one moment.
struct Status {
  std::string state = "ok";  // ok, throttled, out_of_credits
  std::int64_t resume_ms = 0;
  std::int64_t calls = 0;
  std::int64_t credits_spent = 0;
  std::int64_t credits_remaining = -1;  // -1: Desk has not told
  std::int64_t tickets = 0;             // made since the start
  std::int64_t replayed = 0;            // answers given again
  std::int64_t under_way = 0;
  std::int64_t unsettled = 0;  // of those: whether the ticket was made is being found out
};

class Service {
 public:
  using Done = std::move_only_function<void(Outcome<Answer>)>;

  struct Parts {
    store::Store& store;
    Client& client;
    Portal& portal;
    const Clock& clock;
    const Options& options;
    After after;
    /// Runs a task on the engine's thread, from any other.
    std::function<void(std::move_only_function<void()>)> post;
  };
  explicit Service(Parts parts);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Takes up what a former life left unfinished.
  [[nodiscard]] Result<void> start();
  /// One ticket for one key. `wait`: how long the user may take to get into the CRM; absent: as configured.
  void open(Order order, std::string key, std::optional<Duration> wait, Done done);
  [[nodiscard]] Status status() const;

  /// Every answer of Desk, for the counters.
  std::function<void(Reply::Kind)> on_reply;

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;

  // service.cpp: keys, waiting, the end
  /// What is on disk and not done; null when it cannot be read.
  JobPtr take_up(store::DeskTicket row);
  void attend(const JobPtr& job, Done done);
  void await_user(const JobPtr& job);
  void prepare(const JobPtr& job);
  void check(const JobPtr& job);
  /// On disk first, then `next`; the job ends when its row is gone or the disk refuses.
  void commit(const JobPtr& job, store::DeskPhase phase, std::move_only_function<void()> next);
  void succeed(const JobPtr& job, const TicketHit& ticket);
  void keep_answer(const JobPtr& job);
  /// Nothing was made: the key is free again.
  void fail(const JobPtr& job, Trouble trouble);
  void end(const JobPtr& job);
  void later(const JobPtr& job, Duration pause, void (Service::*step)(const JobPtr&));
  void sweep();
  void update_status();

  // contacts.cpp: which Desk contact the user is
  void find_contact(const JobPtr& job);
  void look_up_contact(const JobPtr& job);
  void look_up_by_field(const JobPtr& job, std::vector<ContactHit> by_email);
  void choose_contact(const JobPtr& job, std::vector<ContactHit> by_email);
  void take_contact(const JobPtr& job, std::string id, bool verified);
  void refuse_ambiguous(const JobPtr& job, const std::vector<std::string>& candidates);
  void make_contact(const JobPtr& job);
  void send_contact(const JobPtr& job);
  [[nodiscard]] std::string contact_lock(const Job& job) const;
  void release_contact(const JobPtr& job);

  // tickets.cpp: the ticket itself
  [[nodiscard]] NewTicket ticket_of(const Job& job) const;
  void make_ticket(const JobPtr& job);
  void send_ticket(const JobPtr& job);
  void take_ticket_reply(const JobPtr& job, const Reply& reply);
  void settle(const JobPtr& job);
  void look_for_ticket(const JobPtr& job);
  void look_at_contacts_tickets(const JobPtr& job);
  void missed(const JobPtr& job);
  void look_again(const JobPtr& job, const Reply& reply);

  [[nodiscard]] std::int64_t now_ms() const { return to_millis(parts_.clock.now()); }

  Parts parts_;
  std::unique_ptr<store::Reader> reader_;
  std::map<std::string, JobPtr> jobs_;                    // by key
  std::map<std::string, std::deque<JobPtr>> looking_up_;  // by e-mail or user: the first is at it, the others wait
  mutable std::mutex mutex_;
  Status status_;  // guarded by mutex_
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace zs::desk
