#include "desk/portal.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace zs::desk {
namespace {

constexpr Duration k_keeps = 10min;
constexpr Duration k_org_keeps = 24h;
constexpr std::size_t k_max_layouts = 500;

constexpr std::string_view k_scopes =
    "Desk.tickets.CREATE, Desk.tickets.READ, Desk.contacts.CREATE, Desk.contacts.READ, Desk.search.READ, "
    "Desk.basic.READ";

std::string list(const std::vector<Department>& departments) {
  std::string out;
  for (const Department& one : departments) out += (out.empty() ? "" : ", ") + one.id + " (" + one.name + ")";
  return out;
}

Trouble not_allowed(const Reply& reply) {
  std::string detail;
  if (reply.code == "SCOPE_MISMATCH") {
    detail = "the credentials lack scopes for Desk: make a new code with " + std::string(k_scopes) +
             " beside the CRM's, and exchange it for a refresh token";
  } else if (reply.code == "OAUTH_ORG_MISMATCH") {
    detail = "desk.org_id is not the portal that these credentials are for: correct it, or leave it out";
  } else if (reply.code == "LICENSE_ACCESS_LIMITED" || reply.code == "ONLY_LIVECHAT_USER") {
    detail = "the integration user's Desk licence does not allow this (" + reply.code + "): give it a full agent's";
  } else if (reply.code == "TOKEN_REVOKED" || reply.code == "NO_CREDENTIALS" || reply.code == "CLIENT_REFUSED") {
    detail = reply.message + ": mend the credentials; zohosync status shows how they stand";
  } else {
    detail = "Desk does not allow it (" + reply.code + "): look at the integration user's profile in Desk";
  }
  return {503, "desk_not_allowed", std::move(detail), 0, {}};
}

std::int64_t seconds_until(Time then, Time now) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(then - now).count());
}

}  // namespace

Trouble trouble_of(const Reply& reply, Time now, std::string_view correlation_field) {
  switch (reply.kind) {
    case Reply::Kind::refused: {
      Trouble trouble{422, "desk_refused", {}, 0, in_callers_words(reply.fields, correlation_field)};
      trouble.detail = "Desk refuses it (" + reply.code + ")";
      if (!trouble.fields.empty()) trouble.detail += ": " + joined(trouble.fields);
      return trouble;
    }
    case Reply::Kind::not_allowed:
      return not_allowed(reply);
    case Reply::Kind::busy:
      return {503, "desk_busy", "Desk has too many calls at once: nothing was made, send it again", 5, {}};
    case Reply::Kind::out_of_credits:
      return {503,
              "desk_out_of_credits",
              "Desk's API credits of the day are spent until " + format_rfc3339(reply.resume) +
                  ": nothing was made, send it again then",
              seconds_until(reply.resume, now),
              {}};
    default:
      return {503, "desk_unreachable", "Desk cannot be reached: nothing was made, send it again", 5, {}};
  }
}

void Portal::with_org(std::move_only_function<void(const Outcome<std::string>&)> done) {
  if (!options_.org_id.empty()) {
    client_.set_org(options_.org_id);
    done(options_.org_id);
    return;
  }
  if (const std::string* known = org_.fresh(clock_.now())) {
    done(*known);
    return;
  }
  if (!org_.join(std::move(done))) return;
  client_.send(list_organizations(), [this](const Reply& reply) {
    const Time now = clock_.now();
    const auto settle = [&](const Outcome<std::string>& outcome) { org_.set(outcome, now + k_org_keeps); };
    if (reply.kind != Reply::Kind::answered) return settle(std::unexpected(trouble_of(reply, now, {})));
    const auto ids = read_organizations(reply.body);
    if (!ids) return settle(refuse(503, "desk_unreachable", ids.error().text, 5));
    if (ids->empty()) {
      return settle(
          refuse(503, "desk_not_allowed", "these credentials are for no Desk portal: make a new code for one"));
    }
    if (ids->size() > 1) {
      std::string all;
      for (const std::string& id : *ids) all += (all.empty() ? "" : ", ") + id;
      return settle(
          refuse(503, "desk_not_configured", "there are several Desk portals (" + all + "): set desk.org_id"));
    }
    client_.set_org(ids->front());
    settle(ids->front());
  });
}

