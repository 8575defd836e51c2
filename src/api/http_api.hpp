#pragma once
// The HTTP interface of interface.md 4: routes, keys, and what each answers.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/auth.hpp"
#include "api/desk_control.hpp"
#include "api/engine_control.hpp"
#include "api/probe.hpp"
#include "api/reader_pool.hpp"
#include "api/waiting_room.hpp"
#include "api/webhook_control.hpp"
#include "config/config.hpp"
#include "links/changes.hpp"
#include "net/http_server.hpp"
#include "store/store.hpp"
#include "zoho/token.hpp"

namespace zs::api {

class HttpApi {
 public:
  struct Parts {
    const config::Config& config;
    store::Store& store;
    EngineControl& engine;
    Probe& probe;
    const Clock& clock;
    std::string node;
    std::string version;
    /// An access token of the daemon's broker; answered from any thread.
    std::function<void(zoho::TokenSource::Done)> lend_token;
    DeskControl* desk = nullptr;         // null: [desk] is not switched on
    WebhookControl* webhooks = nullptr;  // null: nobody is told of changes
  };
  explicit HttpApi(Parts parts);

  /// Serves a request; the server must outlive the replies. `server` is for timed waits and set after start.
  void serve(net::Request&& request, net::Reply reply);
  void use_timer(net::Server* server) { server_ = server; }
  /// Something came into the state or into Zoho: whoever waits for it is looked at. From any thread.
  void moved() { waiting_.moved(); }
  [[nodiscard]] static net::Response error_page(int status, std::string_view detail);

 private:
  struct Route;
  using Method = void (HttpApi::*)(net::Request&&, net::Reply, std::string id);
  [[nodiscard]] static const std::vector<Route>& routes();

  // events.cpp
  /// True when a signature stands in for the key; a bad one has been answered already.
  [[nodiscard]] bool is_signed(net::Request& request, net::Reply& reply, bool& answered);
  void post_events(net::Request&& request, net::Reply reply, std::string);
  void get_event(net::Request&& request, net::Reply reply, std::string);
  [[nodiscard]] bool backlog_is_full();
  // mappings.cpp
  void get_mapping(net::Request&& request, net::Reply reply, std::string user_id);
  void get_customer(net::Request&& request, net::Reply reply, std::string user_id);
  [[nodiscard]] bool is_settled(const std::string& user_id, store::Seq up_to);
  // lookups.cpp
  void find_mappings(net::Request&& request, net::Reply reply, std::string);
  void lookup_mappings(net::Request&& request, net::Reply reply, std::string);
  void export_mappings(net::Request&& request, net::Reply reply, std::string);
  // mapping_import.cpp
  void start_map_import(net::Request&& request, net::Reply reply, std::string);
  void get_map_import(net::Request&& request, net::Reply reply, std::string);
  // changes.cpp
  void get_changes(net::Request&& request, net::Reply reply, std::string);
  void get_history(net::Request&& request, net::Reply reply, std::string);
  [[nodiscard]] static net::Response cursor_problem(links::Cursor cursor, const store::ChangeBounds& bounds);
  // webhooks.cpp
  void list_webhooks(net::Request&& request, net::Reply reply, std::string);
  void replay_webhook(net::Request&& request, net::Reply reply, std::string name);
  void test_webhook(net::Request&& request, net::Reply reply, std::string name);
  // desk.cpp
  void open_ticket(net::Request&& request, net::Reply reply, std::string);
  void list_departments(net::Request&& request, net::Reply reply, std::string);
  // operations.cpp
  void get_status(net::Request&& request, net::Reply reply, std::string);
  void list_held(net::Request&& request, net::Reply reply, std::string);
  void get_held(net::Request&& request, net::Reply reply, std::string id);
  void retry_held(net::Request&& request, net::Reply reply, std::string id);
  void retry_all_held(net::Request&& request, net::Reply reply, std::string);
  void discard_held(net::Request&& request, net::Reply reply, std::string id);
  // token.cpp
  void get_token(net::Request&& request, net::Reply reply, std::string);
  // reconcile.cpp
  void start_reconcile(net::Request&& request, net::Reply reply, std::string);
  void get_reconcile(net::Request&& request, net::Reply reply, std::string);
  // users.cpp
  void erase_user(net::Request&& request, net::Reply reply, std::string user_id);
  void healthz(net::Request&& request, net::Reply reply, std::string);
  void readyz(net::Request&& request, net::Reply reply, std::string);
  void metrics(net::Request&& request, net::Reply reply, std::string);

  [[nodiscard]] static net::Response failure(const Error& error);
  /// What was found, or that it was not.
  [[nodiscard]] static net::Response json_or_404(const Result<std::optional<std::string>>& found,
                                                 std::string_view not_found);
  /// Why something long was not started: mostly that it is under way already.
  [[nodiscard]] static net::Response not_started(const Error& error);
  static constexpr std::string_view k_unknown_user = "no event has told of this user";

  Parts parts_;
  Authenticator auth_;
  ReaderPool readers_;
  WaitingRoom waiting_;
  std::atomic<net::Server*> server_ = nullptr;  // requests may come before it is set
  std::atomic<std::int64_t> backlog_checked_ms_{0};
  std::atomic<bool> backlog_full_{false};
};

}  // namespace zs::api
