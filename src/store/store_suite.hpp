#pragma once
// The promises of store.hpp as tests that know no engine: an engine's own test instantiates them with the way to open
// it.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "store/store.hpp"

namespace zs::store::suite {

/// A way to open a store. The same directory again opens the same content, for those that keep any.
struct Engine {
  std::string name;
  std::function<Result<std::unique_ptr<Store>>(const std::string& directory, bool dedupe)> open;

  friend void PrintTo(const Engine& engine, std::ostream* out) { *out << engine.name; }
};

[[nodiscard]] inline std::string engine_name(const testing::TestParamInfo<Engine>& info) { return info.param.name; }

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

[[nodiscard]] NewEvent event(std::string_view id, std::string_view source = "app", std::string_view data = "{}");
[[nodiscard]] Entity entity(Kind kind, std::string_view key, std::string_view account_key = "",
                            std::uint32_t facts = 0);

class StoreTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override { open(); }

  void open(bool dedupe = true);
  void close();

  Store& store() { return *store_; }
  /// Committed state.
  Reader& reader() { return *reader_; }

  /// Runs a job that must succeed.
  void commit(Job job);
  /// Inserts an entity with nothing but this in it.
  EntityId add(Kind kind, std::string_view key, std::string_view account_key = "", std::uint32_t facts = 0);
  void mark(EntityId id, std::int64_t now_ms, Lane lane = Lane::live);
  void block(EntityId id, EntityId parent);
  void hold(EntityId id);
  Dirty dirty_row(EntityId id);
  Backlog backlog();
  std::vector<EntityId> ready_ids(std::int64_t now_ms, std::size_t limit = 100);

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
};

/// For engines whose content outlives the object.
class DurableStoreTest : public StoreTest {};
/// For engines that many threads may write to at once.
class SharedStoreTest : public StoreTest {};

/// The value of a result that must be there.
template <class T>
T value(Result<T> result) {
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().text);
  return result ? std::move(*result) : T{};
}

/// The code a result failed with, if it did.
template <class T>
std::optional<Errc> code_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace zs::store::suite
