#include "zoho/token_reactions.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zs::zoho {
namespace {

constexpr std::string_view k_new_token = "make a new refresh token and put it in its file";
constexpr std::string_view k_scope = "allow the client the scopes that the README lists";

constexpr std::array k_reactions{
    TokenReaction{"invalid_code", TokenState::revoked, k_new_token},
    TokenReaction{"invalid_grant", TokenState::revoked, k_new_token},
    TokenReaction{"invalid_client", TokenState::misconfigured, "check client id, client secret and zoho.dc"},
    TokenReaction{"invalid_client_secret", TokenState::misconfigured, "check the client secret and zoho.dc"},
    TokenReaction{"invalid_redirect_uri", TokenState::misconfigured,
                  "give the redirect address that the client has in Zoho's API console"},
    TokenReaction{"invalid_scope", TokenState::misconfigured, k_scope},
    TokenReaction{"missing_org_info", TokenState::misconfigured, "choose the organization in Zoho's API console"},
    TokenReaction{"access_denied", TokenState::throttled, ""},
    TokenReaction{"general_error", TokenState::unreachable, ""},
};

const TokenReaction* find_reaction(std::string_view error) {
  const auto found = std::ranges::find(k_reactions, to_lower(error), &TokenReaction::error);
  return found == k_reactions.end() ? nullptr : &*found;
}

}  // namespace

TokenState token_state_of(int status, std::string_view error, std::string_view description) {
  if (to_lower(error) == "access denied" && to_lower(description).contains("too many requests")) {
    return TokenState::throttled;
  }
  if (const TokenReaction* known = find_reaction(error)) return known->state;
  return error.empty() || status >= 500 ? TokenState::unreachable : TokenState::misconfigured;
}

std::string_view token_mend_of(std::string_view error) {
  const TokenReaction* known = find_reaction(error);
  return known == nullptr ? std::string_view{} : known->mend;
}

std::span<const TokenReaction> token_reactions() { return k_reactions; }

}  // namespace zs::zoho
