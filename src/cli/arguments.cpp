#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "cli/output.hpp"
#include "config/suggest.hpp"

namespace zs::cli {
namespace {

struct Group {
  std::string_view name;
  std::string_view about;
  std::vector<std::string_view> verbs;
};

const std::array k_groups{
    Group{"mapping", "The canonical id map: platform ids and Zoho ids", {"get", "find", "export", "import", "verify"}},
    Group{"held", "What could not be synced, why, and what would mend it", {"list", "show", "retry", "discard"}},
    Group{"desk", "Zoho Desk: tickets for platform users", {"ticket", "departments"}},
    Group{"config", "The configuration", {"check"}},
};
constexpr auto k_lookup_keys = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"user_id", "The platform's id"},
    {"account_key", "The platform's id"},
    {"subscription_id", "The platform's id"},
    {"contact_id", "Zoho's id"},
    {"account_id", "Zoho's id"},
    {"deal_id", "Zoho's id"},
    {"email_hash", "SHA-256 of the trimmed, lower-cased e-mail, in hex"},
});
constexpr auto k_verbs =
    std::to_array<std::string_view>({"init", "serve", "auth", "token", "doctor", "setup", "import", "plan", "reconcile",
                                     "customer", "mapping", "held", "erase", "desk", "status", "config"});

constexpr const char* k_footer =
    "The configuration is --config FILE, else ./zohosync.toml, $ZOHOSYNC_CONFIG, /etc/zohosync/zohosync.toml.\n"
    "Exit status: 0 done, 1 what was asked for failed, 2 bad usage or configuration, 3 cannot reach what it needs.";

/// Declares the verbs; the chosen one and its options end in `parsed`.
class CommandLine {
 public:
  explicit CommandLine(Parsed& parsed) : parsed_(parsed) {
    app_.set_version_flag("--version", "zohosync " ZS_VERSION);
    app_.set_help_flag("-h,--help", "Say this");
    app_.require_subcommand(1);
    app_.footer(k_footer);
    add_config(app_);
    declare_daemon_verbs();
    declare_comparisons();
    declare_looks();
    declare_held();
    declare_desk();
  }

  CLI::App& app() { return app_; }

 private:
  CLI::App* verb(CLI::App& parent, const std::string& name, const std::string& about, Verb run) {
    CLI::App* one = parent.add_subcommand(name, about);
    add_config(*one);
    one->callback([this, run] { parsed_.verb = run; });
    return one;
  }

  CLI::App& group(std::string_view name) {
    const auto found = std::ranges::find(k_groups, name, &Group::name);
    CLI::App* one = app_.add_subcommand(std::string(name), std::string(found->about));
    one->require_subcommand(1);
    return *one;
  }

  void add_config(CLI::App& app) {
    app.add_option("--config", options_.config_file, "The configuration file")->type_name("FILE");
  }
  void add_json(CLI::App* app) { app->add_flag("--json", options_.json, "Print JSON instead of text"); }
  void add_daemon(CLI::App* app) {
    app->add_option("--key", options_.key,
                    "API key of the daemon; better given as $ZOHOSYNC_API_KEY, which other users cannot see")
        ->type_name("KEY");
    app->add_option("--url", options_.url, "Address of the daemon; else taken from server.listen")->type_name("URL");
  }
  void add_after(CLI::App* app) {
    app->add_option("--after", options_.after, "Go on behind this user id")->type_name("USER");
  }
  void add_names(CLI::App* app, const std::string& name, const std::string& about, bool required = true) {
    CLI::Option* names = app->add_option(name, options_.names, about)->type_name("");
    if (required) names->required();
  }

