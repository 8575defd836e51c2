#include "cli/import/csv.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace zs::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Fields = std::vector<std::string>;

/// A file without a name that holds the text.
class Source {
 public:
  explicit Source(const std::string& text) : fd_(::memfd_create("csv", 0)) {
    EXPECT_EQ(::write(fd_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(::lseek(fd_, 0, SEEK_SET), 0);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { ::close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::vector<std::pair<std::int64_t, Fields>> rows_of(const std::string& text) {
  const Source source(text);
  CsvReader reader(source.fd());
  std::vector<std::pair<std::int64_t, Fields>> out;
  while (true) {
    auto row = reader.next();
    EXPECT_TRUE(row) << row.error().text;
    if (!row || !*row) return out;
    out.emplace_back((*row)->line, (*row)->fields);
  }
}

std::string fault_of(const std::string& text) {
  const Source source(text);
  CsvReader reader(source.fd());
  while (true) {
    const auto row = reader.next();
    if (!row) return row.error().text;
    if (!*row) return "(none)";
  }
}

TEST(Csv, KnowsWhichLineEachRowBeginsOn) {
  EXPECT_THAT(rows_of("a,b\n\n1,\r\n,2"), ElementsAre(std::pair(1, Fields{"a", "b"}), std::pair(3, Fields{"1", ""}),
                                                    std::pair(4, Fields{"", "2"})));
  EXPECT_THAT(rows_of("\"x\ny\",1\nz,2\n"),
              ElementsAre(std::pair(1, Fields{"x\ny", "1"}), std::pair(3, Fields{"z", "2"})));
}

TEST(Csv, QuotedFieldsMayHoldWhatSeparatesOthers) {
  EXPECT_THAT(rows_of("\"a,\"\"b\"\"\",\"\"\n"), ElementsAre(std::pair(1, Fields{"a,\"b\"", ""})));
}

TEST(Csv, AByteOrderMarkIsNoPartOfTheFirstField) {
  EXPECT_THAT(rows_of("\xEF\xBB\xBFuser_id\n"), ElementsAre(std::pair(1, Fields{"user_id"})));
}

TEST(Csv, WhatCannotBeReadIsNamedWithItsLine) {
  EXPECT_THAT(fault_of("a\n\"b"), HasSubstr("line 2 opens a quote that is never closed"));
  EXPECT_THAT(fault_of("a\n\"b\"c"), HasSubstr("line 2 has text behind a closing quote"));
  const std::string most(k_max_csv_row_bytes - 1, 'x');
  EXPECT_EQ(fault_of(most + "\na\n"), "(none)");
  EXPECT_THAT(fault_of("a\n\"" + most + most), HasSubstr("line 2 begins a row of more than 64 KiB"));
}

}  // namespace
}  // namespace zs::cli
