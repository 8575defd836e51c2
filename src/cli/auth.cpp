// `auth`: from a person's consent to a refresh token in its file, tested. Without a code it explains how to get one.
#include <unistd.h>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "cli/command.hpp"
#include "cli/consent.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/secret_file.hpp"
#include "net/curl_transport.hpp"
#include "setup/calls.hpp"
#include "setup/grant.hpp"
#include "zoho/metadata.hpp"
#include "zoho/scopes.hpp"

namespace zs::cli {
namespace {

using setup::Grant;

/// What the new token can do, looked at once.
struct Test {
  std::vector<zoho::Need> missing;
  std::vector<std::string> missing_extra;  // of zoho.extra_scopes
  bool tells_scopes = false;
  std::optional<zoho::OrgMetadata> org;
  std::string trouble;  // why the org was not told
};

std::string steps(const config::Zoho& zoho) {
  return "How to give zohosync its access to Zoho CRM (data centre \"" + zoho.dc +
         "\"):\n\n"
         "  1. Sign in to Zoho as the user that zohosync shall act as: one of its own, with API access, that may edit\n"
         "     Contacts, Accounts and Deals.\n"
         "  2. Open " +
         setup::console_url(zoho) +
         " and add a client of the type Self Client. Its id and secret go into the files that\n"
         "     zoho.client_id_file and zoho.client_secret_file name" +
         (zoho.client_id.empty() || zoho.client_secret.empty() ? ", and are not there yet.\n"
                                                               : " (they are there).\n") +
         "  3. On its tab Generate Code, enter these scopes, choose 10 minutes, and the org (production or "
         "sandbox):\n\n"
         "     " +
         zoho::requested_scopes(zoho.extra_scopes) +
         "\n\n"
         "  4. zohosync auth --code CODE\n\n"
         "With a Server-based client instead: register " +
         redirect_uri(Options{}.port) + " as its Authorized Redirect URI, then `zohosync auth --redirect`.\n";
}

/// Where the refresh token goes; empty for standard output.
OrExit<std::string> destination(const config::Zoho& zoho, const Options& options) {
  if (zoho.client_id.empty() || zoho.client_secret.empty()) {
    return std::unexpected(
        fail_with(Exit::usage,
                  "the client's id and secret come first: name their files as zoho.client_id_file and "
                  "zoho.client_secret_file, or "
                  "set ZOHO_CLIENT_ID and ZOHO_CLIENT_SECRET. `zohosync auth` without arguments explains all steps"));
  }
  if (options.print) return std::string();
  if (!zoho.refresh_token_file.empty()) {
    // Before the code is spent.
    if (const auto may = may_write_secret(zoho.refresh_token_file); !may)
      return std::unexpected(fail_with(Exit::failed, may.error().text));
    return zoho.refresh_token_file;
  }
  return std::unexpected(
      fail_with(Exit::usage,
                zoho.refresh_token.empty()
                    ? "name a file for the token, as zoho.refresh_token_file, or give --print to have it on standard "
                      "output"
                    : "ZOHO_REFRESH_TOKEN is set, and a variable wins over a file: unset it and name a "
                      "zoho.refresh_token_file, or give --print to have the new token on standard output"));
}

OrExit<std::string> ask_for_code(const config::Zoho& zoho) {
  print(steps(zoho));
  if (::isatty(STDIN_FILENO) != 1) return std::unexpected(Exit::done);
  print("\nCode (or Enter to stop): ");
  std::string line;
  std::getline(std::cin, line);
  if (trim(line).empty()) return std::unexpected(Exit::done);
  return std::string(trim(line));
}

Test test(const config::Config& config, const Grant& grant, net::HttpTransport& transport) {
  Test test;
  test.tells_scopes = !trim(grant.token.scope).empty();
  test.missing = zoho::missing_scopes(grant.token.scope);
  test.missing_extra = zoho::not_covered(grant.token.scope, zoho::comma_separated(config.zoho.extra_scopes));
  const auto calls = setup::make_calls(config, transport, [&grant](std::string_view refused) -> Result<zoho::Token> {
    if (!refused.empty()) return fail(Errc::conflict, "Zoho refuses the token that it has just given");
    return grant.token;
  });
  const auto reply = calls->call("GET", "/crm/v8/org", "");
  const auto org = reply ? zoho::read_org(reply->body) : Result<zoho::OrgMetadata>(std::unexpected(reply.error()));
  if (org) {
    test.org = *org;
  } else {
    test.trouble = org.error().text;
  }
  return test;
}

bool serves(const Test& test) {
  for (const zoho::Need& need : test.missing) {
    if (need.is_required) return false;
  }
  return test.org.has_value();
}

std::string as_text(const std::string& file, const Test& test) {
  std::string out =
      file.empty() ? ""
                   : "Wrote the refresh token to " + file + " (mode 0600). A running daemon takes it up by itself.\n";
  if (test.org) {
    out += "Tested: it reaches the org " + printable(test.org->id) + " (" + printable(test.org->edition) + ", " +
           printable(test.org->type) + ").\n";
  } else {
    out += "Tested: it does not reach the org: " + printable(test.trouble) + "\n";
  }
  if (!test.tells_scopes) out += "Zoho did not say which scopes were granted; `zohosync doctor` tries them.\n";
  const bool has_all = test.missing.empty() && test.missing_extra.empty();
  if (test.tells_scopes && has_all) out += "All scopes are granted. Next: `zohosync setup`.\n";
  if (has_all) return out;
  out += "Scopes that are missing (make another code with all of them):\n";
  for (const zoho::Need& need : test.missing) {
    out += "  " + std::string(need.scope) + "  " + std::string(need.what_for) +
           (need.is_required ? "" : "; zohosync runs without") + "\n";
  }
  for (const std::string& scope : test.missing_extra)
    out += "  " + scope + "  wanted beside the sync (zoho.extra_scopes, [desk]); the sync runs without\n";
  return out;
}

std::string as_json(const std::string& file, const Grant& grant, const Test& test) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("refresh_token_file", file);
  if (file.empty()) json.field("refresh_token", grant.refresh_token);
  json.field("scope", grant.token.scope).key("missing_scopes").begin_array();
  for (const zoho::Need& need : test.missing) json.string(need.scope);
  for (const std::string& scope : test.missing_extra) json.string(scope);
  json.end_array().field("api_domain", grant.token.api_domain).key("org");
  if (test.org) {
    json.begin_object().field("id", test.org->id).field("edition", test.org->edition);
    json.field("type", test.org->type).end_object();
  } else {
    json.null();
  }
  json.field("trouble", test.trouble).end_object();
  return out + "\n";
}

}  // namespace

