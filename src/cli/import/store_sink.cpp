#include <limits>
#include <utility>

#include "cli/import/sink.hpp"
#include "ingest/append.hpp"

namespace zs::cli {
namespace {

class StoreSink final : public Sink {
 public:
  StoreSink(std::unique_ptr<store::Store> store, const Clock& clock) : store_(std::move(store)), clock_(clock) {}

  Result<Delivery> deliver(std::string_view lines) override {
    const Time now = clock_.now();
    ingest::Accepted read = ingest::accept(parser_, "application/x-ndjson", {}, lines, now, store::Lane::backfill,
                                           {std::numeric_limits<std::size_t>::max()});
    if (read.status != 0) return fail(Errc::invalid, read.problem);
    Delivery delivery;
    ingest::Appended appended;
    const auto done = store_->write([&](store::Transaction& tx) -> Result<void> {
      ZS_ASSIGN(appended, ingest::append(tx, read.events, to_millis(now)));
      return {};
    });
    if (!done) return std::unexpected(done.error());
    ingest::reject_erased(read.events, appended, read.rejected);
    delivery.accepted = static_cast<std::int64_t>(appended.accepted);
    delivery.duplicates = static_cast<std::int64_t>(appended.duplicates);
    delivery.rejected = std::move(read.rejected);
    return delivery;
  }

 private:
  std::unique_ptr<store::Store> store_;
  const Clock& clock_;
  event::Parser parser_;
};

}  // namespace

std::unique_ptr<Sink> make_store_sink(std::unique_ptr<store::Store> store, const Clock& clock) {
  return std::make_unique<StoreSink>(std::move(store), clock);
}

}  // namespace zs::cli
