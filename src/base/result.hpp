#pragma once
// Expected trouble is a value. g++ 12's std::expected has no and_then, hence the two macros.

#include <cstdint>
#include <expected>
#include <source_location>
#include <string>
#include <utility>

namespace zs {

/// What the caller may do about it; the text is for people and never parsed.
enum class Errc : std::uint8_t {
  invalid,          // the input is wrong; repeating it will not help
  not_found,        // there is no such thing
  conflict,         // somebody else holds it, or it contradicts what is there
  unavailable,      // not now: nothing has happened, try again later
  timeout,          // gave up before anything could have happened
  outcome_unknown,  // it may or may not have happened: find out before repeating blindly
  corrupt,          // what is on disk or on the wire cannot be trusted
  full,             // no room (disk, backlog): refuse new work, lose none
  stopped,          // shutting down
};

struct Error {
  Errc code = Errc::invalid;
  std::string text;
  std::source_location from = std::source_location::current();
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string text,
                                                 std::source_location from = std::source_location::current()) {
  return std::unexpected<Error>(Error{code, std::move(text), from});
}

#define ZS_CONCAT_(a, b) a##b
#define ZS_CONCAT(a, b) ZS_CONCAT_(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one.
#define ZS_TRY(expression)                                                                 \
  do {                                                                                     \
    if (auto ZS_CONCAT(zs_try_, __LINE__) = (expression); !ZS_CONCAT(zs_try_, __LINE__)) { \
      return std::unexpected(std::move(ZS_CONCAT(zs_try_, __LINE__)).error());             \
    }                                                                                      \
  } while (false)

/// ZS_ASSIGN(auto text, read_file(path)): the value, or return with the error.
#define ZS_ASSIGN(declaration, expression)                                     \
  auto ZS_CONCAT(zs_value_, __LINE__) = (expression);                          \
  if (!ZS_CONCAT(zs_value_, __LINE__)) {                                       \
    return std::unexpected(std::move(ZS_CONCAT(zs_value_, __LINE__)).error()); \
  }                                                                            \
  declaration = std::move(ZS_CONCAT(zs_value_, __LINE__)).value()

}  // namespace zs
