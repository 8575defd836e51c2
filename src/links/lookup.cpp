#include "links/lookup.hpp"

#include <algorithm>
#include <utility>

#include "base/crypto.hpp"
#include "links/views.hpp"
#include "state/derive.hpp"

namespace zs::links {

using event::Kind;
using store::Entity;
using store::Reader;

namespace {

constexpr std::array<std::string_view, k_keys.size()> k_names{
    "user_id", "account_key", "subscription_id", "contact_id", "account_id", "deal_id", "email_hash"};
constexpr std::size_t k_hash_digits = 64;
constexpr std::size_t k_page_bytes = 2'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string bytes_of(std::string_view hex) {
  const auto value = [](char c) { return is_digit(c) ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>((value(hex[i]) << 4) | value(hex[i + 1]));
  return out;
}

Found page_of(std::vector<std::string> users, std::size_t limit) {
  Found found{std::move(users), {}};
  if (found.users.size() <= limit) return found;
  found.users.resize(limit);
  found.next = found.users.back();
  return found;
}

/// Whoever is one user at most.
Found sole(std::string user, std::string_view after) {
  Found found;
  if (user > after) found.users.push_back(std::move(user));
  return found;
}

Result<Found> people_of(Reader& reader, std::string_view account_key, std::string_view after, std::size_t limit) {
  ZS_ASSIGN(std::vector<std::string> people, reader.people_of(account_key, after, limit + 1));
  return page_of(std::move(people), limit);
}

}  // namespace

std::string_view name_of(Key key) { return k_names.at(static_cast<std::size_t>(key)); }

std::optional<Key> parse_key(std::string_view name) {
  const auto found = std::ranges::find(k_names, name);
  if (found == k_names.end()) return std::nullopt;
  return k_keys.at(static_cast<std::size_t>(found - k_names.begin()));
}

std::string key_names() {
  std::string out;
  for (const std::string_view name : k_names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

std::optional<std::string> fault_of(Key key, std::string_view id) {
  const std::string name(name_of(key));
  if (id.empty()) return name + " is empty: give the id that is looked for";
  switch (key) {
    case Key::contact_id:
    case Key::account_id:
    case Key::deal_id:
      if (!std::ranges::all_of(id, is_digit))
        return name + " must be a record's id in Zoho, which is digits; the platform's own ids go into user_id, " +
               "account_key or subscription_id";
      break;
    case Key::email_hash:
      if (id.size() != k_hash_digits || !std::ranges::all_of(id, is_hex_digit))
        return name + " must be 64 digits of lower-case hex: the SHA-256 of the trimmed, lower-cased e-mail, never " +
               "the e-mail itself";
      break;
    case Key::user_id:
    case Key::account_key:
    case Key::subscription_id:
      break;
  }
  return std::nullopt;
}

std::string email_hash_of(std::string_view email) {
  const std::string digest = state::email_digest(email);
  return hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()});
}

Result<Found> find_users(Reader& reader, Key key, std::string_view id, std::string_view after, std::size_t limit) {
  std::optional<Entity> start;
  switch (key) {
    case Key::user_id: {
      ZS_ASSIGN(start, reader.find(Kind::user, id));
      break;
    }
    case Key::contact_id: {
      ZS_ASSIGN(start, reader.find_by_zoho_id(Kind::user, id));
      break;
    }
    case Key::subscription_id: {
      ZS_ASSIGN(start, reader.find(Kind::subscription, id));
      break;
    }
    case Key::deal_id: {
      ZS_ASSIGN(start, reader.find_by_zoho_id(Kind::subscription, id));
      break;
    }
    case Key::account_id: {
      ZS_ASSIGN(start, reader.find_by_zoho_id(Kind::account, id));
      break;
    }
    case Key::account_key:
      return people_of(reader, id, after, limit);
    case Key::email_hash: {
      ZS_ASSIGN(std::vector<std::string> users, reader.users_with_email(bytes_of(id), after, limit + 1));
      return page_of(std::move(users), limit);
    }
  }
  if (!start) return Found{};
  switch (start->kind) {
    case Kind::user:
      return sole(std::move(start->key), after);
    case Kind::account:
      return people_of(reader, start->key, after, limit);
    case Kind::subscription:
      break;
  }
  if (!start->user_key.empty()) return sole(std::move(start->user_key), after);
  return people_of(reader, start->account_key, after, limit);
}

Result<MappingPage> find_mappings(Reader& reader, Key key, std::string_view id, std::string_view after,
                                  std::size_t limit) {
  ZS_ASSIGN(Found found, find_users(reader, key, id, after, limit));
  MappingPage page{{}, std::move(found.next)};
  std::size_t bytes = 0;
  for (const std::string& user : found.users) {
    ZS_ASSIGN(std::optional<std::string> json, mapping_json(reader, user));
    if (!json) continue;
    bytes += json->size();
    page.mappings.push_back(std::move(*json));
    if (bytes > k_page_bytes && user != found.users.back()) {
      page.next = user;
      break;
    }
  }
  return page;
}

Result<std::vector<std::string>> export_page(Reader& reader, std::string& after, std::size_t limit) {
  ZS_ASSIGN(store::EntityPage page, reader.page(Kind::user, after, limit));
  std::vector<std::string> out;
  for (const Entity& user : page.entities) {
    ZS_ASSIGN(std::optional<std::string> json, mapping_json(reader, user.key));
    if (json) out.push_back(std::move(*json));
  }
  after = std::move(page.next);
  return out;
}

}  // namespace zs::links
