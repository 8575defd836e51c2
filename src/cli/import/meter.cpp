#include "cli/import/meter.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "cli/output.hpp"

namespace zs::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t k_bar_width = 24;
constexpr auto k_between_bars = 100ms;
constexpr auto k_between_lines = 5s;

void write_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

/// Whole and tenth megabytes, cut off.
std::string megabytes(std::int64_t bytes) {
  const std::int64_t tenths = bytes / 100'000;
  return grouped(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string how_far(const Pace& pace, const Tally& tally, std::size_t width) {
  if (pace.size == 0) return megabytes(tally.offset) + " MB";
  const std::int64_t done = std::min(tally.offset, pace.size);
  std::string out;
  if (width != 0) {
    const auto filled = static_cast<std::size_t>(done * static_cast<std::int64_t>(width) / pace.size);
    out = "[" + std::string(filled, '#') + std::string(width - filled, '-') + "] ";
  }
  return out + std::to_string(done * 100 / pace.size) + "% " + megabytes(done) + " of " + megabytes(pace.size) + " MB";
}

std::string counts(const Tally& tally, std::string_view known) {
  return grouped(tally.accepted) + " accepted, " + grouped(tally.duplicates) + " " + std::string(known) + ", " +
         grouped(tally.rejected) + " rejected";
}

}  // namespace

std::string progress_line(const Pace& pace, const Tally& tally, std::size_t width) {
  std::string out = printable(pace.name) + " " + how_far(pace, tally, width);
  if (pace.elapsed >= 1s) out += ", " + grouped((tally.lines - pace.began_lines) * 1000 / pace.elapsed.count()) + "/s";
  return out + ", " + counts(tally, "known");
}

std::string summary_line(std::string_view name, const Tally& tally) {
  return printable(name) + ": " + counted(tally.accepted + tally.duplicates + tally.rejected, "event") +
         " read: " + counts(tally, "known before");
}

Meter::Meter(Kind kind, std::string name, std::int64_t size, const Tally& begun)
    : kind_(kind), name_(std::move(name)), size_(size), began_lines_(begun.lines) {
  next_ = began_ + (kind == Kind::bar ? Clock::duration(k_between_bars) : Clock::duration(k_between_lines));
}

void Meter::show(const Tally& tally) {
  const Clock::time_point now = Clock::now();
  if (kind_ == Kind::silent || now < next_) return;
  const Pace pace{name_, size_, began_lines_, std::chrono::duration_cast<std::chrono::milliseconds>(now - began_)};
  if (kind_ == Kind::bar) {
    write_error("\r\033[K" + progress_line(pace, tally, k_bar_width));
    is_drawn_ = true;
    next_ = now + k_between_bars;
  } else {
    write_error(progress_line(pace, tally, 0) + "\n");
    next_ = now + k_between_lines;
  }
}

void Meter::say(std::string_view text) {
  if (kind_ == Kind::silent) return;
  end();
  write_error(printable(text) + "\n");
}

void Meter::end() {
  if (is_drawn_) write_error("\r\033[K");
  is_drawn_ = false;
}

}  // namespace zs::cli
