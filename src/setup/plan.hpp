#pragma once
// What must be made in Zoho before the first sync, and what setup cannot make: a pure function of the configuration
// and of what the org has.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"
#include "plan/mapping.hpp"
#include "setup/org.hpp"

namespace zs::setup {

/// The unique text field that carries the platform's id. Zoho makes the api name of the label.
struct CreateField {
  plan::Module module = plan::Module::contacts;
  std::string label;
  std::string api_name;
  std::size_t length = 100;
};

struct NewTag {
  std::string name;
  std::string colour;
};

struct CreateTags {
  plan::Module module = plan::Module::contacts;
  std::vector<NewTag> tags;  // at most k_tags_a_call
};

using Step = std::variant<CreateField, CreateTags>;

inline constexpr std::size_t k_tags_a_call = 100;
/// zoho/crm-api.md 4: at most two unique fields in a module, in all editions.
inline constexpr std::size_t k_unique_fields = 2;

[[nodiscard]] plan::Module module_of(const Step& step);
/// zoho/crm-api.md 5.2: ten for a custom field; one for a call that makes tags.
[[nodiscard]] std::int64_t credits_of(const Step& step);
/// "create the unique field Platform_User_ID on Contacts"
[[nodiscard]] std::string describe(const Step& step);

enum class Weight : std::uint8_t {
  present,  // is there already
  warning,  // zohosync works without it, but less than the configuration asks for
  fault,    // zohosync must not run like this
};

struct Note {
  Weight weight = Weight::present;
  std::string what;
  std::string mend;  // empty when there is nothing to mend
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Note> notes;

  [[nodiscard]] std::int64_t credits() const;
  [[nodiscard]] bool has_fault() const;
};

[[nodiscard]] Plan plan_setup(const config::Config& config, const OrgView& org);

/// The configured field of a module that carries the platform's id.
[[nodiscard]] const std::string& external_id(const config::Config& config, plan::Module module);
/// The configured names and colours on a module.
[[nodiscard]] std::vector<NewTag> tags_on(const config::Config& config, plan::Module module);

}  // namespace zs::setup
