#include "api/auth.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace zs::api {

namespace {

bool allows(const std::vector<config::Scope>& scopes, config::Scope wanted) {
  return std::ranges::any_of(scopes, [&](config::Scope has) { return has == wanted || has == config::Scope::admin; });
}

}  // namespace

Authenticator::Authenticator(const std::vector<config::ApiKey>& keys, std::vector<config::Scope> local)
    : local_(std::move(local)) {
  for (const config::ApiKey& key : keys) {
    auto& scopes = scopes_by_hash_[to_lower(key.sha256)];
    scopes.insert(scopes.end(), key.scopes.begin(), key.scopes.end());
  }
}

Authenticator::Verdict Authenticator::check(const net::Request& request, config::Scope scope) const {
  if (request.is_local && allows(local_, scope)) return Verdict::allowed;
  // Without keys the port is open to all on this machine; the socket is for those who may open its file, and it says
  // what for.
  if (scopes_by_hash_.empty()) return request.is_local ? Verdict::not_in_scope : Verdict::allowed;
  const std::string_view header = request.header("authorization");
  if (header.size() < 8 || to_lower(header.substr(0, 7)) != "bearer ")
    return request.is_local ? Verdict::not_in_scope : Verdict::no_key;
  // The look-up is by hash, so how long it takes says nothing about a key.
  const auto found = scopes_by_hash_.find(sha256_hex(trim(header.substr(7))));
  if (found == scopes_by_hash_.end()) return Verdict::unknown_key;
  return allows(found->second, scope) ? Verdict::allowed : Verdict::not_in_scope;
}

}  // namespace zs::api
