#include "store/sqlite/page_sweep.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace zs::store::sqlite {
namespace {

constexpr std::size_t k_file_header = 100;  // of page 1, before the page's own

std::size_t two_bytes(std::span<const unsigned char> page, std::size_t at) {
  return static_cast<std::size_t>(page[at]) << 8U | page[at + 1];
}

std::int64_t four_bytes(std::span<const unsigned char> page) {
  return static_cast<std::int64_t>(two_bytes(page, 0) << 16U | two_bytes(page, 2));
}

struct Gap {
  std::size_t from = 0;
  std::size_t to = 0;
};

/// Where a b-tree page has nothing (SQLite's file format, 1.6). Any other page begins with a page number: one that
/// could be both is left alone, which only a file of more than 128 GB has.
std::optional<Gap> gap_of(std::span<const unsigned char> page, std::int64_t number, std::int64_t pages) {
  const std::size_t header = number == 1 ? k_file_header : 0;
  const unsigned char type = page[header];
  const bool is_leaf = type == 10 || type == 13;
  const bool is_interior = type == 2 || type == 5;
  if (!is_leaf && !is_interior) return std::nullopt;
  if (number != 1 && four_bytes(page) <= pages) return std::nullopt;
  const std::size_t cells = two_bytes(page, header + 3);
  const std::size_t content = two_bytes(page, header + 5) == 0 ? 65'536 : two_bytes(page, header + 5);
  const std::size_t pointers = header + (is_leaf ? 8 : 12);
  const std::size_t from = pointers + 2 * cells;
  if (content > page.size() || from > content) return std::nullopt;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t cell = two_bytes(page, pointers + 2 * i);
    if (cell < content || cell >= page.size()) return std::nullopt;
  }
  return Gap{from, content};
}

/// Runs with the write lock held and nothing in the writer's cache.
int sweep_locked(Connection& connection, Sweep& sweep, std::int64_t pages, int page_size) {
  sqlite3_file* file = nullptr;
  const int known = sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (known != SQLITE_OK) return known;
  sqlite3_int64 size = 0;
  if (const int code = file->pMethods->xFileSize(file, &size); code != SQLITE_OK) return code;
  const std::int64_t total = size / page_size;
  const std::int64_t end = std::min(total + 1, sweep.next_page + pages);
  std::vector<unsigned char> page(static_cast<std::size_t>(page_size));
  const std::vector<unsigned char> zeroes(page.size());
  bool has_written = false;
  for (std::int64_t number = sweep.next_page; number < end; ++number) {
    const sqlite3_int64 at = (number - 1) * page_size;
    if (const int code = file->pMethods->xRead(file, page.data(), page_size, at); code != SQLITE_OK) return code;
    const auto gap = gap_of(page, number, total);
    if (!gap) continue;
    const auto nothing = [](unsigned char byte) { return byte == 0; };
    const auto bytes = std::span(page).subspan(gap->from, gap->to - gap->from);
    if (std::ranges::all_of(bytes, nothing)) continue;
    has_written = true;
    const int code = file->pMethods->xWrite(file, zeroes.data(), static_cast<int>(bytes.size()),
                                            at + static_cast<sqlite3_int64>(gap->from));
    if (code != SQLITE_OK) return code;
  }
  if (has_written) {
    if (const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); code != SQLITE_OK) return code;
  }
  sweep.next_page = end;
  sweep.is_over = end == total + 1;
  return SQLITE_OK;
}

}  // namespace

Result<void> sweep_pages(Connection& connection, Sweep& sweep, std::int64_t pages) {
  ZS_ASSIGN(const auto page_size, connection.integer("PRAGMA page_size"));
  ZS_TRY(connection.run("BEGIN IMMEDIATE"));
  // Pages in the cache still have their gaps as they were, and would be written with them.
  sqlite3_db_release_memory(connection.handle());
  const int code = sweep_locked(connection, sweep, pages, static_cast<int>(page_size));
  ZS_TRY(connection.run("ROLLBACK"));
  if (code != SQLITE_OK) return std::unexpected(connection.failed(code));
  return {};
}

}  // namespace zs::store::sqlite
