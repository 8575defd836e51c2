#pragma once
// The peer of bench/peer: Redis, its worker and a simulator of their own, all gone with the object.

#include <memory>
#include <string>

#include "process/system.hpp"

namespace zs::bench {

class Peer {
 public:
  explicit Peer(int latency_ms);
  [[nodiscard]] const std::string& url() const { return url_; }
  /// Its simulator; no daemon runs in it.
  [[nodiscard]] process::System& site() { return site_; }
  /// Jobs that wait or are under way.
  [[nodiscard]] std::int64_t waiting();
  [[nodiscard]] double memory_mb() const;  // of worker and Redis, now

 private:
  process::System site_;
  std::unique_ptr<process::Child> redis_;
  std::unique_ptr<process::Child> worker_;
  std::string url_;
};

}  // namespace zs::bench
