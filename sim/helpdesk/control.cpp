// What the portal holds, for tests and people.

#include "core/control.hpp"
#include "core/simulator.hpp"

namespace zohosim {

HttpAnswer control_desk(const Simulator& simulator) {
  const desk::Desk& portal = simulator.desk();
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("org_id", std::to_string(portal.org_id()));
  out.key("departments").begin_array();
  for (const desk::Department& department : portal.departments())
    out.begin_object().field("id", std::to_string(department.id)).field("name", department.name).end_object();
  out.end_array().key("tickets").begin_array();
  for (const desk::Ticket& ticket : portal.tickets()) out.raw(portal.ticket_json(ticket));
  // Those that nobody mapped: with the integration on there are as many others as the CRM has Contacts.
  out.end_array().key("contacts").begin_array();
  for (const desk::Contact& contact : portal.contacts()) {
    if (!contact.crm) out.raw(portal.contact_json(contact, simulator.org()));
  }
  const desk::DeskGate& gate = portal.gate();
  out.end_array().field("mapped_contacts", portal.mapped_contacts());
  out.field("credits_left", gate.remaining(simulator.now_ms()))
      .field("highest_concurrency", std::int64_t{gate.most_calls()});
  out.field("refused_for_credits", gate.refused_for_credits());
  out.field("refused_for_concurrency", gate.refused_for_concurrency()).end_object();
  return json_answer(200, std::move(body));
}

}  // namespace zohosim
