#include "store/store_suite.hpp"

#include <unistd.h>

#include <filesystem>

namespace zs::store::suite {

TemporaryDirectory::TemporaryDirectory() : path_(std::filesystem::temp_directory_path() / "zohosync-store-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

NewEvent event(std::string_view id, std::string_view source, std::string_view data) {
  NewEvent event;
  event.source = source;
  event.id = id;
  event.type = "user.updated";
  event.time = from_millis(1'760'000'000'123);
  event.data = data;
  return event;
}

Entity entity(Kind kind, std::string_view key, std::string_view account_key, std::uint32_t facts) {
  Entity entity;
  entity.kind = kind;
  entity.key = key;
  entity.account_key = account_key;
  entity.facts = facts;
  return entity;
}

void StoreTest::open(bool dedupe) {
  close();
  auto opened = GetParam().open(directory_.path(), dedupe);
  ASSERT_TRUE(opened) << opened.error().text;
  store_ = std::move(*opened);
  auto reader = store_->reader();
  ASSERT_TRUE(reader) << reader.error().text;
  reader_ = std::move(*reader);
}

void StoreTest::close() {
  reader_.reset();
  store_.reset();
}

void StoreTest::commit(Job job) {
  const auto done = store_->write(std::move(job));
  ASSERT_TRUE(done) << done.error().text;
}

EntityId StoreTest::add(Kind kind, std::string_view key, std::string_view account_key, std::uint32_t facts) {
  auto row = entity(kind, key, account_key, facts);
  commit([&](Transaction& tx) { return tx.save_state(row); });
  EXPECT_NE(row.id, 0);
  return row.id;
}

void StoreTest::mark(EntityId id, std::int64_t now_ms, Lane lane) {
  commit([=](Transaction& tx) { return tx.mark_dirty(id, lane, now_ms); });
}

void StoreTest::block(EntityId id, EntityId parent) {
  commit([=](Transaction& tx) { return tx.block(id, parent); });
}

void StoreTest::hold(EntityId id) {
  commit([=](Transaction& tx) { return tx.hold({.id = id, .since_ms = 5, .code = "CODE"}); });
}

Dirty StoreTest::dirty_row(EntityId id) {
  const auto row = value(reader().dirty(id));
  EXPECT_TRUE(row.has_value()) << "entity " << id << " is not dirty";
  return row.value_or(Dirty{});
}

Backlog StoreTest::backlog() { return value(reader().backlog()); }

std::vector<EntityId> StoreTest::ready_ids(std::int64_t now_ms, std::size_t limit) {
  std::vector<EntityId> ids;
  for (const auto& row : value(reader().ready(now_ms, limit))) ids.push_back(row.id);
  return ids;
}

}  // namespace zs::store::suite
