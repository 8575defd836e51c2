#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "cli/import/importer.hpp"
#include "cli/import/lines.hpp"
#include "cli/import/meter.hpp"
#include "cli/import/progress.hpp"
#include "cli/import/rejects.hpp"
#include "cli/import/sink.hpp"

namespace zs::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

/// A file that is gone with the object.
class TestFile {
 public:
  explicit TestFile(std::string_view content) : file_(std::tmpfile()) {
    EXPECT_EQ(std::fwrite(content.data(), 1, content.size(), file_.get()), content.size());
    EXPECT_EQ(std::fflush(file_.get()), 0);
    seek(0);
  }
  [[nodiscard]] int fd() const { return ::fileno(file_.get()); }
  void seek(std::int64_t offset) const { EXPECT_EQ(::lseek(fd(), offset, SEEK_SET), offset); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
};

std::vector<Line> lines_of(std::string_view content, std::int64_t offset = 0) {
  const TestFile file(content);
  file.seek(offset);
  LineReader reader(file.fd(), offset, 0);
  std::vector<Line> out;
  for (auto line = reader.next(); line && *line; line = reader.next()) out.push_back(std::move(**line));
  return out;
}

TEST(LineReader, CountsBlankLinesAndReturnsTheOthers) {
  const auto lines = lines_of("\xEF\xBB\xBF{1}\r\n\n  \n{2}");
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0].text, "{1}");
  EXPECT_EQ(lines[0].end, 8);
  EXPECT_EQ(lines[1].text, "{2}");
  EXPECT_EQ(lines[1].number, 4);
  EXPECT_EQ(lines[1].end, 15);
}

TEST(LineReader, HandsOverTheBeginningOfALineThatIsTooLong) {
  const std::string giant(5 * k_max_line_bytes, 'x');
  const auto lines = lines_of("{1}\n" + giant + "\n{2}\n");
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_TRUE(lines[1].is_too_long);
  EXPECT_LT(lines[1].text.size(), 1000U);
  EXPECT_EQ(lines[1].end, static_cast<std::int64_t>(giant.size()) + 5);
  EXPECT_EQ(lines[2].text, "{2}");
  EXPECT_EQ(lines[2].number, 3);
}

TEST(LineReader, TakesALineOfJustTheLimit) {
  const auto lines = lines_of(std::string(k_max_line_bytes, 'x') + "\n" + std::string(k_max_line_bytes + 1, 'y'));
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_FALSE(lines[0].is_too_long);
  EXPECT_TRUE(lines[1].is_too_long);
}

RC_GTEST_PROP(LineReader, GoesOnFromTheEndOfAnyLine, ()) {
  std::string content;
  for (const auto& text : *rc::gen::container<std::vector<std::string>>(rc::gen::string<std::string>())) {
    for (const char c : text) content += c == '\0' ? 'z' : c;
    content += '\n';
  }
  const auto all = lines_of(content);
  RC_PRE(!all.empty());
  const auto from = *rc::gen::inRange<std::size_t>(0, all.size());
  const auto rest = lines_of(content, all[from].end);
  RC_ASSERT(rest.size() == all.size() - from - 1);
  for (std::size_t i = 0; i < rest.size(); ++i) RC_ASSERT(rest[i].text == all[from + 1 + i].text);
}

const FileMark k_mark{"/data/customers.ndjson", 5000, 1'700'000'000'000'000'001};
const Tally k_tally{4096, 17, 12, 3, 2};

TEST(ImportProgress, IsReadBackForTheSameFile) { EXPECT_EQ(from_text(to_text(k_mark, k_tally), k_mark), k_tally); }

TEST(ImportProgress, IsNotBelievedOnceTheFileHasChanged) {
  const std::string text = to_text(k_mark, k_tally);
  EXPECT_EQ(from_text(text, {k_mark.path, k_mark.size + 1, k_mark.modified_ns}), std::nullopt);
  EXPECT_EQ(from_text(text, {k_mark.path, k_mark.size, k_mark.modified_ns + 1}), std::nullopt);
  EXPECT_EQ(from_text(text, {"/data/other.ndjson", k_mark.size, k_mark.modified_ns}), std::nullopt);
}

RC_GTEST_PROP(ImportProgress, IsNotBelievedWhenCutOff, ()) {
  const std::string text = to_text(k_mark, k_tally);
  RC_ASSERT(!from_text(text.substr(0, *rc::gen::inRange<std::size_t>(0, text.size())), k_mark));
}

TEST(ImportProgress, RefusesToSkipMoreThanThereIs) {
  EXPECT_EQ(from_text(to_text(k_mark, {k_mark.size + 1, 1, 1, 0, 0}), k_mark), std::nullopt);
}

