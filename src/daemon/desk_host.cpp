#include "daemon/desk_host.hpp"

#include <utility>

#include "base/log.hpp"

namespace zs::daemon {

desk::Options desk_options_of(const config::Desk& desk) {
  desk::Options options;
  options.org_id = desk.org_id;
  options.department_id = desk.department_id;
  options.correlation_field = desk.correlation_field;
  options.crm_contact_field = desk.crm_contact_field;
  options.platform_user_field = desk.platform_user_field;
  for (const auto& [field, from] : desk.fields) options.ticket_fields.push_back({field, from});
  options.priority.insert(desk.priority.begin(), desk.priority.end());
  options.waits_for_sync = desk.on_unsynced == "wait";
  options.wait = desk.wait;
  options.contact_sync = desk.contact_sync;
  options.index_lag = desk.index_lag;
  options.keep = desk.keep;
  return options;
}

DeskHost::DeskHost(const config::Config& config, EngineHost& host, store::Store& store, net::HttpTransport& transport,
                   zoho::TokenBroker& tokens, const Clock& clock, Random& random)
    : host_(host),
      options_(desk_options_of(config.desk)),
      api_({config.zoho.desk_url, config.zoho.timeout,
            [&host](std::move_only_function<void()> task) { host.post(std::move(task)); }, desk::stale_codes()},
           transport, tokens),
      client_(api_, clock, random,
              [this](Duration pause, std::move_only_function<void()> task) { after(pause, std::move(task)); }),
      portal_(client_, clock, options_),
      service_({store, client_, portal_, clock, options_,
                [this](Duration pause, std::move_only_function<void()> task) { after(pause, std::move(task)); },
                [&host](std::move_only_function<void()> task) { host.post(std::move(task)); }}) {}

void DeskHost::start(net::Server& server) {
  server_ = &server;
  host_.post([this] {
    if (const auto started = service_.start(); !started) {
      log::error("unfinished Desk tickets cannot be read", {{"reason", started.error().text}});
    }
  });
}

void DeskHost::after(Duration pause, std::move_only_function<void()> task) {
  net::Server* const server = server_;
  if (pause <= Duration{0} || server == nullptr) {
    host_.post(std::move(task));
    return;
  }
  // Up, so that the task never finds its time a fraction short.
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(pause);
  server->after(millis, [this, task = std::move(task)]() mutable { host_.post(std::move(task)); });
}

void DeskHost::open(desk::Order order, std::string key, std::optional<Duration> wait, desk::Service::Done done) {
  host_.post([this, order = std::move(order), key = std::move(key), wait, done = std::move(done)]() mutable {
    service_.open(std::move(order), std::move(key), wait, std::move(done));
  });
}

void DeskHost::departments(std::move_only_function<void(const desk::Outcome<Departments>&)> done) {
  host_.post([this, done = std::move(done)]() mutable { portal_.with_departments(std::move(done)); });
}

}  // namespace zs::daemon
