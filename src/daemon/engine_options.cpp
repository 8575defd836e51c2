#include "daemon/engine_options.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace zs::daemon {
namespace {

plan::Policy policy_of(config::Policy policy) {
  switch (policy) {
    case config::Policy::platform:
      return plan::Policy::platform;
    case config::Policy::if_empty:
      return plan::Policy::if_empty;
    case config::Policy::create_only:
      return plan::Policy::create_only;
    case config::Policy::never:
      return plan::Policy::never;
  }
  return plan::Policy::platform;
}

std::optional<plan::Axis> axis_of(std::string_view name) {
  if (name == "lifecycle") return plan::Axis::lifecycle;
  if (name == "plan") return plan::Axis::plan;
  if (name == "source") return plan::Axis::source;
  if (name == "compliance") return plan::Axis::compliance;
  return std::nullopt;
}

/// "user.email" → the register `email` of the user.
std::vector<plan::FieldRule> rules_of(const std::vector<config::FieldRule>& rules) {
  std::vector<plan::FieldRule> out;
  for (const config::FieldRule& rule : rules) {
    const std::size_t dot = rule.from.find('.');
    const std::string_view subject = std::string_view(rule.from).substr(0, dot);
    const event::Kind kind = subject == "account"        ? event::Kind::account
                             : subject == "subscription" ? event::Kind::subscription
                                                         : event::Kind::user;
    out.push_back(
        {rule.field, kind, dot == std::string::npos ? "" : rule.from.substr(dot + 1), policy_of(rule.policy)});
  }
  return out;
}

}  // namespace

plan::Mapping mapping_of(const config::Config& config) {
  plan::Mapping mapping;
  mapping.fields = {rules_of(config.account_fields), rules_of(config.contact_fields), rules_of(config.deal_fields)};
  for (const config::Tag& tag : config.tags) {
    const auto axis = axis_of(tag.axis);
    if (!axis || tag.name.empty()) continue;
    plan::TagRule rule{*axis, tag.value, tag.name, tag.colour, {}};
    for (const plan::Module module : plan::k_modules) {
      rule.on[static_cast<std::size_t>(module)] =
          std::ranges::find(tag.modules, plan::name_of(module)) != tag.modules.end();
    }
    mapping.tags.push_back(std::move(rule));
  }
  for (const auto& [axis, field] : config.tag_mirror) {
    if (const auto known = axis_of(axis)) mapping.mirrors.emplace(*known, field);
  }
  mapping.external_id = {config.zoho.external_id_account, config.zoho.external_id_contact,
                         config.zoho.external_id_deal};
  for (const auto& [status, stage] : config.deals.stages) mapping.stages.emplace(state::parse_status(status), stage);
  const config::Deals::Roles& roles = config.deals.roles;
  mapping.roles = {roles.enabled, roles.primary, roles.others, static_cast<std::size_t>(roles.max_others)};
  return mapping;
}

engine::Options engine_options_of(const config::Config& config) {
  engine::Options options;
  options.mapping = mapping_of(config);
  if (config.zoho.trigger) options.trigger = *config.zoho.trigger;
  options.linger = config.zoho.linger;
  options.linger_max = std::max(config.zoho.linger, config.zoho.linger_max);
  options.on_deleted = config.on_record_deleted == "recreate" ? engine::OnDeleted::recreate
                       : config.on_record_deleted == "leave"  ? engine::OnDeleted::leave
                                                              : engine::OnDeleted::hold;
  options.check_deleted = config.check_deleted;
  options.erase_deleted_users = config.on_user_delete == "erase";
  options.edition = config.zoho.edition;
  options.concurrency = config.zoho.concurrency;
  options.daily_credits = config.zoho.daily_credits;
  options.live_reserve = config.zoho.live_reserve;
  return options;
}

reconcile::Options reconcile_options_of(const config::Config& config) {
  reconcile::Options options;
  options.mapping = mapping_of(config);
  options.leaves_missing = config.on_record_deleted == "leave";
  options.every = std::chrono::hours{config.reconcile.every_hours};
  options.repair = config.reconcile.repair;
  return options;
}

}  // namespace zs::daemon