TEST(ImportProgress, IsKeptInAFileOfItsOwnForEachImportedOne) {
  EXPECT_THAT(progress_path("/var/zohosync.db", "/a"), HasSubstr("/var/zohosync.db.import-"));
  EXPECT_NE(progress_path("/var/zohosync.db", "/a"), progress_path("/var/zohosync.db", "/b"));
}

TEST(ImportProgress, OutlivesTheProcess) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("zs_progress_" + std::to_string(::getpid()))).string();
  ASSERT_TRUE(save_progress(path, k_mark, {}));
  ASSERT_TRUE(save_progress(path, k_mark, k_tally));
  EXPECT_EQ(load_progress(path, k_mark), k_tally);
  forget_progress(path);
  EXPECT_EQ(load_progress(path, k_mark), std::nullopt);
}

/// Knows an event by its text, rejects what contains "bad".
class FakeSink final : public Sink {
 public:
  std::vector<std::size_t> batches;
  std::map<std::string, int> seen;
  std::size_t fail_at_batch = SIZE_MAX;

  Result<Delivery> deliver(std::string_view lines) override {
    if (batches.size() == fail_at_batch) return fail(Errc::unavailable, "gone");
    Delivery out;
    std::size_t index = 0;
    for (const std::string_view line : split(lines.substr(0, lines.size() - 1), '\n')) {
      if (line.contains("bad")) {
        out.rejected.push_back({index, "", "is bad"});
      } else if (seen[std::string(line)]++ == 0) {
        ++out.accepted;
      } else {
        ++out.duplicates;
      }
      ++index;
    }
    batches.push_back(index);
    return out;
  }
};

class ImportLines : public testing::Test {
 protected:
  Result<void> run(std::string_view content, BatchLimits limits = {}) {
    const TestFile file(content);
    file.seek(tally.offset);
    LineReader reader(file.fd(), tally.offset, tally.lines);
    return import_lines(reader, sink, limits, hooks, tally);
  }

  FakeSink sink;
  Tally tally;
  bool stop = false;
  std::vector<std::pair<std::int64_t, std::string>> rejected;
  ImportHooks hooks{
      [](const Tally&) {},
      [this](std::int64_t line, std::string_view error, std::string_view) { rejected.emplace_back(line, error); },
      [this] { return stop; }};
};

std::string events(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "{\"id\":" + std::to_string(i) + "}\n";
  return out;
}

TEST_F(ImportLines, SendsBatchesOfTheLimit) {
  ASSERT_TRUE(run(events(1201)));
  EXPECT_THAT(sink.batches, ElementsAre(500, 500, 201));
  EXPECT_EQ(tally.accepted, 1201);
  EXPECT_EQ(tally.lines, 1201);
}

TEST_F(ImportLines, SendsSmallerBatchesOfLargeEvents) {
  ASSERT_TRUE(run(events(10), {500, 27}));
  EXPECT_THAT(sink.batches, ElementsAre(3, 3, 3, 1));
}

TEST_F(ImportLines, NamesRejectedLinesByTheirNumberInTheFile) {
  ASSERT_TRUE(run("{1}\n\n{bad}\n{2}\n{bad 2}\n{1}\n", {2, 1000}));
  EXPECT_THAT(rejected, ElementsAre(Pair(3, "is bad"), Pair(5, "is bad")));
  EXPECT_EQ(tally.accepted, 2);
  EXPECT_EQ(tally.duplicates, 1);
  EXPECT_EQ(tally.rejected, 2);
}

TEST_F(ImportLines, RejectsAGiantLineAndGoesOn) {
  ASSERT_TRUE(run("{1}\n{" + std::string(2 * k_max_line_bytes, 'x') + "}\n{2}\n"));
  EXPECT_THAT(rejected, ElementsAre(Pair(2, "is longer than 1 MiB")));
  EXPECT_EQ(tally.accepted, 2);
}