void Portal::with_departments(std::move_only_function<void(const Outcome<Departments>&)> done) {
  if (const Departments* known = departments_.fresh(clock_.now())) {
    done(*known);
    return;
  }
  if (!departments_.join(std::move(done))) return;
  with_org([this](const Outcome<std::string>& org) {
    if (!org) {
      departments_.set(std::unexpected(org.error()), {});
      return;
    }
    client_.send(list_departments(), [this](const Reply& reply) {
      const Time now = clock_.now();
      const auto settle = [&](const Outcome<Departments>& outcome) { departments_.set(outcome, now + k_keeps); };
      if (reply.kind != Reply::Kind::answered) return settle(std::unexpected(trouble_of(reply, now, {})));
      auto read = read_departments(reply.body);
      if (!read) return settle(refuse(503, "desk_unreachable", read.error().text, 5));
      settle(std::move(*read));
    });
  });
}

void Portal::with_department(std::string asked_for, std::move_only_function<void(const Outcome<std::string>&)> done) {
  // A wrong id is refused by Desk itself, with the field's name: no list is fetched for its sake.
  const std::string& known = asked_for.empty() ? options_.department_id : asked_for;
  if (!known.empty()) {
    with_org([known, done = std::move(done)](const Outcome<std::string>& org) mutable {
      done(org ? Outcome<std::string>(known) : std::unexpected(org.error()));
    });
    return;
  }
  with_departments([done = std::move(done)](const Outcome<Departments>& departments) mutable {
    if (!departments) {
      done(std::unexpected(departments.error()));
    } else if (departments->size() == 1) {
      done(departments->front().id);
    } else if (departments->empty()) {
      done(refuse(503, "desk_not_allowed",
                  "these credentials see no department of the portal: give the integration "
                  "user one in Desk"));
    } else {
      Trouble trouble{
          422,
          "department_needed",
          "there are several departments: give department_id, or set desk.department_id: " + list(*departments),
          0,
          {{"department_id", "missing", "one of " + list(*departments)}}};
      done(std::unexpected(std::move(trouble)));
    }
  });
}

void Portal::with_layout(const std::string& department_id, std::move_only_function<void(LayoutPtr)> done) {
  // Ids come from callers: what they make up must not fill the memory.
  if (layouts_.size() >= k_max_layouts && !layouts_.contains(department_id)) return done(nullptr);
  Shared<LayoutPtr>& layout = layouts_[department_id];
  if (const LayoutPtr* known = layout.fresh(clock_.now())) {
    done(*known);
    return;
  }
  if (!layout.join(
          [done = std::move(done)](const Outcome<LayoutPtr>& read) mutable { done(read.value_or(nullptr)); })) {
    return;
  }
  // Not being able to read it keeps as long as the layout would: the credentials may well lack the scope.
  const auto settle = [this, department_id](LayoutPtr read) {
    layouts_[department_id].set(std::move(read), clock_.now() + k_keeps);
  };
  client_.send(list_layouts(department_id), [this, settle](const Reply& reply) {
    const auto id = reply.kind == Reply::Kind::answered ? read_default_layout(reply.body) : Result<std::string>("");
    if (!id || id->empty()) {
      log::info("Desk's ticket layout cannot be read: its rules are left to Desk", {{"code", reply.code}});
      settle(nullptr);
      return;
    }
    client_.send(get_layout(*id), [settle](const Reply& answer) {
      auto read = answer.kind == Reply::Kind::answered ? read_layout(answer.body)
                                                       : Result<Layout>(fail(Errc::unavailable, answer.code));
      settle(read ? std::make_shared<const Layout>(std::move(*read)) : nullptr);
    });
  });
}

}  // namespace zs::desk
