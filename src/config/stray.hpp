#pragma once
// TOML has characters beyond ASCII in strings and comments only. toml++ 3.3 runs into undefined behaviour
// when it meets most others (é where a key begins), so they are looked for before it reads a byte.

#include <cstddef>
#include <optional>
#include <string_view>

namespace zs::config {

/// Where a text stops being something that the library may be given: the offset of a byte beyond ASCII
/// outside strings and comments or in a multi-line string (its line continuations share the fault), or of
/// the first byte that is not UTF-8.
[[nodiscard]] std::optional<std::size_t> find_stray(std::string_view toml);

}  // namespace zs::config
