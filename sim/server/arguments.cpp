#include "server/arguments.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "core/fault_profiles.hpp"
#include "core/organization.hpp"
#include "core/text.hpp"
#include "server/doubts.hpp"

namespace zohosim {
namespace {

template <class Value>
using Names = std::map<std::string, Value>;

/// An option that takes one of a few words.
template <class Value>
void add_choice(CLI::App& app, const std::string& name, Value& value, const Names<Value>& names,
                const std::string& help) {
  const auto read = [&value, names, name](const std::string& word) {
    const auto found = names.find(word);
    if (found == names.end()) {
      std::string known;
      for (const auto& [one, meaning] : names) known.append(known.empty() ? "" : ", ").append(one);
      throw CLI::ValidationError(name, "'" + word + "' is none of " + known);
    }
    value = found->second;
  };
  app.add_option_function<std::string>(name, read, help);
}

struct RawDesk {
  std::string departments;
  std::string custom_fields;
  std::string mandatory;
  std::int64_t sync_ms = 5'000;
  std::int64_t search_lag_ms = 60'000;
  std::int64_t daily_credits = 0;
};

struct Raw {
  std::string listen = "127.0.0.1:8090";
  std::int64_t latency_ms = 0;
  std::int64_t jitter_ms = 0;
  std::int64_t search_lag_ms = 2000;
  std::int64_t daily_credits = 0;
  int concurrency = 0;
  std::string scopes;
  std::string utc_offset;
  bool empty_org = false;
  RawDesk desk;
};

void add_account_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--client-id", options.client_id, "Accepted client id")->capture_default_str();
  app.add_option("--client-secret", options.client_secret, "Accepted client secret")->capture_default_str();
  app.add_option("--refresh-token", options.refresh_token, "Accepted refresh token")->capture_default_str();
  app.add_option("--grant-code", options.grant_code, "Self-client code, good for one exchange")->capture_default_str();
  app.add_option("--scopes", raw.scopes, "Comma list of what tokens may do (default: all that zohosync needs)");
}

void add_org_options(CLI::App& app, Arguments& out, Raw& raw) {
  Options& options = out.options;
  const Names<Edition> editions{{"free", Edition::free},
                                {"standard", Edition::standard},
                                {"professional", Edition::professional},
                                {"enterprise", Edition::enterprise},
                                {"ultimate", Edition::ultimate}};
  add_choice(app, "--edition", options.edition, editions, "Edition, which sets the limits (default enterprise)");
  app.add_option("--org-type", options.org_type, "What the org says it is")
      ->check(CLI::IsMember({"production", "sandbox", "developer"}))
      ->capture_default_str();
  app.add_option("--licences", options.user_licences, "User licences; they raise the daily credits")
      ->capture_default_str();
  app.add_option("--daily-credits", raw.daily_credits, "Daily credits instead of the edition's");
  app.add_option("--concurrency", raw.concurrency, "Calls at once instead of the edition's");
  auto* org = app.add_option("--org", out.beginning.org_file, "Start from this snapshot, also after a reset")
                  ->check(CLI::ExistingFile);
  app.add_option("--write-org", out.write_org_file, "Write the org as a snapshot at the end");
  app.add_flag("--empty-org", raw.empty_org, "Start without records, which is also the default")->excludes(org);
  app.add_flag("--ready", options.ready, "Start with unique external id fields on Contacts, Accounts and Deals");
  app.add_flag("--pipelines", options.pipelines, "Deals have pipelines; a stage must belong to its pipeline");
  app.add_flag("--multi-currency", options.multi_currency, "Deals have a currency");
  app.add_option("--mandatory", options.layout_mandatory,
                 "Field that an admin made mandatory, as Deals.Closing_Date; may be repeated");
  app.add_option("--utc-offset", raw.utc_offset, "Time zone of the API user, as +05:30");
}

void add_network_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--latency-ms", raw.latency_ms, "Time every answer takes")->check(CLI::NonNegativeNumber);
  app.add_option("--jitter-ms", raw.jitter_ms, "At most this much more, at random")->check(CLI::NonNegativeNumber);
  app.add_option("--search-lag-ms", raw.search_lag_ms, "Time until a written record is found by search")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of everything random")->capture_default_str();
}

void add_fault_options(CLI::App& app, Beginning& beginning) {
  std::vector<std::string> profiles;
  for (const std::string_view name : fault_profile_names()) profiles.emplace_back(name);
  app.add_option("--faults", beginning.faults_file,
                 "Start with the faults of this file: JSON as POST /control/faults takes")
      ->check(CLI::ExistingFile);
  app.add_option("--fault-profile", beginning.fault_profile,
                 "Start with a mixture of faults; --seed decides which calls")
      ->check(CLI::IsMember(profiles));
}