Exit auth(const Options& options) {
  const auto config = load_config(options);
  if (!config) return config.error();
  log::set_level(log::Level::error);
  if (options.redirect && !options.code.empty())
    return fail_with(Exit::usage, "--code and --redirect are two ways; give one");
  std::string code = options.code;
  if (code.empty() && !options.redirect) {
    auto typed = ask_for_code(config->zoho);
    if (!typed) return typed.error();
    code = std::move(*typed);
  }
  const auto file = destination(config->zoho, options);
  if (!file) return file.error();
  std::string redirect;
  if (options.redirect) {
    redirect = redirect_uri(options.port);
    auto brought = await_consent(config->zoho, options.port, [](const std::string& url, const std::string& uri) {
      // To standard error: standard output may be the token alone.
      std::cerr << "The client's Authorized Redirect URI must be " << uri
                << "\nOpen this on this machine and consent:\n\n  " << url << "\n\nWaiting for the answer …\n";
    });
    if (!brought)
      return fail_with(brought.error().code == Errc::unavailable ? Exit::unreachable : Exit::failed,
                       brought.error().text);
    code = std::move(*brought);
  }
  const auto transport = net::make_curl_transport({.max_connections_per_host = 1});
  const auto grant = setup::exchange(config->zoho, code, redirect, *transport, SystemClock{}.now());
  if (!grant) return fail_with(exit_of(grant.error()), grant.error().text);
  // Kept before it is tested: the code is spent.
  if (!file->empty()) {
    if (const auto written = write_secret(*file, grant->refresh_token); !written)
      return fail_with(Exit::failed, written.error().text);
  }
  const Test tested = test(*config, *grant, *transport);
  if (options.json) {
    print(as_json(*file, *grant, tested));
  } else if (file->empty()) {
    print(grant->refresh_token + "\n");
    std::cerr << as_text(*file, tested);
  } else {
    print(as_text(*file, tested));
  }
  return serves(tested) ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
