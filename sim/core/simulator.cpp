#include "core/simulator.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/authorize.hpp"
#include "core/control.hpp"
#include "core/coql.hpp"
#include "core/delete_calls.hpp"
#include "core/field_calls.hpp"
#include "core/page.hpp"
#include "core/read_calls.hpp"
#include "core/role_calls.hpp"
#include "core/scopes.hpp"
#include "core/settings_calls.hpp"
#include "core/tag_calls.hpp"
#include "core/watch_calls.hpp"
#include "core/write_calls.hpp"

namespace zohosim {
namespace {

using Cut = HttpAnswer::Cut;

HttpAnswer not_found() {
  return error_answer(404, {"INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"});
}

/// Answers repeat what was asked, and JSON has no place for what is not text.
bool is_text(const Route& route, const Pairs& params) {
  return zs::is_valid_utf8(route.module) && zs::is_valid_utf8(route.id) &&
         std::ranges::all_of(
             params, [](const auto& one) { return zs::is_valid_utf8(one.first) && zs::is_valid_utf8(one.second); });
}

HttpAnswer dispatch(const Call& call) {
  switch (call.route.endpoint) {
    case Endpoint::insert:
    case Endpoint::update:
    case Endpoint::upsert:
      return write_records(call);
    case Endpoint::remove:
      return delete_records(call);
    case Endpoint::get:
      return get_record(call);
    case Endpoint::list:
      return list_records(call);
    case Endpoint::search:
      return search_records(call);
    case Endpoint::count:
      return count_records(call);
    case Endpoint::deleted:
      return list_deleted(call);
    case Endpoint::merge:
      return merge_call(call);
    case Endpoint::tag_records:
      return tag_records(call);
    case Endpoint::coql:
      return answer_coql(call);
    case Endpoint::tags:
      return list_tags(call);
    case Endpoint::create_tags:
      return create_tags(call);
    case Endpoint::update_tags:
      return update_tags(call);
    case Endpoint::remove_tag:
      return delete_tag(call);
    case Endpoint::fields:
      return list_fields(call);
    case Endpoint::create_fields:
      return create_fields(call);
    case Endpoint::modules:
      return list_modules(call);
    case Endpoint::layouts:
      return list_layouts(call);
    case Endpoint::pipeline:
      return list_pipelines(call);
    case Endpoint::related_lists:
      return list_related_lists(call);
    case Endpoint::roles:
      return list_contact_roles(call);
    case Endpoint::deal_roles:
      return list_deal_roles(call);
    case Endpoint::set_deal_roles:
      return set_deal_roles(call);
    case Endpoint::remove_deal_roles:
      return remove_deal_roles(call);
    case Endpoint::recycle_bin:
      return list_recycle_bin(call);
    case Endpoint::purge:
      return purge_records(call);
    case Endpoint::restore:
      return restore_records(call);
    case Endpoint::tag_count:
      return count_tag(call);
    case Endpoint::tag_merge:
      return merge_tags(call);
    case Endpoint::watch:
      return list_watch(call);
    case Endpoint::watch_enable:
      return enable_watch(call);
    case Endpoint::watch_update:
      return update_watch(call);
    case Endpoint::watch_disable:
      return disable_watch(call);
    case Endpoint::org:
      return get_org(call);
    case Endpoint::users:
      return list_users(call);
    case Endpoint::apis:
      return list_apis(call);
    case Endpoint::wrong_method:
      return error_answer(400, {"INVALID_REQUEST_METHOD", "The http request method type is not a valid one"});
    default:
      return not_found();
  }
}

/// A server's failure, as JSON or as the page of a proxy in between.
HttpAnswer failed(int status, bool html) {
  if (html) {
    HttpAnswer answer =
        json_answer(status, "<html><head><title>" + std::to_string(status) +
                                "</title></head><body><h1>Service temporarily unavailable</h1></body></html>");
    answer.content_type = k_html;
    return answer;
  }
  switch (status) {
    case 401:
      return error_answer(401, {"INVALID_TOKEN", "invalid oauth token"});
    case 429:
      return error_answer(429, {"TOO_MANY_REQUESTS", "too many requests have been made, try again later"});
    case 500:
      return error_answer(500, {"INTERNAL_ERROR", "Internal server error occurred."});
    default:
      return error_answer(status, {"SERVICE_UNAVAILABLE", "the service is not available"});
  }
}

/// As older versions said it, still seen in the field (crm-api.md 5.4).
HttpAnswer older_credit_refusal() {
  return json_answer(429, Members()
                              .number("code", 429)
                              .text("error", "TOO_MANY_REQUESTS")
                              .text("error_info", "the API credits of the past 24 hours are used up")
                              .take());
}

/// The module that a call's scopes are about.
std::string scope_module(const Route& route, const Json* body, const Organization& org) {
  if (route.endpoint != Endpoint::coql) return route.module;
  const auto query = parse_coql(body == nullptr ? "" : body->string_or("select_query", ""), org);
  return query ? query->module->schema.api_name : std::string();
}

bool is_accounts(const Route& route) {
  return route.endpoint == Endpoint::authorize || route.endpoint == Endpoint::token ||
         route.endpoint == Endpoint::revoke;
}

}  // namespace

Simulator::Simulator(Options options, const zs::Clock& clock)
    : options_(std::move(options)), clock_(clock), world_(std::make_unique<World>(options_)) {}

std::int64_t Simulator::now_ms() const { return zs::to_millis(clock_.now()) + offset_.count(); }

zs::Result<> Simulator::reset() {
  world_ = std::make_unique<World>(options_);
  ++generation_;
  return setup_ ? setup_(*this) : zs::Result<>{};
}

zs::Result<> Simulator::start_with(Setup setup) {
  setup_ = std::move(setup);
  return setup_(*this);
}

HttpAnswer Simulator::handle(const HttpRequest& request) {
  HttpAnswer answer = begin_call(request);
  end_call(answer);
  return answer;
}

void Simulator::end_call(const HttpAnswer& answer) {
  if (answer.places.world != generation_) return;
  world_->gate.leave(answer.places);
  world_->desk.gate().leave(answer.places.desk);
}

HttpAnswer Simulator::begin_call(const HttpRequest& request) {
  if (request.method == "GET") {
    if (auto part = page_part(request.path)) return std::move(*part);
  }
  const bool for_people = request.path.starts_with("/control/");
  if (!for_people || request.method != "GET") ++revision_;
  if (for_people) return control_call(*this, request);
  return serve(request);
}

HttpAnswer Simulator::serve(const HttpRequest& request) {
  const Route route = parse_route(request.method, request.path);
  World& world = *world_;
  ++world.counters.calls[std::string(name_of(route.endpoint))];
  const Misfortune misfortune =
      world.faults.strike(name_of(route.endpoint), group_of(route.endpoint), route.module, world.random);
  LoggedCall log;
  log.at_ms = now_ms();
  log.method = request.method;
  log.path = request.path;
  log.kind = name_of(route.endpoint);
  log.fault = misfortune.name;
  if (!misfortune.name.empty()) ++world.counters.faults;

  if (misfortune.revoke_token) world.accounts.revoke_refresh_token(options_.refresh_token);
  HttpAnswer answer;
  if (misfortune.cut == Cut::hang || misfortune.cut == Cut::reset_before) {
    answer = json_answer(0, {});
  } else if (misfortune.status) {
    const bool by_desk = is_desk(route.endpoint) && !misfortune.html;
    answer = by_desk ? desk::desk_failure(*misfortune.status) : failed(*misfortune.status, misfortune.html);
  } else if (is_accounts(route)) {
    answer = route.endpoint == Endpoint::authorize ? authorize(request, options_, world.accounts)
             : route.endpoint == Endpoint::token   ? world.accounts.token(request, log.at_ms)
                                                   : world.accounts.revoke(request);
  } else if (is_desk(route.endpoint)) {
    answer = serve_desk(request, route, misfortune, log);
  } else {
    answer = serve_crm(request, route, misfortune, log);
  }
  answer.cut = misfortune.cut;
  answer.delay = options_.latency + misfortune.delay;
  if (options_.jitter.count() > 0) {
    answer.delay +=
        std::chrono::milliseconds{world.random.below(static_cast<std::uint64_t>(options_.jitter.count()) + 1)};
  }
  log.status = answer.status;
  log.delay_ms = answer.delay.count();
  if (is_accounts(route)) {
    log.query = log.sent = log.answered = "(secrets)";
  } else {
    log.query = request.query;
    log.sent = request.body;
    log.answered = answer.body;
  }
  world.log.add(std::move(log));
  return answer;
}

std::optional<HttpAnswer> Simulator::refuse_call(const HttpRequest& request, const Route& route, const Json* body) {
  const std::string_view token = request.access_token();
  if (token.empty()) return error_answer(401, {"AUTHENTICATION_FAILURE", "Authentication failed"});
  if (!world_->accounts.accepts(token, now_ms())) return error_answer(401, {"INVALID_TOKEN", "invalid oauth token"});
  if (!scopes_allow(options_.scopes, route, scope_module(route, body, world_->org))) {
    return error_answer(401, {"OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL"});
  }
  return std::nullopt;
}

std::optional<HttpAnswer> Simulator::admit(Places places, int credits) {
  Counters& counters = world_->counters;
  // One code for all three; that the words differ is known, the words are not (crm-api.md 5.4).
  const auto too_many = [this](std::string_view why) {
    HttpAnswer answer = error_answer(429, {"TOO_MANY_REQUESTS", std::string(why)});
    if (options_.retry_after_seconds > 0)
      answer.headers.emplace_back("Retry-After", std::to_string(options_.retry_after_seconds));
    return answer;
  };
  switch (world_->gate.enter(places, credits, now_ms())) {
    case Admission::admitted:
      counters.credits += credits;
      return std::nullopt;
    case Admission::out_of_credits:
      ++counters.refused_for_credits;
      if (options_.older_credit_refusal) return older_credit_refusal();
      return too_many("the API credits of the past 24 hours are used up");
    case Admission::too_many:
      ++counters.refused_for_concurrency;
      return too_many("too many calls at the same time");
    case Admission::too_many_heavy:
      ++counters.refused_for_sub_concurrency;
      return too_many("too many calls of this kind at the same time");
  }
  return std::nullopt;
}

void Simulator::count_automation(const Json* body) {
  const Json* rows = body == nullptr ? nullptr : body->find("data");
  const Json* trigger = body == nullptr ? nullptr : body->find("trigger");
  const bool silent = trigger != nullptr && trigger->is_array() && trigger->items.empty();
  const auto count = static_cast<std::int64_t>(rows == nullptr ? 0 : rows->items.size());
  (silent ? world_->counters.rows_silent : world_->counters.rows_with_automation) += count;
}

HttpAnswer Simulator::serve_crm(const HttpRequest& request, const Route& route, const Misfortune& misfortune,
                                LoggedCall& log) {
  World& world = *world_;
  if (misfortune.expire_token) world.accounts.expire_access_tokens();
  auto parsed =
      request.body.empty() ? zs::Result<Json>(zs::fail(zs::Errc::invalid, "empty")) : parse_json(request.body);
  const Json* body = parsed ? &*parsed : nullptr;
  if (auto refused = refuse_call(request, route, body)) {
    ++world.counters.unauthorized;
    return std::move(*refused);
  }
  const Pairs params = parse_form(request.query);
  if (!is_text(route, params)) return error_answer(400, {"INVALID_REQUEST", "the URL is not valid UTF-8"});
  const int credits = price(route, params, body, world.org, options_);
  const Places places{1, is_heavy(route, params, body) ? 1 : 0, generation_};
  if (auto refused = admit(places, credits)) return std::move(*refused);
  log.credits = credits;
  if (is_write(route.endpoint)) {
    log.trigger = trigger_of(body);
    count_automation(body);
  }
  world.org.empty_bin(log.at_ms);
  const Call call{request, route, params, body, world.org, options_, now_ms(), misfortune.row_faults};
  HttpAnswer answer = dispatch(call);
  answer.places = places;
  const std::int64_t remaining = world.gate.remaining(now_ms());
  if (remaining < daily_credits(options_) / 2) {
    answer.headers.emplace_back("X-API-CREDITS-REMAINING", std::to_string(remaining));
  }
  return answer;
}

}  // namespace zohosim
