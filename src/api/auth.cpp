#include "api/auth.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace zs::api {

Authenticator::Authenticator(const std::vector<config::ApiKey>& keys) {
  for (const config::ApiKey& key : keys) {
    auto& scopes = scopes_by_hash_[to_lower(key.sha256)];
    scopes.insert(scopes.end(), key.scopes.begin(), key.scopes.end());
  }
}

Authenticator::Verdict Authenticator::check(const net::Request& request, config::Scope scope) const {
  if (scopes_by_hash_.empty()) return Verdict::allowed;
  const std::string_view header = request.header("authorization");
  if (header.size() < 8 || to_lower(header.substr(0, 7)) != "bearer ") return Verdict::no_key;
  // The look-up is by hash, so how long it takes says nothing about a key.
  const auto found = scopes_by_hash_.find(sha256_hex(trim(header.substr(7))));
  if (found == scopes_by_hash_.end()) return Verdict::unknown_key;
  const bool allowed = std::ranges::any_of(
      found->second, [&](config::Scope has) { return has == scope || has == config::Scope::admin; });
  return allowed ? Verdict::allowed : Verdict::not_in_scope;
}

}  // namespace zs::api
