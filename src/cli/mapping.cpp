// `mapping get|find|export`: the id map, read from the store beside a daemon or without one.
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"
#include "links/views.hpp"

namespace zs::cli {
namespace {

constexpr std::size_t k_page = 500;

std::string array_of(const std::vector<std::string>& documents) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("mappings").begin_array();
  for (const std::string& document : documents) json.raw(document);
  json.end_array().end_object();
  return out + "\n";
}

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
  if (options.lookup.size() != 1) {
    return fail_with(
        Exit::usage,
        "mapping find wants one of --contact-id, --account-id, --account-key, --subscription-id, --deal-id");
  }
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const auto& [key, id] = *options.lookup.begin();
  const auto found = links::find_mappings_json(**reader, links::parse_key(key).value(), id);
  if (!found) return fail_with(Exit::unreachable, found.error().text);
  if (options.json) {
    print(array_of(*found));
  } else {
    for (const std::string& mapping : *found) print(mapping_text(mapping));
  }
  if (!found->empty()) return Exit::done;
  return options.json ? Exit::failed : fail_with(Exit::failed, "no user is known by the " + key + " " + printable(id));
}

Exit mapping_export(const Options& options) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  if (options.csv && !print(k_mapping_csv_head)) return Exit::failed;
  std::string after;
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
