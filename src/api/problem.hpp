#pragma once
// Errors as RFC 9457 problem details, and the small answers.

#include <string>
#include <string_view>

#include "net/http_server.hpp"

namespace zs::api {

/// `code` is for programs ("event_invalid"), `detail` for people: it names the field and the mend.
[[nodiscard]] net::Response problem(int status, std::string_view code, std::string_view detail,
                                    std::string_view extra_members = {});
[[nodiscard]] net::Response json(int status, std::string body);
/// The phrase that belongs to a status.
[[nodiscard]] std::string_view phrase(int status);

}  // namespace zs::api
