#include "cli/probe.hpp"

#include <memory>
#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "cli/environment.hpp"
#include "cli/import/interrupt.hpp"
#include "cli/output.hpp"
#include "setup/probe.hpp"
#include "store/store.hpp"
#include "zoho/limits.hpp"
#include "zoho/metadata.hpp"

namespace zs::cli {
namespace {

using setup::Answers;

Result<std::unique_ptr<store::Store>> open(const config::Config& config) {
  ZS_ASSIGN(const std::string path, store_path(config));
  store::Options options;
  options.path = path;
  auto store = store::open_sqlite(options);
  if (!store && store.error().code == Errc::conflict) {
    return fail(Errc::unavailable,
                "a daemon has the store " + path + ", where the answers are kept: stop it, probe, and start it again");
  }
  return store;
}

Result<void> keep(const config::Config& config, const std::string& org, const Answers& answers) {
  ZS_ASSIGN(const std::unique_ptr<store::Store> store, open(config));
  return store->write(
      [&](store::Transaction& tx) { return tx.set_meta(zoho::probe_key(org), setup::to_json(answers)); });
}

std::string as_text(const Answers& answers, const std::string& org) {
  std::vector<std::vector<std::string>> rows;
  for (const setup::Question& question : setup::questions()) {
    const auto found = answers.find(question.key);
    rows.push_back({std::string(question.words), found == answers.end() ? "" : printable(found->second)});
  }
  return "The org " + printable(org) + " has answered:\n\n" + aligned(rows, "  ") +
         "\nKept in the store. The throwaway Contacts are deleted and purged.\n";
}

std::string as_json(const Answers& answers, const std::string& org) {
  std::string out;
  JsonWriter(out).begin_object().field("org", org).key("capabilities").raw(setup::to_json(answers)).end_object();
  return out + "\n";
}

Result<Answers> ask(const Options& options, const config::Config& config, setup::Calls& calls, std::string& org) {
  ZS_ASSIGN(const setup::Reply reply, calls.call("GET", "/crm/v8/org", ""));
  ZS_ASSIGN(const zoho::OrgMetadata found, zoho::read_org(reply.body));
  org = found.id;
  ZS_TRY(setup::may_probe(found.type, options.allow_production));
  // Whether the answers can be kept is better known before the questions.
  ZS_TRY(open(config));
  // The transport's thread is there already and takes no signal that matters: a flag is all that is set.
  const Interrupt interrupt;
  ZS_ASSIGN(Answers answers, setup::probe(config, calls, random_hex(4), [&interrupt] { return interrupt.is_set(); }));
  ZS_TRY(keep(config, org, answers));
  return answers;
}

}  // namespace

Exit probe_org(const Options& options, const config::Config& config, setup::Calls& calls) {
  std::string org;
  const auto answers = ask(options, config, calls, org);
  if (!answers) return fail_with(exit_of(answers.error()), answers.error().text);
  return print(options.json ? as_json(*answers, org) : as_text(*answers, org)) ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
