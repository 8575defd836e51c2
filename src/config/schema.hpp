#pragma once
// The sections of the configuration, each as a shape that fills a draft.

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/report.hpp"
#include "config/shape.hpp"
#include "config/value.hpp"

namespace zs::config {

/// What reading fills; the shapes refer to it and must not outlive it.
struct Draft {
  Config config = defaults();
  std::set<std::size_t> tags_off;  // by index in config.tags: `enabled` may stand before `name`
};

[[nodiscard]] std::vector<Shape> schema(Draft& draft);
[[nodiscard]] Shape auth_section(Config& config);
[[nodiscard]] Shape desk_section(Desk& desk);
[[nodiscard]] Shape fields_section(Config& config);
[[nodiscard]] Shape server_section(Server& server);
[[nodiscard]] Shape tags_section(Draft& draft);
[[nodiscard]] Shape webhooks_section(Config& config);

/// What a bearer key or a socket lets somebody do.
void read_scopes(std::vector<Scope>& target, const Value& value, const At& at);

/// Why a field cannot be mapped, for people; empty when it can.
[[nodiscard]] std::string_view why_not_mapped(std::string_view table, std::string_view field);

/// Sets what ZOHOSYNC_… variables name, over what the file says. Empty variables count as unset.
void lay_environment_over(Value& document, const Environment& environment, std::span<const Shape> shapes,
                          Report& report);
/// The name of a key or a webhook.
[[nodiscard]] Shape name_setting(std::string& target);
/// A complaint when the member is not there.
void require(const Value& entry, const At& at, std::string_view name, std::string_view mend);

/// The variable that holds a webhook's secrets.
[[nodiscard]] std::string webhook_variable(std::string_view webhook);
/// The same of one that we send to.
[[nodiscard]] std::string outgoing_webhook_variable(std::string_view webhook);
/// Empty when it is unset or blank.
[[nodiscard]] std::string variable(const Environment& environment, std::string_view name);

/// Credentials, webhook secrets and the key from the environment.
void read_secrets(Config& config, const Environment& environment, Report& report);

/// What only several keys together, or the file system, can tell.
void lint(const Config& config, Report& report);

/// All of the above in their order.
[[nodiscard]] Config read_document(Value document, const Environment& environment, Report& report);

}  // namespace zs::config
