#pragma once
// Desk's request bodies against its schemas (oauth-and-desk.md 3.2, 3.3): which members a ticket and a contact
// may have, how long, in what form; and the error that names each offending one.

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/http.hpp"
#include "core/json.hpp"
#include "core/options.hpp"

namespace zohosim::desk {

/// Text by member; custom fields under their own names (cf_…).
using Values = std::map<std::string, std::string, std::less<>>;

enum class Form : std::uint8_t { text, email, id, time, pick, ignored };

struct Member {
  std::string_view name;
  Form form = Form::text;
  std::size_t length = 255;
  std::span<const std::string_view> picks{};
};

[[nodiscard]] std::span<const Member> ticket_members();
[[nodiscard]] std::span<const Member> contact_members();

/// One entry of `errors`: a JSON pointer, and invalid, missing or duplicate.
struct Fault {
  std::string field;
  std::string_view type;
  std::string message;
};
using Faults = std::vector<Fault>;

/// The values of a body; what does not fit goes to `faults`. `null` clears.
[[nodiscard]] Values read_values(const Json& body, std::span<const Member> members, std::size_t custom_length,
                                 const Options& options, Faults& faults);
void demand(const Values& values, std::string_view name, Faults& faults);

[[nodiscard]] HttpAnswer desk_error(int status, std::string_view code, std::string_view message);
/// A server's failure in Desk's words.
[[nodiscard]] HttpAnswer desk_failure(int status);
[[nodiscard]] HttpAnswer refused(const Faults& faults);
/// A body that is a JSON object, or the answer to one that is not.
[[nodiscard]] std::expected<Json, HttpAnswer> read_body(const HttpRequest& request);

/// `2026-03-02T09:10:11.000Z`
[[nodiscard]] std::string format_time(std::int64_t millis);
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace zohosim::desk
