#pragma once
// Zoho's accounts server: grants, access tokens, their limits and their revocation (oauth-and-desk.md 1).

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "core/http.hpp"
#include "core/options.hpp"

namespace zohosim {

class Accounts {
 public:
  Accounts(const Options& options, zs::Random& random);

  [[nodiscard]] HttpAnswer token(const HttpRequest& request, std::int64_t now_ms);
  [[nodiscard]] HttpAnswer revoke(const HttpRequest& request);

  [[nodiscard]] bool accepts(std::string_view access_token, std::int64_t now_ms) const;
  void expire_access_tokens() { access_.clear(); }
  void revoke_refresh_token(std::string_view token);
  /// A code that the consent of a server-based client gives; without offline access its exchange brings no refresh
  /// token.
  [[nodiscard]] std::string give_code(std::string redirect_uri, bool is_offline);
  void allow_refresh_token(std::string token) { refresh_.insert(std::move(token)); }
  [[nodiscard]] std::int64_t mints() const { return mints_; }
  [[nodiscard]] std::int64_t refused_mints() const { return refused_; }

 private:
  struct Access {
    std::string token;
    std::string refresh_token;
    std::int64_t expires_ms;
  };

  [[nodiscard]] bool throttled(std::int64_t now_ms);
  [[nodiscard]] HttpAnswer grant(const HttpRequest& request, const Pairs& form, std::int64_t now_ms);
  [[nodiscard]] HttpAnswer mint(const HttpRequest& request, const std::string& refresh_token, bool with_refresh,
                                std::int64_t now_ms);
  [[nodiscard]] std::string fresh_token();

  const Options& options_;
  zs::Random& random_;
  std::set<std::string, std::less<>> refresh_;
  struct Code {
    std::string redirect_uri;  // empty: a self client's
    bool is_offline = true;
  };
  std::map<std::string, Code, std::less<>> codes_;
  std::deque<Access> access_;          // oldest first
  std::deque<std::int64_t> requests_;  // when, of the last ten minutes
  std::int64_t mints_ = 0;
  std::int64_t refused_ = 0;
};

}  // namespace zohosim
