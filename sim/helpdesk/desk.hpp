#pragma once
// Zoho Desk API v1 beside the CRM, on the same tokens: organizations, departments, contacts and tickets, as
// oauth-and-desk.md 3 has them. Errors, ids, times and lists have other shapes than the CRM's. No layouts, agents,
// comments or attachments.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "core/json.hpp"
#include "core/options.hpp"
#include "core/organization.hpp"
#include "core/route.hpp"
#include "helpdesk/form.hpp"
#include "helpdesk/gate.hpp"

namespace zohosim::desk {

struct Department {
  std::uint64_t id = 0;
  std::string name;
};

struct Contact {
  std::uint64_t id = 0;
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  std::optional<Slot> crm;  // the CRM Contact that the integration mapped; its values are the CRM's
  Values values;            // of one that was made in Desk
};

struct Ticket {
  std::uint64_t id = 0;
  std::int64_t number = 0;
  std::uint64_t department = 0;
  std::uint64_t contact = 0;
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  Values values;
};

/// One call, token and scope checked.
struct DeskCall {
  const HttpRequest& request;
  const Route& route;
  const Organization& crm;
  std::int64_t now_ms = 0;
};

class Desk {
 public:
  explicit Desk(const Options& options);

  [[nodiscard]] HttpAnswer answer(const DeskCall& call);
  [[nodiscard]] DeskGate& gate() { return gate_; }
  [[nodiscard]] const DeskGate& gate() const { return gate_; }
  [[nodiscard]] std::uint64_t org_id() const { return org_id_; }

  [[nodiscard]] const std::vector<Contact>& contacts() const { return contacts_; }
  [[nodiscard]] std::int64_t mapped_contacts() const { return mapped_; }
  [[nodiscard]] const std::vector<Ticket>& tickets() const { return tickets_; }
  [[nodiscard]] const std::vector<Department>& departments() const { return departments_; }
  [[nodiscard]] std::string ticket_json(const Ticket& ticket) const;
  [[nodiscard]] std::string contact_json(const Contact& contact, const Organization& crm) const;

 private:
  /// A CRM Contact is mapped once it is as old as the integration is slow.
  void synchronize(const Organization& crm, std::int64_t now_ms);
  /// Its own values, or those of the CRM record; nothing when that record is gone.
  [[nodiscard]] std::optional<Values> values_of(const Contact& contact, const Organization& crm) const;
  [[nodiscard]] const Contact* find_contact(std::uint64_t id) const;
  [[nodiscard]] const Contact* contact_with_email(std::string_view email, const Organization& crm) const;

  [[nodiscard]] HttpAnswer list_organizations() const;
  [[nodiscard]] HttpAnswer list_departments() const;
  [[nodiscard]] HttpAnswer get_contact(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer list_contacts(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer search_contacts(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer create_contact(const DeskCall& call);
  [[nodiscard]] HttpAnswer update_contact(const DeskCall& call);
  [[nodiscard]] HttpAnswer get_ticket(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer list_tickets(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer search_tickets(const DeskCall& call) const;
  [[nodiscard]] HttpAnswer create_ticket(const DeskCall& call);
  /// The contact that a new ticket is from: by id, or found or made from the `contact` object.
  [[nodiscard]] std::uint64_t contact_of_ticket(const DeskCall& call, const Json& body, Faults& faults);

  const Options& options_;
  DeskGate gate_;
  IdSequence ids_;
  std::uint64_t org_id_ = 0;
  std::vector<Department> departments_;
  std::vector<Contact> contacts_;  // ids ascend
  std::vector<Ticket> tickets_;
  std::int64_t mapped_ = 0;
  Slot synchronized_ = 0;  // CRM Contacts before it are mapped
};

}  // namespace zohosim::desk
