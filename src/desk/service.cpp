#include "desk/service.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "desk/job.hpp"

namespace zs::desk {
namespace {

constexpr std::string_view k_meta_stopped = "desk.stopped_until_ms";
constexpr Duration k_user_pause = 50ms;
constexpr Duration k_sweep_every = 1h;
constexpr Duration k_disk_pause = 10s;
constexpr std::size_t k_max_jobs = 1'000;

std::string answer_of(const TicketHit& ticket, std::string_view contact_id) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("ticket_id", ticket.id).field("ticket_number", ticket.number);
  json.field("web_url", ticket.web_url);
  json.field("desk_contact_id", ticket.contact_id.empty() ? contact_id : std::string_view(ticket.contact_id));
  json.end_object();
  return out;
}

Trouble other_request() {
  return {422,
          "idempotency_key_reused",
          "this Idempotency-Key was used for another request: use a new key for a new ticket, or send the same body",
          0,
          {}};
}

Trouble store_trouble(const Error& error) {
  return {503,
          error.code == Errc::full ? "disk_full" : "unavailable",
          error.text + ": nothing was made, send it again",
          30,
          {}};
}

}  // namespace

Service::Service(Parts parts) : parts_(std::move(parts)) {
  parts_.client.on_stopped = [this](Time until) {
    parts_.store.write_async(
        [text = std::to_string(to_millis(until))](store::Transaction& tx) { return tx.set_meta(k_meta_stopped, text); },
        [](const Result<void>&) {});
  };
  parts_.client.on_reply = [this](Reply::Kind kind) {
    update_status();
    if (on_reply) on_reply(kind);
  };
}

Service::~Service() {
  *alive_ = false;
  parts_.client.on_stopped = nullptr;
  parts_.client.on_reply = nullptr;
}

Result<void> Service::start() {
  ZS_ASSIGN(reader_, parts_.store.reader());
  ZS_ASSIGN(const std::optional<std::string> stopped, reader_->meta(k_meta_stopped));
  if (stopped) parts_.client.stop_until(from_millis(std::strtoll(stopped->c_str(), nullptr, 10)));
  ZS_ASSIGN(std::vector<store::DeskTicket> unfinished, reader_->unfinished_desk_tickets());
  for (store::DeskTicket& row : unfinished) {
    if (!take_up(std::move(row))) log::error("an unfinished Desk ticket in the store cannot be read");
  }
  if (!unfinished.empty()) log::info("unfinished Desk tickets are followed up", {{"count", unfinished.size()}});
  sweep();
  update_status();
  return {};
}

void Service::open(Order order, std::string key, std::optional<Duration> wait, Done done) {
  if (!reader_) return done(refuse(503, "starting", "Desk's side of the daemon is not up yet: send it again", 1));
  const std::string fingerprint = fingerprint_of(order);
  if (const auto found = jobs_.find(key); found != jobs_.end()) {
    const JobPtr job = found->second;
    if (job->row.fingerprint != fingerprint) return done(std::unexpected(other_request()));
    if (job->done) {
      return done(
          refuse(409, "in_progress",
                 "a request with this Idempotency-Key is being worked on: wait for its answer, or send it again "
                 "in a moment",
                 1));
    }
    attend(job, std::move(done));
    return;
  }
  auto known = reader_->desk_ticket(key);
  if (!known) return done(std::unexpected(store_trouble(known.error())));
  if (*known) {
    if ((*known)->fingerprint != fingerprint) return done(std::unexpected(other_request()));
    if ((*known)->phase != store::DeskPhase::done) {
      // The disk would not let it go when it had failed.
      if (const JobPtr job = take_up(std::move(**known))) return attend(job, std::move(done));
      return done(refuse(503, "unavailable", "what the store has under this key cannot be read: use a new key"));
    }
    {
      const std::lock_guard lock(mutex_);
      ++status_.replayed;
    }
    return done(Answer{(*known)->answer, true});
  }
  if (jobs_.size() >= k_max_jobs) {
    return done(refuse(503, "desk_busy", "too many tickets are being made: nothing was made, send it again", 5));
  }
  const auto last = reader_->last_seq();
  if (!last) return done(std::unexpected(store_trouble(last.error())));

  auto job = std::make_shared<Job>();
  job->row.key = std::move(key);
  job->row.fingerprint = fingerprint;
  job->row.user_key = order.user_id;
  job->row.order = encode_order(order);
  job->row.created_ms = now_ms();
  job->row.correlation =
      "zs" + sha256_hex(job->row.key + '\n' + fingerprint + '\n' + std::to_string(job->row.created_ms)).substr(0, 32);
  job->order = std::move(order);
  job->up_to = *last;
  const Duration otherwise = parts_.options.waits_for_sync ? parts_.options.wait : Duration{0};
  job->user_by = parts_.clock.now() + wait.value_or(otherwise);
  jobs_.emplace(job->row.key, job);
  attend(job, std::move(done));
  await_user(job);
}

