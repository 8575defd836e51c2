// `erase`: what an erasure would come to, read from the store; with --yes the daemon is asked for it and waited for.
#include <chrono>
#include <string>
#include <thread>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/json_view.hpp"
#include "cli/output.hpp"
#include "engine/erasure.hpp"

namespace zs::cli {
namespace {

constexpr auto k_look_again = std::chrono::milliseconds{200};
constexpr auto k_patience = std::chrono::minutes{5};
constexpr std::size_t k_all = 1'000'000;

struct Prospect {
  engine::ErasureScope scope;
  bool is_known = false;
  bool is_erased = false;
  std::size_t events = 0;
};

Result<Prospect> look(store::Reader& reader, const std::string& user_id) {
  Prospect prospect;
  ZS_ASSIGN(prospect.is_erased, reader.is_erased(event::Kind::user, user_id));
  ZS_ASSIGN(const auto user, reader.find(event::Kind::user, user_id));
  prospect.is_known = user.has_value();
  if (!user) return prospect;
  ZS_ASSIGN(prospect.scope, engine::erasure_scope(reader, *user));
  ZS_ASSIGN(const auto events, reader.events_of(user->id, k_all));
  prospect.events = events.size();
  return prospect;
}

std::string in_zoho(const store::Entity& entity) {
  return entity.zoho_id.empty() ? "(not in Zoho yet)" : entity.zoho_id;
}

std::string as_text(const Prospect& prospect, const std::string& user_id) {
  const std::string shown_id = printable(user_id);
  if (!prospect.is_known) {
    return "No event has told of the user " + shown_id +
           ". Erasing them would refuse what may still come; events named so could not be taken any more.\n";
  }
  const engine::ErasureScope& scope = prospect.scope;
  std::string out = "Erasing the user " + shown_id + " cannot be undone. It would\n";
  out += "  delete the Contact " + in_zoho(scope.user) + " in Zoho, and purge it from the recycle bin\n";
  for (const store::Entity& account : scope.accounts)
    out += "  delete and purge the Account " + in_zoho(account) + ", because nobody else is in it\n";
  for (const store::Entity& deal : scope.orphans)
    out += "  take name, Account and Contact off the Deal " + in_zoho(deal) + ", which stays\n";
  for (const store::Entity& deal : scope.subscriptions)
    out += "  take the Contact off the Deal " + in_zoho(deal) + ", which stays with its Account\n";
  out += "  remove " + counted(static_cast<std::int64_t>(prospect.events), "event") +
         ", the state, the ids and the timeline here\n";
  return out + "  refuse all later events of this user\n";
}

void write_ids(JsonWriter& json, std::string_view name, const std::vector<store::Entity>& entities) {
  json.key(name).begin_array();
  for (const store::Entity& one : entities)
    json.begin_object().field("id", one.key).field("zoho_id", one.zoho_id).end_object();
  json.end_array();
}

std::string as_json(const Prospect& prospect, const std::string& user_id) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", user_id).field_bool("known", prospect.is_known);
  json.field("contact_id", prospect.scope.user.zoho_id);
  write_ids(json, "accounts_deleted", prospect.scope.accounts);
  write_ids(json, "deals_orphaned", prospect.scope.orphans);
  write_ids(json, "deals_unlinked", prospect.scope.subscriptions);
  json.field("events", static_cast<std::int64_t>(prospect.events)).end_object();
  return out + "\n";
}

Exit explain(const Options& options, const std::string& user_id) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const auto prospect = look(**reader, user_id);
  if (!prospect) return fail_with(Exit::unreachable, prospect.error().text);
  if (prospect->is_erased) {
    print(prospect->is_known ? "The erasure of this user is under way.\n" : "This user was erased.\n");
    return Exit::done;
  }
  print(options.json ? as_json(*prospect, user_id) : as_text(*prospect, user_id));
  return fail_with(Exit::usage, "nothing was erased: add --yes to erase");
}

Exit held_words(const JsonView& answer) {
  simdjson::dom::element held;
  if (answer.root()["held"].get(held) != simdjson::SUCCESS || held.is_null())
    return fail_with(Exit::failed, "the erasure is held: see zohosync held list");
  return fail_with(Exit::failed, "the erasure needs a person: " + shown(held, "message") + " (" + shown(held, "code") +
                                     "). " + shown(held, "mend") + ". Then: zohosync held retry " + shown(held, "id"));
}

}  // namespace

Exit erase(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "erase wants one user id");
  const std::string& user_id = options.names.front();
  if (!options.yes) return explain(options, user_id);
  auto client = connect(options);
  if (!client) return client.error();
  const auto deadline = std::chrono::steady_clock::now() + k_patience;
  for (;;) {
    // Asking again is how to ask how far it is.
    const net::ClientResponse answer = client->send("DELETE", "/v1/users/" + percent_encode(user_id));
    if (answer.exchange != net::Exchange::answered || answer.status >= 300) {
      const Refusal refusal = refusal_of(answer, client->url());
      return fail_with(refusal.exit, refusal.text);
    }
    if (answer.status == 200)
      return print(options.json ? answer.body + "\n" : "Erased. Later events of this user are refused.\n")
                 ? Exit::done
                 : Exit::failed;
    const JsonView view(answer.body);
    if (view.is_json() && shown(view.root(), "state") == "held") {
      if (options.json) print(answer.body + "\n");
      return held_words(view);
    }
    if (std::chrono::steady_clock::now() > deadline) {
      return fail_with(Exit::failed,
                       "the erasure is not over: the daemon goes on with it by itself (zohosync status says "
                       "what it waits for)");
    }
    std::this_thread::sleep_for(k_look_again);
  }
}

}  // namespace zs::cli