  void declare_daemon_verbs() {
    CLI::App* one =
        verb(app_, "init", "Write a commented configuration and make an API key, which is printed once", init);
    one->add_flag("--force", options_.force, "Replace a file that is there; its key is lost");
    add_json(one);
    verb(app_, "serve", "Run the daemon in the foreground until SIGTERM", serve);
    one = verb(app_, "auth", "Get the refresh token; without arguments explains how", auth);
    one->add_option("--code", options_.code, "The code that the API console generated for a self client")
        ->type_name("CODE");
    one->add_flag("--redirect", options_.redirect, "Ask for consent in a browser, for a server-based client");
    one->add_option("--port", options_.port, "With --redirect: where on 127.0.0.1 the answer is awaited")
        ->capture_default_str();
    one->add_flag("--print", options_.print, "The token to standard output instead of into its file");
    add_json(one);
    one = verb(app_, "token", "Print a valid access token, for a sibling service with the same credentials", token);
    one->add_option("--scope", options_.scopes,
                    "OAuth scopes that it must have, such as Desk.tickets.READ; fails with the missing ones otherwise")
        ->type_name("SCOPE")
        ->delimiter(',');
    add_daemon(one);
    add_json(one);
    one = verb(app_, "doctor", "Check credentials, scopes and the org; every fault with its mend", doctor);
    one->add_flag("--probe", options_.probe,
                  "Try out what Zoho's documents leave open, on a sandbox, with Contacts that are removed again");
    one->add_flag("--allow-production", options_.allow_production, "With --probe: also where real customers are");
    add_daemon(one);
    add_json(one);
    one = verb(app_, "setup", "Show what Zoho lacks (id fields, tags); with --apply create it", setup);
    one->add_flag("--apply", options_.apply, "Create it");
    add_daemon(one);
    add_json(one);
    one = verb(app_, "import",
               "Backfill events from NDJSON files, one CloudEvent a line; can be interrupted and repeated",
               import_events);
    add_names(one, "FILE", "Files of events; - is standard input");
    one->add_flag("--restart", options_.restart, "Begin anew instead of where the last run stopped");
    add_daemon(one);
    add_json(one);
  }

  void declare_comparisons() {
    CLI::App* one = verb(app_, "reconcile",
                         "Compare Zoho with what it should hold, and report what differs; asks the daemon", reconcile);
    one->add_flag("--repair", options_.repair, "Write what differs, by the policies of the fields");
    add_daemon(one);
    add_json(one);
    one = verb(app_, "plan",
               "What a sync, or an import, would write, field by field, and what it costs; writes nothing", plan);
    add_names(one, "USER", "Only these platform users, with their accounts and subscriptions", false);
    one->add_option("--import", options_.import_file, "As if these events (NDJSON, - is standard input) were imported")
        ->type_name("FILE");
    one->add_flag("--offline", options_.offline, "Ask nothing of Zoho: nobody is looked up");
    add_daemon(one);
    add_json(one);
  }

  void declare_looks() {
    CLI::App* one =
        verb(app_, "customer", "One customer's whole story: state, ids, and every event and call", customer);
    add_names(one, "USER", "The platform's user id");
    add_json(one);
    CLI::App& mapping = group("mapping");
    one = verb(mapping, "get", "The Zoho ids of users", mapping_get);
    add_names(one, "USER", "Platform user ids");
    add_json(one);
    one = verb(mapping, "find", "The users that an id belongs to", mapping_find);
    for (const auto& [key, about] : k_lookup_keys) {
      std::string flag = "--" + std::string(key);
      std::ranges::replace(flag, '_', '-');
      one->add_option(flag, options_.lookup[std::string(key)], std::string(about))->type_name("ID");
    }
    one->add_option("--email", options_.email, "The e-mail itself; only its hash is looked for")->type_name("E-MAIL");
    add_after(one);
    add_json(one);
    one = verb(mapping, "export", "All mappings, one JSON object a line, ordered by user id", mapping_export);
    one->add_flag("--csv", options_.csv, "CSV instead, one row a subscription");
    add_after(one);
    one->add_flag("--json", options_.json, "NDJSON, which it is anyway");
    one = verb(mapping, "import", "Check an existing id map (CSV) against the org; with --apply link what is right",
               mapping_import);
    add_names(one, "FILE",
              "CSV with the columns user_id, contact_id, account_key, account_id, subscription_id, deal_id, "
              "or some of them; - is standard input");
    one->add_flag("--apply", options_.apply, "Link the pairs and write the platform ids onto the records");
    add_daemon(one);
    add_json(one);
    one = verb(mapping, "verify", "Check the id map against Zoho: are the records there, and who do they say they are",
               mapping_verify);
    one->add_flag("--repair", options_.repair, "Mend what needs no person, hold what does");
    add_daemon(one);
    add_json(one);
    one = verb(app_, "erase", "Forget a person, in Zoho and here: shows what it would come to; with --yes does it",
               erase);
    add_names(one, "USER", "The platform's user id");
    one->add_flag("--yes", options_.yes, "Erase; it cannot be undone. Asks the daemon");
    add_daemon(one);
    add_json(one);
    one = verb(app_, "status", "How things stand: backlog, held, credits, connection to Zoho; asks the daemon", status);
    add_daemon(one);
    add_json(one);
    add_json(
        verb(group("config"), "check", "Check the configuration offline, every fault with its line", config_check));
  }

