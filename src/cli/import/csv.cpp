#include "cli/import/csv.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace zs::cli {
namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";  // Excel writes one

std::unexpected<Error> fault(std::int64_t line, std::string_view what) {
  return fail(Errc::invalid, "line " + std::to_string(line) + " " + std::string(what));
}

}  // namespace

Result<int> CsvReader::get() {
  if (at_ == buffer_.size()) {
    constexpr std::size_t k_block = 64 * 1024;
    buffer_.resize(k_block);
    ssize_t count = 0;
    do {
      count = ::read(fd_, buffer_.data(), buffer_.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail(Errc::unavailable, std::string("cannot be read: ") + std::strerror(errno));
    buffer_.resize(static_cast<std::size_t>(count));
    at_ = 0;
    if (std::exchange(is_first_, false) && buffer_.starts_with(k_byte_order_mark)) at_ = k_byte_order_mark.size();
    if (at_ == buffer_.size()) return -1;
  }
  return static_cast<unsigned char>(buffer_[at_++]);
}

Result<std::optional<CsvRow>> CsvReader::next() {
  CsvRow row;
  row.line = line_;
  std::string field;
  std::size_t bytes = 0;
  enum class In : std::uint8_t { start, plain, quoted, behind } in = In::start;
  while (true) {
    ZS_ASSIGN(const int byte, get());
    const auto c = static_cast<char>(byte);
    if (++bytes > k_max_csv_row_bytes) return fault(row.line, "begins a row of more than 64 KiB: is a quote missing?");
    if (in == In::quoted) {
      if (byte < 0) return fault(row.line, "opens a quote that is never closed");
      if (c == '\n') ++line_;
      if (c == '"') {
        in = In::behind;
      } else {
        field += c;
      }
      continue;
    }
    if (c == '"' && in == In::start) {
      in = In::quoted;
      continue;
    }
    if (c == '"' && in == In::behind) {
      // Two of them stand for one.
      field += c;
      in = In::quoted;
      continue;
    }
    if (c == '\r' && byte >= 0) continue;
    if (c == ',' || c == '\n' || byte < 0) {
      row.fields.push_back(std::exchange(field, {}));
      in = In::start;
      if (c == ',' && byte >= 0) continue;
      const bool is_blank = row.fields.size() == 1 && row.fields.front().empty();
      if (byte < 0) return is_blank ? std::optional<CsvRow>{} : std::optional(std::move(row));
      ++line_;
      if (!is_blank) return row;
      row.fields.clear();
      row.line = line_;
      bytes = 0;
      continue;
    }
    if (in == In::behind) return fault(line_, "has text behind a closing quote");
    in = In::plain;
    field += c;
  }
}

}  // namespace zs::cli
