#pragma once
// The command line read into a verb and its options. CLI11 stays inside arguments.cpp.

#include <optional>
#include <span>
#include <string>

#include "cli/command.hpp"

namespace zs::cli {

struct Parsed {
  Verb verb = nullptr;  // null: all is said (help, version, a fault), end with `exit`
  Options options;
  Exit exit = Exit::done;
};

/// Prints help and faults itself.
[[nodiscard]] Parsed parse_arguments(int argc, const char* const* argv);

/// What is wrong with the verb: unknown (then with the nearest one) or missing; empty when it is known, or when help is
/// asked for. `arguments` without the program's name.
[[nodiscard]] std::optional<std::string> verb_fault(std::span<const std::string> arguments);

}  // namespace zs::cli
