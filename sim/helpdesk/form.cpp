#include "helpdesk/form.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "core/envelope.hpp"
#include "core/text.hpp"

namespace zohosim::desk {
namespace {

// Portals name their own; these are what a new one has.
constexpr std::array<std::string_view, 4> k_status{"Open", "On Hold", "Escalated", "Closed"};
constexpr std::array<std::string_view, 3> k_priority{"High", "Medium", "Low"};
constexpr std::array<std::string_view, 8> k_channel{"Phone",    "Email", "Web",    "Twitter",
                                                    "Facebook", "Chat",  "Forums", "Feedback Widget"};
constexpr std::array<std::string_view, 4> k_classification{"Question", "Problem", "Feature", "Others"};

constexpr std::array k_ticket{
    Member{"subject", Form::text, 1'000},
    Member{"description", Form::text, 65'535},
    Member{"email", Form::email, 150},
    Member{"phone", Form::text, 120},
    Member{"status", Form::pick, 120, k_status},
    Member{"priority", Form::pick, 120, k_priority},
    Member{"channel", Form::pick, 120, k_channel},
    Member{"classification", Form::pick, 120, k_classification},
    Member{"category", Form::text, 120},
    Member{"subCategory", Form::text, 120},
    Member{"language", Form::text, 120},
    Member{"resolution", Form::text, 65'535},
    Member{"webUrl", Form::text, 2'000},
    Member{"dueDate", Form::time},
    Member{"accountId", Form::id},
    Member{"assigneeId", Form::id},
    Member{"teamId", Form::id},
    Member{"productId", Form::id},
    Member{"layoutId", Form::id},
    // Read elsewhere, or taken and not acted upon.
    Member{"departmentId", Form::ignored},
    Member{"contactId", Form::ignored},
    Member{"contact", Form::ignored},
    Member{"customFields", Form::ignored},
    Member{"secondaryContacts", Form::ignored},
    Member{"entitySkills", Form::ignored},
    Member{"sharedDepartments", Form::ignored},
    Member{"uploads", Form::ignored},
    Member{"parentTicket", Form::ignored},
    Member{"sourceTicket", Form::ignored},
    Member{"blueprint", Form::ignored},
    Member{"ticketCreationType", Form::ignored},
    Member{"clonedTicketId", Form::ignored},
};

constexpr std::array k_contact{
    Member{"lastName", Form::text, 200},       Member{"firstName", Form::text, 40}, Member{"email", Form::email, 255},
    Member{"phone", Form::text, 120},          Member{"mobile", Form::text, 120},   Member{"title", Form::text, 100},
    Member{"description", Form::text, 65'535}, Member{"accountId", Form::id},
};

bool has_host(std::string_view email) {
  const std::size_t at = email.find('@');
  return at != std::string_view::npos && at > 0 && email.find('.', at) != std::string_view::npos &&
         email.find(' ') == std::string_view::npos;
}

bool fits(const Member& member, const std::string& value) {
  if (member.form != Form::id && value.size() > member.length) return false;
  switch (member.form) {
    case Form::email:
      return has_host(value);
    case Form::id:
      return parse_id(value).has_value();
    case Form::time:
      return parse_time(value).has_value();
    case Form::pick:
      return std::ranges::find(member.picks, value) != member.picks.end();
    default:
      return true;
  }
}

void read_custom(const Json& custom, std::size_t length, const Options& options, Values& out, Faults& faults) {
  if (!custom.is_object()) {
    faults.push_back({"/cf", "invalid", "an object is expected"});
    return;
  }
  for (std::size_t i = 0; i < custom.names.size(); ++i) {
    const std::string& name = custom.names[i];
    const Json& value = custom.items[i];
    const bool known = std::ranges::find(options.desk.custom_fields, name) != options.desk.custom_fields.end();
    const bool right = value.is_null() || (value.is_string() && value.text.size() <= length);
    if (!known || !right)
      faults.push_back({"/cf/" + name, "invalid", known ? "the value does not fit" : "no such field"});
    else if (!value.is_null())
      out.insert_or_assign(name, value.text);
  }
}

}  // namespace

std::span<const Member> ticket_members() { return k_ticket; }
std::span<const Member> contact_members() { return k_contact; }

Values read_values(const Json& body, std::span<const Member> members, std::size_t custom_length, const Options& options,
                   Faults& faults) {
  Values out;
  for (std::size_t i = 0; i < body.names.size(); ++i) {
    const std::string& name = body.names[i];
    const Json& value = body.items[i];
    if (name == "cf") {
      read_custom(value, custom_length, options, out, faults);
      continue;
    }
    const auto member = std::ranges::find(members, name, &Member::name);
    if (member == members.end()) {
      faults.push_back({"/" + name, "invalid", "no such member"});
    } else if (member->form != Form::ignored && !value.is_null()) {
      if (value.is_string() && fits(*member, value.text))
        out.insert_or_assign(name, value.text);
      else
        faults.push_back({"/" + name, "invalid", "the value does not fit"});
    }
  }
  return out;
}

void demand(const Values& values, std::string_view name, Faults& faults) {
  const std::string field = (name.starts_with("cf_") ? "/cf/" : "/") + std::string(name);
  const bool named = std::ranges::any_of(faults, [&](const Fault& fault) { return fault.field == field; });
  const auto found = values.find(name);
  if ((found == values.end() || found->second.empty()) && !named) faults.push_back({field, "missing", "is mandatory"});
}

HttpAnswer desk_error(int status, std::string_view code, std::string_view message) {
  return json_answer(status, Members().text("errorCode", code).text("message", message).take());
}

HttpAnswer desk_failure(int status) {
  if (status == 401) return desk_error(401, "INVALID_OAUTH", "The OAuth token is invalid.");
  if (status == 429) return desk_error(429, "TOO_MANY_REQUESTS", "Too many calls at the same time.");
  return desk_error(status, "INTERNAL_SERVER_ERROR", "An internal error occurred.");
}

HttpAnswer refused(const Faults& faults) {
  std::string list = "[";
  for (const Fault& fault : faults) {
    list += list.size() > 1 ? "," : "";
    list += Members()
                .text("fieldName", fault.field)
                .text("errorType", fault.type)
                .text("errorMessage", fault.message)
                .take();
  }
  list += "]";
  return json_answer(422, Members()
                              .text("errorCode", "INVALID_DATA")
                              .text("message", "The data is invalid due to validation restrictions")
                              .raw("errors", list)
                              .take());
}

std::expected<Json, HttpAnswer> read_body(const HttpRequest& request) {
  if (request.body.empty()) return std::unexpected(desk_error(422, "EMPTY_PAYLOAD", "the request has no body"));
  auto body = parse_json(request.body);
  if (!body || !body->is_object()) return std::unexpected(desk_error(400, "BAD_REQUEST", "the body is no JSON object"));
  return std::move(*body);
}

std::string format_time(std::int64_t millis) {
  const std::int64_t rest = ((millis % 1000) + 1000) % 1000;
  const std::string fraction = std::to_string(1000 + rest).substr(1);
  return format_instant(millis, 0).substr(0, 19) + "." + fraction + "Z";
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  // A literal Z and nothing else.
  if (!text.ends_with('Z')) return std::nullopt;
  const auto time = zs::parse_rfc3339(text);
  if (!time) return std::nullopt;
  return zs::to_millis(*time);
}

}  // namespace zohosim::desk
