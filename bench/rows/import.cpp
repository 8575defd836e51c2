// `zohosync import` of a file through a running daemon, against bare SQLite taking the same rows.
#include <fstream>

#include "floor/bare_store.hpp"
#include "harness/feed.hpp"
#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "harness/site.hpp"

namespace zs::bench {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

void import_file(Size size) {
  const std::uint64_t count = size == Size::quick ? 20'000 : size == Size::full ? 200'000 : 2'000'000;
  print_heading("import", "zohosync import of " + std::to_string(count) + " sign-ups through the daemon");
  Samples product;
  Samples offline;
  Samples floor;
  const process::TemporaryDirectory directory;
  const std::string file = (directory.path() / "customers.ndjson").string();
  {
    std::ofstream out(file);
    for (std::uint64_t i = 0; i < count; ++i) out << signup(i) << '\n';
  }
  for (int round = 0; round < rounds(size); ++round) {
    {
      BareStore store((directory.path() / ("floor" + std::to_string(round) + ".db")).string());
      floor.add(static_cast<double>(count) / seconds_of([&] {
                  std::ifstream in(file);
                  std::vector<BareStore::Row> group;
                  std::string line;
                  while (std::getline(in, line)) {
                    std::string key = line.substr(27, 36);
                    group.push_back({std::move(key), line});
                    if (group.size() < 1'000) continue;
                    store.commit(group);
                    group.clear();
                  }
                  store.commit(group);
                }));
    }
    const auto import = [&](process::System& system) {
      return static_cast<double>(count) / seconds_of([&] {
               const process::Finished done = system.cli({"import", file});
               if (done.code != 0) throw std::runtime_error("import ended with " + done.output);
             });
    };
    {
      process::System system(site(100));
      product.add(import(system));
    }
    process::System::Options options = site(100);
    options.start_daemon = false;
    process::System system(options);
    offline.add(import(system));
    show_progress("round " + std::to_string(round + 1));
  }
  print_figure("floor: bare SQLite, groups of 1,000 rows", floor, "events/s");
  print_figure("import through the daemon", product, "events/s");
  print_figure("import without a daemon", offline, "events/s");
  print_verdict("ratio, through the daemon", ratio(product, floor), "of floor", {Wanted::at_least, 0.8});
  print_verdict("ratio, without a daemon", ratio(offline, floor), "of floor", {Wanted::at_least, 0.8});
}

}  // namespace zs::bench
