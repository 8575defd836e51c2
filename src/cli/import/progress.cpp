#include "cli/import/progress.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace zs::cli {
namespace {

constexpr std::string_view k_first_line = "zohosync import 1";

struct Number {
  std::string_view name;
  std::int64_t* target;
};

bool read_number(std::string_view line, const Number& number) {
  if (!line.starts_with(number.name) || line.size() <= number.name.size() + 1) return false;
  line.remove_prefix(number.name.size() + 1);
  *number.target = parse_integer(line).value_or(-1);
  return *number.target >= 0;
}

}  // namespace

std::string to_text(const FileMark& mark, const Tally& tally) {
  const std::array<std::pair<std::string_view, std::int64_t>, 7> numbers{{{"size", mark.size},
                                                                          {"modified", mark.modified_ns},
                                                                          {"offset", tally.offset},
                                                                          {"lines", tally.lines},
                                                                          {"accepted", tally.accepted},
                                                                          {"duplicates", tally.duplicates},
                                                                          {"rejected", tally.rejected}}};
  std::string out = std::string(k_first_line) + "\nfile " + mark.path + "\n";
  for (const auto& [name, value] : numbers) out += std::string(name) + " " + std::to_string(value) + "\n";
  return out + "end\n";
}

std::optional<Tally> from_text(std::string_view text, const FileMark& mark) {
  FileMark read;
  Tally tally;
  const std::array<Number, 7> numbers{{{"size", &read.size},
                                       {"modified", &read.modified_ns},
                                       {"offset", &tally.offset},
                                       {"lines", &tally.lines},
                                       {"accepted", &tally.accepted},
                                       {"duplicates", &tally.duplicates},
                                       {"rejected", &tally.rejected}}};
  const std::string head = std::string(k_first_line) + "\nfile " + mark.path + "\n";
  if (!text.starts_with(head)) return std::nullopt;
  const std::vector<std::string_view> lines = split(text.substr(head.size()), '\n');
  if (lines.size() != numbers.size() + 2 || lines[numbers.size()] != "end") return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!read_number(lines[i], numbers[i])) return std::nullopt;
  }
  read.path = mark.path;
  if (read != mark || tally.offset > mark.size) return std::nullopt;
  return tally;
}

std::string progress_path(std::string_view store_path, std::string_view file_path) {
  return std::string(store_path) + ".import-" + sha256_hex(file_path).substr(0, 16);
}

std::optional<Tally> load_progress(const std::string& path, const FileMark& mark) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return from_text(text, mark);
}

Result<void> save_progress(const std::string& path, const FileMark& mark, const Tally& tally) {
  const std::string next = path + ".new";
  const std::string text = to_text(mark, tally);
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Errc::unavailable, next + ": " + std::strerror(errno));
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int fault = errno;
  ::close(fd);
  if (!written) return fail(Errc::unavailable, next + ": " + std::strerror(fault));
  if (std::rename(next.c_str(), path.c_str()) != 0) return fail(Errc::unavailable, path + ": " + std::strerror(errno));
  return {};
}

void forget_progress(const std::string& path) { ::unlink(path.c_str()); }

}  // namespace zs::cli
