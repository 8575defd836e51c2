// zohosync_bench [ROW…] [--quick|--huge]; `list` names the rows.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string_view>
#include <vector>

#include "harness/rows.hpp"

namespace {

using zs::bench::Size;

struct Row {
  std::string_view name;
  std::string_view what;
  void (*run)(Size);
};

constexpr std::array k_rows{
    Row{"ingest_single", "durable posts of one event on 64 connections", zs::bench::ingest_single},
    Row{"ingest_batch", "durable posts of 100 events", zs::bench::ingest_batch},
    Row{"tail", "slowest answers under 256 connections", zs::bench::tail},
    Row{"import", "zohosync import of a file", zs::bench::import_file},
    Row{"instructions", "instructions an event, by callgrind", zs::bench::instructions},
    Row{"sync0", "customers a minute with Zoho at 0 ms", zs::bench::sync_at_once},
    Row{"sync100", "customers a minute with Zoho at 100 ms", zs::bench::sync_at_100_ms},
    Row{"freshness", "from 202 to the CRM at rest", zs::bench::freshness},
    Row{"linger", "credits and freshness by the rate of sign-ups", zs::bench::linger},
    Row{"credits", "credits against the computed bound", zs::bench::credits},
    Row{"tags", "tag calls against the fewest possible", zs::bench::tags},
    Row{"memory", "idle and with a million waiting; the restart", zs::bench::memory},
    Row{"scale", "cost per customer by how many are known", zs::bench::scale},
    Row{"lookup", "look-ups in the id map with a million users", zs::bench::lookup},
    Row{"peer_ingest", "durable posts against the peer", zs::bench::peer_ingest},
    Row{"peer_signups", "sign-ups, credits, mistakes and memory against the peer", zs::bench::peer_signups},
    Row{"peer_freshness", "from the post to the CRM against the peer", zs::bench::peer_freshness},
};

}  // namespace

int main(int count, char** words) {
  Size size = Size::full;
  std::vector<const Row*> chosen;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--quick") {
      size = Size::quick;
      continue;
    }
    if (word == "--huge") {
      size = Size::huge;
      continue;
    }
    if (word == "list") {
      for (const Row& row : k_rows) fmt::print("{:<16}{}\n", row.name, row.what);
      return 0;
    }
    const auto* const found = std::ranges::find(k_rows, word, &Row::name);
    if (found == k_rows.end()) {
      fmt::print(stderr, "bench: there is no row '{}'; `list` names them\n", word);
      return 2;
    }
    chosen.push_back(found);
  }
  if (chosen.empty()) {
    for (const Row& row : k_rows) chosen.push_back(&row);
  }
  bool has_failed = false;
  for (const Row* row : chosen) {
    try {
      row->run(size);
    } catch (const std::exception& error) {
      fmt::print(stderr, "bench: {} could not be measured: {}\n", row->name, error.what());
      has_failed = true;
    }
  }
  return has_failed ? 1 : 0;
}