  void add_held_filter(CLI::App* one) {
    one->add_option("--code", options_.code, "Only what is held with this code")->type_name("CODE");
    one->add_option("--side", options_.side,
                    "Only what is about the customer's own data (data), or about the org or zohosync (org)")
        ->type_name("data|org")
        ->check(CLI::IsMember({"data", "org"}));
  }

  void declare_held() {
    CLI::App& held = group("held");
    CLI::App* one = verb(held, "list", "Everything that is held, or what matches", held_list);
    add_held_filter(one);
    add_json(one);
    one = verb(held, "show", "One held record with all its details", held_show);
    add_names(one, "ID", "Its id, from the list");
    add_json(one);
    one = verb(held, "retry", "Try again: one, or all, or what matches; asks the daemon", held_retry);
    add_names(one, "ID", "Its id, from the list", false);
    one->add_flag("--all", options_.all, "All that is held");
    add_held_filter(one);
    add_daemon(one);
    add_json(one);
    one = verb(held, "discard", "Leave the record as it is until the customer's next event; asks the daemon",
               held_discard);
    add_names(one, "ID", "Its id, from the list");
    add_daemon(one);
    add_json(one);
  }

  void declare_desk() {
    CLI::App& desk = group("desk");
    CLI::App* one = verb(desk, "ticket", "Open a ticket for a platform user; asks the daemon", desk_ticket);
    add_names(one, "USER", "The platform's user id");
    one->add_option("--subject", options_.subject, "What it is about")->required()->type_name("TEXT");
    one->add_option("--description", options_.description, "What to say, as plain text")->required()->type_name("TEXT");
    one->add_option("--department", options_.department, "Desk's id of a department; else desk.department_id")
        ->type_name("ID");
    one->add_option("--idempotency-key", options_.idempotency_key,
                    "The same for the same ticket: repeating the command then makes no second one. Else a new one")
        ->type_name("KEY");
    add_daemon(one);
    add_json(one);
    one = verb(desk, "departments", "The departments that tickets can go to; asks the daemon", desk_departments);
    add_daemon(one);
    add_json(one);
  }

  Parsed& parsed_;
  Options& options_ = parsed_.options;
  CLI::App app_{"Keeps Zoho CRM true to what happens on a SaaS platform", "zohosync"};
};

std::string no_such_verb(std::string_view given, std::string_view within, std::span<const std::string_view> known) {
  const std::string prefix = within.empty() ? "" : std::string(within) + " ";
  std::string out = "there is no verb '" + prefix + std::string(given) + "'";
  const std::string_view nearest = config::nearest(given, known);
  if (!nearest.empty()) return out + ". Did you mean '" + prefix + std::string(nearest) + "'?";
  return out + ". There are: " + config::listed(known);
}

}  // namespace

std::optional<std::string> verb_fault(std::span<const std::string> arguments) {
  if (std::ranges::any_of(
          arguments, [](const std::string& word) { return word == "-h" || word == "--help" || word == "--version"; })) {
    return std::nullopt;
  }
  const Group* group = nullptr;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--config") ++i;
    if (word.starts_with("-")) continue;
    if (group != nullptr) {
      if (std::ranges::find(group->verbs, word) != group->verbs.end()) return std::nullopt;
      return no_such_verb(word, group->name, group->verbs);
    }
    if (std::ranges::find(k_verbs, word) == k_verbs.end()) return no_such_verb(word, "", k_verbs);
    const auto found = std::ranges::find(k_groups, word, &Group::name);
    if (found == k_groups.end()) return std::nullopt;
    group = &*found;
  }
  if (group == nullptr) return "say what to do: " + config::listed(k_verbs) + ". zohosync --help explains";
  return std::string(group->name) + " wants one of: " + config::listed(group->verbs);
}

Parsed parse_arguments(int argc, const char* const* argv) {
  Parsed parsed;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (const auto fault = verb_fault(arguments)) {
    complain(*fault);
    parsed.exit = Exit::usage;
    return parsed;
  }
  CommandLine line(parsed);
  try {
    line.app().parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    line.app().exit(help_or_version);
    parsed.verb = nullptr;
  } catch (const CLI::ParseError& fault) {
    complain(std::string(fault.what()) + ". zohosync VERB --help shows what each verb takes");
    parsed.verb = nullptr;
    parsed.exit = Exit::usage;
  }
  std::erase_if(parsed.options.lookup, [](const auto& entry) { return entry.second.empty(); });
  return parsed;
}

}  // namespace zs::cli
