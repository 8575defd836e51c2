// Service: the ticket itself, and finding out whether it was made.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "desk/job.hpp"

namespace zs::desk {
namespace {

constexpr Duration k_first_look_pause = 1s;
constexpr Duration k_longest_look_pause = 30s;
constexpr Duration k_longest_outage_pause = 5min;
// Desk's clock and ours may differ by so much.
constexpr Duration k_clock_margin = 5min;
constexpr int k_max_sendings = 5;

bool names_contact(const std::vector<FieldTrouble>& fields) {
  return std::ranges::any_of(
      fields, [](const FieldTrouble& one) { return one.field == "/contactId" || one.field == "contactId"; });
}

}  // namespace

NewTicket Service::ticket_of(const Job& job) const {
  const Options& options = parts_.options;
  NewTicket ticket;
  ticket.department_id = job.department_id;
  ticket.contact_id = job.row.contact_id;
  ticket.subject = job.order.subject;
  ticket.description = job.order.description;
  ticket.fields = job.order.fields;
  ticket.custom = job.order.custom;
  // What the caller says goes before what is configured.
  for (auto& [field, value] : values_for(options.ticket_fields, job.customer)) {
    (field.starts_with("cf_") ? ticket.custom : ticket.fields).emplace(field, value);
  }
  if (const auto priority = options.priority.find(job.customer.plan); priority != options.priority.end()) {
    ticket.fields.emplace("priority", priority->second);
  }
  ticket.custom.insert_or_assign(options.correlation_field, job.row.correlation);
  return ticket;
}

void Service::make_ticket(const JobPtr& job) {
  if (job->over) return;
  commit(job, store::DeskPhase::ticket_sent, [this, job] { send_ticket(job); });
}

void Service::send_ticket(const JobPtr& job) {
  ++job->sendings;
  parts_.client.send(create_ticket(ticket_of(*job)), [this, alive = alive_, job](const Reply& reply) {
    if (*alive && !job->over) take_ticket_reply(job, reply);
  });
}

void Service::take_ticket_reply(const JobPtr& job, const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::answered:
      if (const auto ticket = read_ticket(reply.body)) return succeed(job, *ticket);
      return settle(job);
    case Reply::Kind::unknown:
      return settle(job);
    case Reply::Kind::refused:
      if (names_contact(reply.fields) && !std::exchange(job->contact_redone, true)) {
        // Merged or deleted in Desk since it was found: once more from the start.
        log::info("Desk no longer knows a contact: it is looked for again", {{"user", job->row.user_key}});
        parts_.store.write_async(
            [user = job->row.user_key](store::Transaction& tx) { return tx.drop_desk_contact(user); },
            [this, alive = alive_, post = parts_.post, job](Result<void> done) mutable {
              post([this, alive, job, done = std::move(done)] {
                if (!*alive || job->over) return;
                if (!done) return fail(job, {503, "unavailable", done.error().text, 30, {}});
                find_contact(job);
              });
            });
        return;
      }
      parts_.portal.forget_layout(job->department_id);
      return fail(job, trouble_of(reply, parts_.clock.now(), parts_.options.correlation_field));
    default:
      // Nothing came of this sending; of an earlier one something still may.
      if (job->in_doubt) return look_again(job, reply);
      return fail(job, trouble_of(reply, parts_.clock.now(), parts_.options.correlation_field));
  }
}

void Service::settle(const JobPtr& job) {
  job->in_doubt = true;
  job->looks = 0;
  update_status();
  log::info("whether a Desk ticket was made is being found out", {{"user", job->row.user_key}});
  if (!parts_.options.search_before_repeat) return make_ticket(job);
  look_for_ticket(job);
}

void Service::look_for_ticket(const JobPtr& job) {
  parts_.portal.with_org([this, alive = alive_, job](const Outcome<std::string>& org) {
    if (!*alive || job->over) return;
    if (!org) return look_again(job, {});
    parts_.client.send(find_tickets_by_field(parts_.options.correlation_field, job->row.correlation),
                       [this, alive, job](const Reply& reply) {
                         if (!*alive || job->over) return;
                         if (reply.kind != Reply::Kind::answered && reply.kind != Reply::Kind::refused)
                           return look_again(job, reply);
                         const auto hits =
                             reply.kind == Reply::Kind::answered ? read_tickets(reply.body) : std::vector<TicketHit>{};
                         if (!hits) return look_again(job, reply);
                         for (const TicketHit& hit : *hits) {
                           // Should the search be less exact than it is said to be: the field decides.
                           const auto& field = parts_.options.correlation_field;
                           const bool other = hit.custom && hit.custom->contains(field) &&
                                              hit.custom->at(field) != job->row.correlation;
                           if (!other) return succeed(job, hit);
                         }
                         look_at_contacts_tickets(job);
                       });
  });
}

void Service::look_at_contacts_tickets(const JobPtr& job) {
  const Time now = parts_.clock.now();
  parts_.client.send(
      find_tickets_of_contact(job->row.contact_id, from_millis(job->row.created_ms) - k_clock_margin,
                              now + k_clock_margin),
      [this, alive = alive_, job](const Reply& reply) {
        if (!*alive || job->over) return;
        const auto hits = reply.kind == Reply::Kind::answered
                              ? read_tickets(reply.body)
                              : Result<std::vector<TicketHit>>(zs::fail(Errc::unavailable, reply.message));
        if (!hits) return look_again(job, reply);
        for (const TicketHit& hit : *hits) {
          // Where the profile hides the field, the contact, the time, the department and the subject have to do.
          const bool same = hit.custom ? hit.custom->contains(parts_.options.correlation_field) &&
                                             hit.custom->at(parts_.options.correlation_field) == job->row.correlation
                                       : hit.subject == job->order.subject &&
                                             (job->department_id.empty() || hit.department_id == job->department_id);
          if (same) return succeed(job, hit);
        }
        missed(job);
      });
}

void Service::missed(const JobPtr& job) {
  const Duration since = parts_.clock.now() - from_millis(job->row.phase_ms);
  if (since < parts_.options.index_lag) {
    // The search may lag by minutes: not seeing it yet says nothing.
    const Duration pause = std::min(k_longest_look_pause, k_first_look_pause * (1 << std::min(job->looks++, 5)));
    later(job, std::min(pause, parts_.options.index_lag - since), &Service::look_for_ticket);
    return;
  }
  if (job->sendings >= k_max_sendings) {
    return fail(
        job,
        {503, "desk_unreachable", "Desk gave no answer to several tries: nothing was made, send it again", 60, {}});
  }
  // It is not there. All is looked at anew, because much may have changed meanwhile.
  await_user(job);
}

void Service::look_again(const JobPtr& job, const Reply& reply) {
  const Time now = parts_.clock.now();
  if (now - from_millis(job->row.created_ms) > std::max(parts_.options.keep, parts_.options.index_lag * 2)) {
    log::error("whether a Desk ticket was made could not be found out: look for it by its correlation",
               {{"user", job->row.user_key}, {"correlation", job->row.correlation}});
    return fail(job,
                {503, "desk_unreachable", "whether the ticket was made could not be found out: look in Desk", 0, {}});
  }
  Duration pause = std::min(k_longest_outage_pause, k_first_look_pause * (1 << std::min(job->looks++, 9)));
  if (reply.kind == Reply::Kind::out_of_credits) pause = std::max(pause, reply.resume - now);
  later(job, pause, &Service::look_for_ticket);
}

}  // namespace zs::desk
