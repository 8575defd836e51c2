#include "daemon/credentials.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace zs::daemon {
namespace {

/// A mended file counts at once.
std::string current_secret(const std::string& file, const std::string& otherwise) {
  if (file.empty()) return otherwise;
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return in ? std::string(trim(text.str())) : otherwise;
}

}  // namespace

zoho::Credentials credentials_of(const config::Zoho& zoho) {
  return {current_secret(zoho.client_id_file, zoho.client_id),
          current_secret(zoho.client_secret_file, zoho.client_secret),
          current_secret(zoho.refresh_token_file, zoho.refresh_token)};
}

zoho::TokenBroker::Options broker_options(const config::Zoho& zoho, store::Store& store,
                                          std::function<void(std::move_only_function<void()>)> post) {
  zoho::TokenBroker::Options options;
  options.accounts_url = zoho.accounts_url;
  options.credentials = [&zoho] { return credentials_of(zoho); };
  options.save = [&store](std::string state, std::move_only_function<void()> kept) {
    store.write_async([state = std::move(state)](store::Transaction& tx) { return tx.set_meta(k_meta_token, state); },
                      [kept = std::move(kept)](const Result<void>&) mutable { kept(); });
  };
  options.post = std::move(post);
  options.api_base = [&zoho](std::string_view api_domain) { return config::api_base(zoho, api_domain); };
  return options;
}

}  // namespace zs::daemon
