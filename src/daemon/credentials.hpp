#pragma once
// The broker's options for a configuration and a store: the same for the daemon and for commands that mint without one,
// so that all share one token and one log of mints.

#include <functional>
#include <string_view>

#include "config/config.hpp"
#include "store/store.hpp"
#include "zoho/token.hpp"

namespace zs::daemon {

/// What TokenBroker::restore takes stands under this key of the store's meta.
inline constexpr std::string_view k_meta_token = "token";

/// The secrets as the files have them now, else what was known when the configuration was read.
[[nodiscard]] zoho::Credentials credentials_of(const config::Zoho& zoho);

/// `zoho` and `store` are referred to. `post` runs tasks on the broker's thread.
[[nodiscard]] zoho::TokenBroker::Options broker_options(const config::Zoho& zoho, store::Store& store,
                                                        std::function<void(std::move_only_function<void()>)> post);

}  // namespace zs::daemon
