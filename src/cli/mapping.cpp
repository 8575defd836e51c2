// `mapping get|find|export`: the id map, read from the store beside a daemon or without one.
#include <map>
#include <string>
#include <utility>

#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"
#include "links/lookup.hpp"
#include "links/views.hpp"

namespace zs::cli {
namespace {

constexpr std::size_t k_page = 500;

}  // namespace

Exit mapping_get(const Options& options) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  Exit exit = Exit::done;
  for (const std::string& user : options.names) {
    const auto mapping = links::mapping_json(**reader, user);
    if (!mapping) return fail_with(Exit::unreachable, mapping.error().text);
    if (*mapping) {
      print(options.json ? **mapping + "\n" : mapping_text(**mapping));
    } else {
      exit = fail_with(Exit::failed, "no event has told of the user " + printable(user));
    }
  }
  return exit;
}

Exit mapping_find(const Options& options) {
  std::map<std::string, std::string> lookup = options.lookup;
  // The e-mail stays on this machine, and in its own form out of every index.
  if (!options.email.empty()) lookup["email_hash"] = links::email_hash_of(options.email);
  if (lookup.size() != 1) {
    return fail_with(Exit::usage,
                     "mapping find wants one of --user-id, --account-key, --subscription-id, --contact-id, "
                     "--account-id, --deal-id, --email, --email-hash");
  }
  const auto& [name, id] = *lookup.begin();
  const links::Key key = links::parse_key(name).value();
  if (const auto fault = links::fault_of(key, id)) return fail_with(Exit::usage, *fault);
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  std::string out = options.json ? R"({"mappings":[)" : "";
  std::string after = options.after;
  std::size_t printed = 0;
  // An account's people come page by page: what is in memory does not grow with them.
  do {
    const auto page = links::find_mappings(**reader, key, id, after, k_page);
    if (!page) return fail_with(Exit::unreachable, page.error().text);
    for (const std::string& mapping : page->mappings) {
      out += options.json ? (printed++ == 0 ? "" : ",") + mapping : (++printed, mapping_text(mapping));
    }
    if (!print(std::exchange(out, {}))) return Exit::failed;
    after = page->next;
  } while (!after.empty());
  if (options.json && !print("]}\n")) return Exit::failed;
  if (printed != 0) return Exit::done;
  if (options.json) return Exit::failed;
  return fail_with(Exit::failed, options.email.empty() ? "no user is known by the " + name + " " + printable(id)
                                                       : "no user is known by this e-mail");
}

Exit mapping_export(const Options& options) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  if (options.csv && !print(k_mapping_csv_head)) return Exit::failed;
  std::string after = options.after;
  do {
    const auto page = links::export_page(**reader, after, k_page);
    if (!page) return fail_with(Exit::unreachable, page.error().text);
    std::string out;
    for (const std::string& mapping : *page) out += options.csv ? mapping_csv(mapping) : mapping + "\n";
    if (!print(out)) return Exit::failed;
  } while (!after.empty());
  return Exit::done;
}

}  // namespace zs::cli
