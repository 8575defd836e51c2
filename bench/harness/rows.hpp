#pragma once
// The rows of docs/performance.md: each measures one thing beside its floor, peer or bound, in one run.

#include <cstdint>

namespace zs::bench {

/// quick: seconds, to see that a row works; full: what docs/performance.md shows; huge: only when asked for.
enum class Size : std::uint8_t { quick, full, huge };

/// How often a measurement is repeated.
[[nodiscard]] inline int rounds(Size size) { return size == Size::quick ? 1 : 5; }

void ingest_single(Size size);
void ingest_batch(Size size);
void tail(Size size);
void import_file(Size size);
void instructions(Size size);
void sync_at_once(Size size);
void sync_at_100_ms(Size size);
void freshness(Size size);
void linger(Size size);
void credits(Size size);
void tags(Size size);
void scale(Size size);
void memory(Size size);
void lookup(Size size);
void peer_ingest(Size size);
void peer_signups(Size size);
void peer_freshness(Size size);

}  // namespace zs::bench
