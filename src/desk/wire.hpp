#pragma once
// Desk's requests as text and its answers as values: zoho/oauth-and-desk.md 3. Text in, values out, nothing else.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "desk/contact.hpp"
#include "desk/trouble.hpp"

namespace zs::desk {

struct WireRequest {
  std::string method;
  std::string path;  // below the root, with query
  std::string body{};

  [[nodiscard]] bool writes() const { return method != "GET"; }
};

struct NewContact {
  std::string last_name;
  std::string first_name;
  std::string email;
  std::map<std::string, std::string> custom;
};

struct NewTicket {
  std::string department_id;
  std::string contact_id;
  std::string subject;
  std::string description;
  std::map<std::string, std::string> fields;
  std::map<std::string, std::string> custom;
};

struct Department {
  std::string id;
  std::string name;
  bool is_default = false;
};

struct TicketHit {
  std::string id;
  std::string number;
  std::string web_url;
  std::string contact_id;
  std::string department_id;
  std::string subject;
  std::optional<std::map<std::string, std::string>> custom;  // absent where the profile hides them
};

[[nodiscard]] WireRequest list_organizations();
[[nodiscard]] WireRequest list_departments();
[[nodiscard]] WireRequest list_layouts(std::string_view department_id);
[[nodiscard]] WireRequest get_layout(std::string_view layout_id);
[[nodiscard]] WireRequest find_contacts_by_email(std::string_view email);
/// `value` must have no comma and no star.
[[nodiscard]] WireRequest find_contacts_by_field(std::string_view field, std::string_view value);
[[nodiscard]] WireRequest find_tickets_by_field(std::string_view field, std::string_view value);
[[nodiscard]] WireRequest find_tickets_of_contact(std::string_view contact_id, Time from, Time to);
[[nodiscard]] WireRequest create_contact(const NewContact& contact);
[[nodiscard]] WireRequest create_ticket(const NewTicket& ticket);

/// An empty body (204) is an empty list. Errc::corrupt for anything that is no such list.
[[nodiscard]] Result<std::vector<std::string>> read_organizations(std::string_view body);
/// Those that are enabled.
[[nodiscard]] Result<std::vector<Department>> read_departments(std::string_view body);
[[nodiscard]] Result<std::vector<ContactHit>> read_contacts(std::string_view body);
[[nodiscard]] Result<std::vector<TicketHit>> read_tickets(std::string_view body);
[[nodiscard]] Result<TicketHit> read_ticket(std::string_view body);
/// The id of the one record that was made.
[[nodiscard]] Result<std::string> read_id(std::string_view body);

/// What an error body says; the code is HTTP_<status> where it says none.
struct Refusal {
  std::string code;
  std::vector<FieldTrouble> fields;  // named as Desk names them: "/contactId"; without a mend
};
[[nodiscard]] Refusal read_refusal(int status, std::string_view body);

/// How many rows a search may bring: the most that one call gives. A full page may not be all.
inline constexpr std::size_t k_page = 100;

}  // namespace zs::desk