TEST_F(ImportLines, GoesOnWhereItBrokeOff) {
  const std::string content = events(30);
  sink.fail_at_batch = 2;
  const auto broke = run(content, {10, 10'000});
  ASSERT_FALSE(broke);
  EXPECT_EQ(broke.error().code, Errc::unavailable);
  EXPECT_EQ(tally.lines, 20);
  sink.fail_at_batch = SIZE_MAX;
  ASSERT_TRUE(run(content, {10, 10'000}));
  EXPECT_EQ(tally, (Tally{static_cast<std::int64_t>(content.size()), 30, 30, 0, 0}));
  EXPECT_THAT(sink.batches, ElementsAre(10, 10, 10));
}

TEST_F(ImportLines, StopsAfterTheBatchUnderWay) {
  stop = true;
  const auto stopped = run(events(30), {10, 10'000});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::stopped);
  EXPECT_EQ(tally.lines, 10);
}

TEST_F(ImportLines, SaysPlainlyThatOtherFormatsAreNotTaken) {
  EXPECT_THAT(run("id,type,user.email\n1,user.signed_up,a@example.org\n").error().text, HasSubstr("CSV"));
  EXPECT_THAT(run("[{},\n{}]").error().text, HasSubstr("jq -c '.[]'"));
  EXPECT_THAT(sink.batches, IsEmpty());
}

TEST_F(ImportLines, HasNothingAgainstAnEmptyFile) {
  ASSERT_TRUE(run("\n\n"));
  EXPECT_EQ(tally.accepted, 0);
}

/// Answers from a list; remembers how many lines each request had.
class FakeDaemon final : public net::HttpTransport {
 public:
  std::deque<net::ClientResponse> answers;
  std::vector<net::ClientRequest> requests;
  void send(net::ClientRequest request, Done done) override {
    requests.push_back(std::move(request));
    net::ClientResponse answer = std::move(answers.front());
    answers.pop_front();
    done(std::move(answer));
  }
  void will_answer(int status, std::string body, net::Headers headers = {}) {
    answers.push_back({net::Exchange::answered, {}, status, std::move(headers), std::move(body)});
  }
};

class DaemonSink : public testing::Test {
 protected:
  std::shared_ptr<FakeDaemon> daemon = std::make_shared<FakeDaemon>();
  std::vector<std::chrono::seconds> waits;
  std::vector<std::string> said;
  bool interrupt = false;
  std::unique_ptr<Sink> sink = make_daemon_sink(DaemonClient("http://127.0.0.1:1", "key", daemon),
                                                {[this](std::chrono::seconds length) {
                                                   waits.push_back(length);
                                                   return !interrupt;
                                                 },
                                                 [this](std::string_view why) { said.emplace_back(why); }});
};

TEST_F(DaemonSink, PostsOnTheSlowLaneWithTheKey) {
  daemon->will_answer(202, R"({"accepted":1,"duplicates":0,"rejected":[]})");
  EXPECT_EQ(sink->deliver("{}\n")->accepted, 1);
  EXPECT_THAT(daemon->requests.at(0).headers, testing::Contains(Pair("x-zohosync-lane", "backfill")));
  EXPECT_THAT(daemon->requests.at(0).headers, testing::Contains(Pair("authorization", "Bearer key")));
  EXPECT_EQ(daemon->requests.at(0).body, "{}\n");
}

TEST_F(DaemonSink, WaitsAsLongAsTheDaemonAsksAndSendsTheSameAgain) {
  daemon->will_answer(429, R"({"detail":"backlog"})", {{"retry-after", "30"}});
  daemon->will_answer(429, R"({"detail":"backlog"})", {{"retry-after", "7"}});
  daemon->will_answer(202, R"({"accepted":2,"duplicates":0,"rejected":[]})");
  EXPECT_EQ(sink->deliver("{1}\n{2}\n")->accepted, 2);
  EXPECT_THAT(waits, ElementsAre(std::chrono::seconds{30}, std::chrono::seconds{7}));
  EXPECT_EQ(daemon->requests.at(0).body, daemon->requests.at(2).body);
  EXPECT_THAT(said, ElementsAre(HasSubstr("the daemon's backlog is full")));
}

TEST_F(DaemonSink, RepeatsWhatWasNotAnswered) {
  daemon->answers.push_back({net::Exchange::unknown, "reset", 0, {}, {}});
  daemon->will_answer(503, R"({"detail":"the disk is full"})");
  daemon->will_answer(202, R"({"accepted":0,"duplicates":1,"rejected":[]})");
  EXPECT_EQ(sink->deliver("{1}\n")->duplicates, 1);
}

TEST_F(DaemonSink, GivesUpOnADaemonThatStaysAway) {
  for (int i = 0; i < 6; ++i) daemon->answers.push_back({net::Exchange::not_sent, "refused", 0, {}, {}});
  EXPECT_EQ(sink->deliver("{1}\n").error().code, Errc::unavailable);
  EXPECT_THAT(waits, SizeIs(5));
}

TEST_F(DaemonSink, DoesNotWaitForAKeyToBecomeValid) {
  daemon->will_answer(401, R"({"detail":"unknown key"})");
  EXPECT_EQ(sink->deliver("{1}\n").error().code, Errc::conflict);
  EXPECT_THAT(waits, IsEmpty());
}

TEST_F(DaemonSink, EndsItsWaitWhenInterrupted) {
  interrupt = true;
  daemon->will_answer(429, "{}");
  EXPECT_EQ(sink->deliver("{1}\n").error().code, Errc::stopped);
}

TEST_F(DaemonSink, ReadsABatchThatIsBadAsAWhole) {
  daemon->will_answer(400,
                      R"({"status":400,"detail":"none","rejected":[{"index":0,"id":null,"error":"$.id is missing"}]})");
  const auto delivery = sink->deliver("{1}\n");
  ASSERT_TRUE(delivery);
  ASSERT_THAT(delivery->rejected, SizeIs(1));
  EXPECT_EQ(delivery->rejected[0].error, "$.id is missing");
}

TEST_F(DaemonSink, HalvesWhatIsTooLargeAndKeepsTheOrder) {
  daemon->will_answer(413, R"({"detail":"too large"})");
  daemon->will_answer(202, R"({"accepted":2,"duplicates":0,"rejected":[]})");
  daemon->will_answer(413, R"({"detail":"too large"})");
  daemon->will_answer(413, R"({"detail":"too large"})");
  daemon->will_answer(202, R"({"accepted":1,"duplicates":0,"rejected":[]})");
  const auto delivery = sink->deliver("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n");
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->accepted, 3);
  ASSERT_THAT(delivery->rejected, SizeIs(1));
  EXPECT_EQ(delivery->rejected[0].index, 2U);
  EXPECT_EQ(daemon->requests.at(1).body, "{\"n\":1}\n{\"n\":2}\n");
  EXPECT_EQ(daemon->requests.at(4).body, "{\"n\":4}\n");
}

TEST(StoreSink, KeepsEventsOnceOnTheBackfillLane) {
  const ManualClock clock;
  auto store = store::open_sqlite({.path = ":memory:", .inline_commits = true});
  ASSERT_TRUE(store);
  const auto reader = (*store)->reader();
  ASSERT_TRUE(reader);
  const auto sink = make_store_sink(std::move(*store), clock);
  const std::string event =
      R"({"specversion":"1.0","id":"e1","source":"/p","type":"user.signed_up","data":{"user":{"id":"u1"}}})";
  const auto first = sink->deliver(event + "\n{\"nonsense\":1}\n");
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(first->accepted, 1);
  ASSERT_THAT(first->rejected, SizeIs(1));
  EXPECT_EQ(first->rejected[0].index, 1U);
  EXPECT_EQ(sink->deliver(event + "\n")->duplicates, 1);
  const auto kept = (*reader)->find_event("/p", "e1");
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->lane, store::Lane::backfill);
}

TEST(ProgressLine, ShowsHowFarAndHowFast) {
  const Pace pace{"c.ndjson", 10'000'000, 1000, std::chrono::milliseconds{2000}};
  EXPECT_EQ(progress_line(pace, {5'000'000, 5000, 4990, 7, 3}, 8),
            "c.ndjson [####----] 50% 5.0 of 10.0 MB, 2,000/s, 4,990 accepted, 7 known, 3 rejected");
}

TEST(ProgressLine, GetsAlongWithoutASize) {
  EXPECT_EQ(progress_line({"standard input", 0, 0, {}}, {1'234'567, 9, 9, 0, 0}, 8),
            "standard input 1.2 MB, 9 accepted, 0 known, 0 rejected");
}

TEST(SummaryLine, CountsWhatWasRead) {
  EXPECT_EQ(summary_line("c.ndjson", {0, 0, 1466, 1, 0}),
            "c.ndjson: 1,467 events read: 1,466 accepted, 1 known before, 0 rejected");
}

TEST(RejectsFile, ForgetsAnEarlierRunAndHoldsWhatWasWrong) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("zs_rejects_" + std::to_string(::getpid()))).string();
  Rejects(path, true).add(1, "old", "{}");
  Rejects(path, true).add(17, "$.id is missing", "{\"a\":1}");
  Rejects(path, false).add(18, "is not UTF-8", "\xff");
  std::FILE* file = std::fopen(path.c_str(), "r");
  ASSERT_NE(file, nullptr);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  std::filesystem::remove(path);
  EXPECT_EQ(text,
            "{\"line\":17,\"error\":\"$.id is missing\",\"text\":\"{\\\"a\\\":1}\"}\n"
            "{\"line\":18,\"error\":\"is not UTF-8\",\"text\":null}\n");
}

}  // namespace
}  // namespace zs::cli