void add_desk_options(CLI::App& app, DeskOptions& desk, RawDesk& raw) {
  app.add_option("--desk-departments", raw.departments, "Comma list of Zoho Desk's departments (default Support)");
  app.add_option("--desk-custom-fields", raw.custom_fields, "Comma list of the custom fields of tickets and contacts");
  app.add_option("--desk-mandatory", raw.mandatory, "Comma list of what a ticket must have (default subject)");
  app.add_option("--desk-sync-ms", raw.sync_ms, "Time until a CRM Contact is mapped in Desk; -1: never")
      ->capture_default_str();
  app.add_option("--desk-search-lag-ms", raw.search_lag_ms, "Time until Desk's search finds what was written")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--desk-daily-credits", raw.daily_credits, "Desk's daily credits instead of the edition's");
  app.add_flag("--desk-unique-email", desk.email_is_unique, "Two contacts of Desk may not share an e-mail");
  app.add_option("--desk-ticket-reuses-contact", desk.ticket_reuses_contact,
                 "A ticket's `contact` with a known e-mail is that contact")
      ->capture_default_str();
  app.add_flag("--desk-org-optional", desk.org_id_may_be_absent, "Desk answers without the orgId header too");
}

[[noreturn]] void bad_usage(const std::string& why) {
  std::cerr << "zohosim: " << why << "\n";
  std::exit(2);
}

void read_listen(const std::string& text, Arguments& out) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size())
    bad_usage("--listen wants ADDRESS:PORT, not '" + text + "'");
  if (colon != std::string::npos) out.address = text.substr(0, colon);
}

int read_offset(const std::string& text) {
  int hours = 0;
  int minutes = 0;
  const bool shaped = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
  const auto digits = [&](std::size_t at, int& value) {
    return std::from_chars(text.data() + at, text.data() + at + 2, value).ptr == text.data() + at + 2;
  };
  if (!shaped || !digits(1, hours) || !digits(4, minutes))
    bad_usage("--utc-offset wants +hh:mm or -hh:mm, not '" + text + "'");
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

/// A run that cannot keep its org is better told so before it than after.
void check_folder(const std::string& file) {
  if (file.empty()) return;
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::is_directory(folder)) bad_usage("--write-org: there is no directory " + folder.string());
}

void settle_desk(const RawDesk& raw, DeskOptions& desk) {
  if (!raw.departments.empty()) desk.departments = comma_list(raw.departments);
  if (!raw.custom_fields.empty()) desk.custom_fields = comma_list(raw.custom_fields);
  if (!raw.mandatory.empty()) desk.mandatory = comma_list(raw.mandatory);
  if (raw.daily_credits > 0) desk.daily_credits = raw.daily_credits;
  desk.sync_delay = std::chrono::milliseconds{raw.sync_ms};
  desk.search_lag = std::chrono::milliseconds{raw.search_lag_ms};
}

void check_mandatory(const Options& options) {
  Organization org(options);
  for (const std::string& name : options.layout_mandatory) {
    if (!make_mandatory(org, name)) bad_usage("--mandatory wants Module.Field of this org, not '" + name + "'");
  }
}

void settle(const Raw& raw, Arguments& out) {
  Options& options = out.options;
  read_listen(raw.listen, out);
  check_folder(out.write_org_file);
  options.origin = "http://" + out.address + ":" + std::to_string(out.port);
  options.latency = std::chrono::milliseconds{raw.latency_ms};
  options.jitter = std::chrono::milliseconds{raw.jitter_ms};
  options.search_lag = std::chrono::milliseconds{raw.search_lag_ms};
  if (raw.daily_credits > 0) options.daily_credits = raw.daily_credits;
  if (raw.concurrency > 0) options.concurrency = raw.concurrency;
  if (!raw.scopes.empty()) options.scopes = comma_list(raw.scopes);
  if (!raw.utc_offset.empty()) options.utc_offset_minutes = read_offset(raw.utc_offset);
  settle_desk(raw.desk, options.desk);
  check_mandatory(options);
}

}  // namespace

Arguments read_arguments(int argc, char** argv) {
  Arguments out;
  Raw raw;
  CLI::App app{"zohosim: Zoho's accounts server and CRM v8 on one port, for demos, staging and tests", "zohosim"};
  app.add_option("--listen", raw.listen, "Address and port; port 0 takes any free one")->capture_default_str();
  add_org_options(app, out, raw);
  add_account_options(app, out.options, raw);
  add_network_options(app, out.options, raw);
  add_fault_options(app, out.beginning);
  add_desk_options(app, out.options.desk, raw.desk);
  add_doubts(app, out.options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  settle(raw, out);
  return out;
}

}  // namespace zohosim
