// Service: which Desk contact the user is. One look-up at a time for an e-mail, so that two tickets make no two
// contacts.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "desk/job.hpp"

namespace zs::desk {
namespace {

constexpr Duration k_first_look_pause = 2s;
constexpr Duration k_longest_look_pause = 30s;
constexpr std::int64_t k_unverified_stands_ms = 24L * 3'600 * 1'000;

/// A value that Desk's search takes as it is.
bool is_plain(std::string_view value) {
  return !value.empty() && value.find_first_of(",*${}:") == std::string_view::npos;
}

}  // namespace

std::string Service::contact_lock(const Job& job) const {
  return job.customer.email.empty() ? "user " + job.customer.user_id : "email " + to_lower(job.customer.email);
}

void Service::find_contact(const JobPtr& job) {
  if (job->over) return;
  const auto known = reader_->desk_contact(job->customer.user_id);
  if (!known) return fail(job, {503, "unavailable", known.error().text, 5, {}});
  // One that only the e-mail speaks for is looked at again every day: Desk may have mapped it to somebody by then.
  const bool stands = *known && ((*known)->verified || now_ms() - (*known)->found_ms < k_unverified_stands_ms);
  if (stands && (*known)->crm_contact_id == job->customer.crm_contact_id) {
    job->row.contact_id = (*known)->contact_id;
    release_contact(job);
    make_ticket(job);
    return;
  }
  if (job->contact_lock.empty()) {
    job->contact_lock = contact_lock(*job);
    auto& line = looking_up_[job->contact_lock];
    line.push_back(job);
    if (line.size() > 1) return;
  }
  look_up_contact(job);
}

void Service::release_contact(const JobPtr& job) {
  if (job->contact_lock.empty()) return;
  const auto found = looking_up_.find(std::exchange(job->contact_lock, {}));
  if (found == looking_up_.end()) return;
  auto& line = found->second;
  const bool was_first = !line.empty() && line.front() == job;
  std::erase(line, job);
  if (line.empty()) {
    looking_up_.erase(found);
  } else if (was_first) {
    later(line.front(), Duration{0}, &Service::find_contact);
  }
}

void Service::look_up_contact(const JobPtr& job) {
  if (job->over) return;
  if (!is_searchable(job->customer.email)) return look_up_by_field(job, {});
  parts_.client.send(find_contacts_by_email(job->customer.email), [this, alive = alive_, job](const Reply& reply) {
    if (!*alive || job->over) return;
    if (reply.kind != Reply::Kind::answered) return fail(job, trouble_of(reply, parts_.clock.now(), {}));
    auto hits = read_contacts(reply.body);
    if (!hits) return fail(job, {503, "desk_unreachable", hits.error().text, 5, {}});
    for (ContactHit& hit : *hits) {
      const auto user = reader_->desk_contact_user(hit.id);
      hit.taken = user && *user && **user != job->customer.user_id;
    }
    const Choice mapped = choose_mapped(*hits, job->customer.crm_contact_id);
    if (mapped.kind == Choice::Kind::mapped) return take_contact(job, mapped.id, true);
    if (mapped.kind == Choice::Kind::ambiguous) return refuse_ambiguous(job, mapped.candidates);
    if (hits->size() >= k_page) return refuse_ambiguous(job, {});
    look_up_by_field(job, std::move(*hits));
  });
}

void Service::look_up_by_field(const JobPtr& job, std::vector<ContactHit> by_email) {
  const bool by_crm = !parts_.options.crm_contact_field.empty();
  const std::string& field = by_crm ? parts_.options.crm_contact_field : parts_.options.platform_user_field;
  const std::string& value = by_crm ? job->customer.crm_contact_id : job->customer.user_id;
  if (field.empty() || !is_plain(value)) return choose_contact(job, std::move(by_email));
  parts_.client.send(
      find_contacts_by_field(field, value),
      [this, alive = alive_, job, field, by_email = std::move(by_email)](const Reply& reply) mutable {
        if (!*alive || job->over) return;
        if (reply.kind == Reply::Kind::refused) {
          return fail(job, {503,
                            "desk_not_configured",
                            "Desk's contacts have no field " + field +
                                " that can be searched: make it (Setup, Layouts and Fields), or take it out of [desk]",
                            0,
                            {}});
        }
        if (reply.kind != Reply::Kind::answered) return fail(job, trouble_of(reply, parts_.clock.now(), {}));
        const auto hits = read_contacts(reply.body);
        if (!hits) return fail(job, {503, "desk_unreachable", hits.error().text, 5, {}});
        const Choice choice = choose_by_field(*hits, job->customer.crm_contact_id);
        if (choice.kind == Choice::Kind::by_field) return take_contact(job, choice.id, true);
        if (choice.kind == Choice::Kind::ambiguous) return refuse_ambiguous(job, choice.candidates);
        choose_contact(job, std::move(by_email));
      });
}

void Service::choose_contact(const JobPtr& job, std::vector<ContactHit> by_email) {
  const Choice choice = choose_unmapped(by_email, job->customer.email);
  if (choice.kind == Choice::Kind::unverified) return take_contact(job, choice.id, false);
  if (choice.kind == Choice::Kind::ambiguous) return refuse_ambiguous(job, choice.candidates);
  make_contact(job);
}

void Service::refuse_ambiguous(const JobPtr& job, const std::vector<std::string>& candidates) {
  std::string all;
  for (const std::string& id : candidates) all += (all.empty() ? "" : ", ") + id;
  std::string detail = "several Desk contacts may be this user" + (all.empty() ? all : " (" + all + ")") +
                       ": merge them in Desk, or let its CRM integration map one to the CRM contact " +
                       job->customer.crm_contact_id;
  fail(job, {422, "contact_ambiguous", std::move(detail), 0, {{"contact", "duplicate", "merge them in Desk"}}});
}

void Service::make_contact(const JobPtr& job) {
  const Time now = parts_.clock.now();
  // Zoho's own sync may be about to bring it, and Desk's search to show it: one made beside it would come back to the
  // CRM as a duplicate (3.3).
  if (parts_.options.contact_sync > Duration{0}) {
    const Time shows = from_millis(job->customer.synced_ms) + parts_.options.contact_sync + parts_.options.index_lag;
    job->contact_not_before = std::max(job->contact_not_before, shows);
  }
  if (now < job->contact_not_before) {
    const Duration pause = std::min(k_longest_look_pause, k_first_look_pause * (1 << std::min(job->looks++, 4)));
    later(job, std::min(pause, job->contact_not_before - now), &Service::look_up_contact);
    return;
  }
  const bool can_be_found = is_searchable(job->customer.email) || !parts_.options.crm_contact_field.empty() ||
                            (!parts_.options.platform_user_field.empty() && is_plain(job->customer.user_id));
  if (!can_be_found) {
    return fail(job, {422,
                      "contact_unfindable",
                      "the user has no e-mail that Desk can search for: give it one, or set desk.crm_contact_field, so "
                      "that a contact made for it is found again",
                      0,
                      {{"contact", "missing", "give the user an e-mail, or set desk.crm_contact_field"}}});
  }
  commit(job, store::DeskPhase::contact_sent, [this, job] { send_contact(job); });
}

void Service::send_contact(const JobPtr& job) {
  const Customer& customer = job->customer;
  NewContact contact{customer.last_name, customer.first_name, customer.email, {}};
  const Options& options = parts_.options;
  if (!options.crm_contact_field.empty()) contact.custom.emplace(options.crm_contact_field, customer.crm_contact_id);
  if (!options.platform_user_field.empty()) contact.custom.emplace(options.platform_user_field, customer.user_id);
  parts_.client.send(create_contact(contact), [this, alive = alive_, job](const Reply& reply) {
    if (!*alive || job->over) return;
    if (reply.kind == Reply::Kind::answered) {
      if (auto id = read_id(reply.body)) return take_contact(job, std::move(*id), true);
    } else if (reply.kind != Reply::Kind::unknown) {
      Trouble trouble = trouble_of(reply, parts_.clock.now(), {});
      if (reply.kind == Reply::Kind::refused) {
        trouble.code = "contact_refused";
        trouble.detail = "a contact is needed in Desk: " + trouble.detail;
      }
      return fail(job, std::move(trouble));
    }
    // It may be there; the search will show it once its index has caught up.
    job->contact_not_before = parts_.clock.now() + parts_.options.index_lag;
    job->looks = 0;
    later(job, k_first_look_pause, &Service::look_up_contact);
  });
}

void Service::take_contact(const JobPtr& job, std::string id, bool verified) {
  job->row.contact_id = std::move(id);
  job->looks = 0;
  if (!verified)
    log::info("a Desk contact is known by its e-mail alone",
              {{"user", job->customer.user_id}, {"contact", job->row.contact_id}});
  // On disk before anybody else looks: the search may not show for minutes what was just made.
  parts_.store.write_async(
      [contact = store::DeskContact{job->customer.user_id, job->row.contact_id, job->customer.crm_contact_id, verified,
                                    now_ms()}](store::Transaction& tx) -> Result<void> {
        ZS_ASSIGN(const auto user, tx.find(event::Kind::user, contact.user_key));
        if (!user) return {};
        return tx.save_desk_contact(contact);
      },
      [this, alive = alive_, post = parts_.post, job](Result<void> done) mutable {
        post([this, alive, job, done = std::move(done)] {
          if (!*alive || job->over) return;
          if (!done) return fail(job, {503, "unavailable", done.error().text, 30, {}});
          release_contact(job);
          make_ticket(job);
        });
      });
}

}  // namespace zs::desk