Service::JobPtr Service::take_up(store::DeskTicket row) {
  auto order = decode_order(row.order);
  if (!order) return nullptr;
  auto job = std::make_shared<Job>();
  job->order = std::move(*order);
  job->row = std::move(row);
  job->durable = true;
  jobs_.emplace(job->row.key, job);
  if (job->row.phase == store::DeskPhase::ticket_sent) {
    settle(job);
  } else {
    // The contact may be there; its search must be given the time to show it.
    job->contact_not_before = from_millis(job->row.phase_ms) + parts_.options.index_lag;
    await_user(job);
  }
  return job;
}

void Service::attend(const JobPtr& job, Done done) {
  job->done = std::move(done);
  update_status();
  const Time now = parts_.clock.now();
  const Duration patience = std::max(job->user_by - now, Duration{0}) + parts_.options.patience;
  parts_.after(patience, [this, alive = alive_, job, turn = ++job->attended] {
    if (!*alive || job->over || job->ending || !job->done || turn != job->attended) return;
    if (!job->durable) {
      if (parts_.clock.now() < job->contact_not_before) {
        return fail(job, {503,
                          "contact_not_in_desk",
                          "the CRM contact has not come to Desk yet: nothing was made, send it again in a moment",
                          10,
                          {}});
      }
      return fail(job, {503, "desk_slow", "Desk takes too long: nothing was made, send it again", 5, {}});
    }
    // What is on disk is followed up; only the caller is let go.
    std::exchange(job->done, nullptr)(refuse(
        503, "ticket_unsettled",
        "Desk has not told whether the ticket was made, which is being found out: send the same request with the "
        "same Idempotency-Key again; that never makes a second ticket",
        10));
  });
}

void Service::await_user(const JobPtr& job) {
  if (job->over) return;
  auto customer = load_customer(*reader_, job->order.user_id);
  if (!customer) return fail(job, store_trouble(customer.error()));
  const bool may_wait = parts_.clock.now() < job->user_by;
  if (*customer && !(*customer)->crm_contact_id.empty()) {
    job->customer = std::move(**customer);
    // In the CRM, and not all of it yet: as fresh as can be.
    if (job->customer.synced_ms == 0) job->customer.synced_ms = now_ms();
    prepare(job);
    return;
  }
  if (!*customer) {
    // It may be in an event that is accepted and not folded yet.
    const auto cursor = reader_->fold_cursor();
    if (!may_wait || !cursor || *cursor >= job->up_to) {
      return fail(job, {404, "not_found", "no event has told of this user", 0, {}});
    }
  } else if (!may_wait) {
    const bool held = (*customer)->is_held;
    return fail(job, {409,
                      "not_synced",
                      held ? "the user's record is held and not in the CRM: zohosync held list says what would mend it"
                           : "the user is not in the CRM yet: send it again, or let it wait with ?wait=SECONDS",
                      held ? 0 : 5,
                      {}});
  }
  later(job, k_user_pause, &Service::await_user);
}

void Service::prepare(const JobPtr& job) {
  parts_.portal.with_department(job->order.department_id,
                                [this, alive = alive_, job](const Outcome<std::string>& department) {
                                  if (!*alive || job->over) return;
                                  if (!department) return fail(job, department.error());
                                  job->department_id = *department;
                                  check(job);
                                });
}

void Service::check(const JobPtr& job) {
  parts_.portal.with_layout(job->department_id, [this, alive = alive_, job](const Portal::LayoutPtr& layout) {
    if (!*alive || job->over) return;
    if (layout) {
      std::vector<FieldTrouble> faults = faults_of(ticket_of(*job), *layout);
      if (!faults.empty()) {
        std::string detail = "the ticket does not fit the department's layout: " + joined(faults);
        return fail(job, {422, "ticket_refused", std::move(detail), 0, std::move(faults)});
      }
    }
    find_contact(job);
  });
}

void Service::commit(const JobPtr& job, store::DeskPhase phase, std::move_only_function<void()> next) {
  job->row.phase = phase;
  job->row.phase_ms = now_ms();
  auto kept = std::make_shared<bool>(false);
  // From here on it may be on disk: nobody may take it for something that has left no trace.
  const bool was_durable = std::exchange(job->durable, true);
  parts_.store.write_async(
      [row = job->row, durable = was_durable, kept](store::Transaction& tx) -> Result<void> {
        *kept = false;
        // Whoever is erased between the request and this moment gets no ticket.
        ZS_ASSIGN(const auto user, tx.find(event::Kind::user, row.user_key));
        if (!user) return {};
        if (durable) {
          ZS_ASSIGN(*kept, tx.advance_desk_ticket(row));
        } else {
          ZS_ASSIGN(*kept, tx.claim_desk_ticket(row));
        }
        return {};
      },
      [this, alive = alive_, post = parts_.post, job, kept, next = std::move(next)](Result<void> done) mutable {
        post([this, alive, job, kept, done = std::move(done), next = std::move(next)]() mutable {
          if (!*alive || job->over || job->ending) return;
          if (!done) return fail(job, store_trouble(done.error()));
          if (!*kept) return fail(job, {404, "not_found", "no event has told of this user", 0, {}});
          next();
        });
      });
}

