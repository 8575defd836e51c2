#pragma once
// Words for people: standard output for what was asked for, standard error for what went wrong.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace zs::cli {

/// To standard output; false when nobody reads it any more.
bool print(std::string_view text);
/// "zohosync: …" to standard error.
void complain(std::string_view text);
/// complain, and the exit that was decided on.
Exit fail_with(Exit exit, std::string_view text);
/// How a command ends over an error of what it asked Zoho for.
[[nodiscard]] Exit exit_of(const Error& error);

[[nodiscard]] bool output_is_terminal();
[[nodiscard]] bool errors_are_to_terminal();

/// Rows of cells as lines with aligned columns, each line after `indent`; the last column is not padded.
[[nodiscard]] std::string aligned(const std::vector<std::vector<std::string>>& rows, std::string_view indent = "");
/// Without control characters: what customers type into their names must not steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);
/// A field of a CSV line (RFC 4180).
[[nodiscard]] std::string csv_field(std::string_view text);
/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::int64_t number);
/// "1 event", "2 events".
[[nodiscard]] std::string counted(std::int64_t number, std::string_view thing);
/// 3725 as "1 h 2 min".
[[nodiscard]] std::string lasting(std::int64_t seconds);

}  // namespace zs::cli
