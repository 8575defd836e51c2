#pragma once
// What was asked for on the command line, and how each verb ends.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace zs::cli {

/// interface.md 1.
enum class Exit : int {
  done = 0,
  failed = 1,       // the thing asked for
  usage = 2,        // or a bad configuration
  unreachable = 3,  // something it needs: Zoho, the daemon, the store
};

struct Options {
  std::string config_file;         // --config; empty: the usual places
  std::vector<std::string> names;  // what follows the verb: users, files, ids
  bool json = false;
  bool force = false;                         // init
  bool apply = false;                         // setup, mapping import
  bool redirect = false;                      // auth
  bool print = false;                         // auth: the token to standard output
  std::uint16_t port = 8765;                  // auth --redirect
  bool probe = false;                         // doctor
  bool allow_production = false;              // doctor --probe
  bool all = false;                           // held retry
  bool csv = false;                           // mapping export
  bool restart = false;                       // import
  bool repair = false;                        // reconcile, mapping verify
  bool offline = false;                       // plan
  std::string import_file;                    // plan
  bool yes = false;                           // erase
  std::vector<std::string> scopes;            // token: OAuth's, that it must have
  std::string code;                           // held list, retry: Zoho's; auth: of the consent
  std::string side;                           // held list, retry
  std::string key;                            // of the daemon's HTTP interface; else $ZOHOSYNC_API_KEY
  std::string url;                            // of the daemon; else from server.listen
  std::string subject;                        // desk ticket
  std::string description;                    // desk ticket
  std::string department;                     // desk ticket
  std::string idempotency_key;                // desk ticket; else a new one
  std::map<std::string, std::string> lookup;  // mapping find: "contact_id" and the like
  std::string email;                          // mapping find
  std::string after;                          // mapping find, export: the user id behind which to go on
};

using Verb = Exit (*)(const Options&);

Exit init(const Options& options);
Exit serve(const Options& options);
Exit auth(const Options& options);
Exit token(const Options& options);
Exit doctor(const Options& options);
Exit setup(const Options& options);
Exit import_events(const Options& options);
Exit plan(const Options& options);
Exit reconcile(const Options& options);
Exit customer(const Options& options);
Exit mapping_get(const Options& options);
Exit mapping_find(const Options& options);
Exit mapping_export(const Options& options);
Exit mapping_import(const Options& options);
Exit mapping_verify(const Options& options);
Exit held_list(const Options& options);
Exit held_show(const Options& options);
Exit held_retry(const Options& options);
Exit held_discard(const Options& options);
Exit erase(const Options& options);
Exit desk_ticket(const Options& options);
Exit desk_departments(const Options& options);
Exit status(const Options& options);
Exit config_check(const Options& options);

}  // namespace zs::cli