void Service::succeed(const JobPtr& job, const TicketHit& ticket) {
  job->ending = true;
  job->in_doubt = false;
  job->row.phase = store::DeskPhase::done;
  job->row.phase_ms = now_ms();
  job->row.order.clear();
  job->row.answer = answer_of(ticket, job->row.contact_id);
  {
    const std::lock_guard lock(mutex_);
    ++status_.tickets;
  }
  log::info("a Desk ticket was made",
            {{"ticket", ticket.id}, {"user", job->row.user_key}, {"sendings", job->sendings}});
  keep_answer(job);
}

void Service::keep_answer(const JobPtr& job) {
  parts_.store.write_async(
      [row = job->row](store::Transaction& tx) -> Result<void> {
        // False for a user who was erased meanwhile: then there is nothing to keep.
        ZS_TRY(tx.advance_desk_ticket(row));
        return {};
      },
      [this, alive = alive_, post = parts_.post, job](Result<void> done) mutable {
        post([this, alive, job, done = std::move(done)] {
          if (!*alive || job->over) return;
          if (job->done) std::exchange(job->done, nullptr)(Answer{job->row.answer, false});
          if (done) return end(job);
          // What is on disk still says that it was sent: after a crash it would be looked for, not made again.
          log::warn("the answer to a ticket could not be kept yet", {{"reason", done.error().text}});
          later(job, k_disk_pause, &Service::keep_answer);
        });
      });
}

void Service::fail(const JobPtr& job, Trouble trouble) {
  if (job->over || std::exchange(job->ending, true)) return;
  if (!job->done) {
    log::warn("a Desk ticket that nobody waits for any more was not made",
              {{"user", job->row.user_key}, {"code", trouble.code}});
  }
  if (!job->durable) {
    Done done = std::exchange(job->done, nullptr);
    end(job);
    if (done) done(std::unexpected(std::move(trouble)));
    return;
  }
  // The key is free before the caller hears of it: what it sends next must not meet this row.
  parts_.store.write_async(
      [key = job->row.key](store::Transaction& tx) { return tx.drop_desk_ticket(key); },
      [this, alive = alive_, post = parts_.post, job, trouble = std::move(trouble)](const Result<void>&) mutable {
        post([this, alive, job, trouble = std::move(trouble)]() mutable {
          if (!*alive || job->over) return;
          Done done = std::exchange(job->done, nullptr);
          end(job);
          if (done) done(std::unexpected(std::move(trouble)));
        });
      });
}

void Service::end(const JobPtr& job) {
  job->over = true;
  const auto found = jobs_.find(job->row.key);
  if (found != jobs_.end() && found->second == job) jobs_.erase(found);
  release_contact(job);
  update_status();
}

void Service::later(const JobPtr& job, Duration pause, void (Service::*step)(const JobPtr&)) {
  parts_.after(pause, [this, alive = alive_, job, step] {
    if (*alive && !job->over) (this->*step)(job);
  });
}

void Service::sweep() {
  const std::int64_t before = to_millis(parts_.clock.now() - parts_.options.keep);
  parts_.store.write_async([before](store::Transaction& tx) { return tx.sweep_desk_tickets(before); },
                           [](const Result<void>&) {});
  parts_.after(k_sweep_every, [this, alive = alive_] {
    if (*alive) sweep();
  });
}

void Service::update_status() {
  const Client::Usage& usage = parts_.client.usage();
  const Time now = parts_.clock.now();
  const std::lock_guard lock(mutex_);
  status_.state = now < usage.stopped_until ? "out_of_credits" : now < usage.paused_until ? "throttled" : "ok";
  status_.resume_ms = status_.state == "ok" ? 0 : to_millis(std::max(usage.stopped_until, usage.paused_until));
  status_.calls = usage.calls;
  status_.credits_spent = usage.credits_spent;
  status_.credits_remaining = usage.credits_remaining;
  status_.under_way = static_cast<std::int64_t>(jobs_.size());
  status_.unsettled = std::ranges::count_if(jobs_, [](const auto& entry) { return entry.second->in_doubt; });
}

Status Service::status() const {
  const std::lock_guard lock(mutex_);
  Status status = status_;
  // What ended by itself since the last call is over, whether or not somebody has called since.
  if (status.resume_ms != 0 && now_ms() >= status.resume_ms) {
    status.state = "ok";
    status.resume_ms = 0;
  }
  return status;
}

}  // namespace zs::desk
