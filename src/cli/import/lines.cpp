#include "cli/import/lines.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace zs::cli {
namespace {

constexpr std::size_t k_chunk = 256 * 1024;
constexpr std::size_t k_kept_of_too_long = 200;
constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

Result<bool> LineReader::fill() {
  if (at_end_) return false;
  buffer_.erase(0, used_);
  used_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + k_chunk);
  const ssize_t got = ::read(fd_, buffer_.data() + had, k_chunk);
  buffer_.resize(had + static_cast<std::size_t>(got < 0 ? 0 : got));
  if (got < 0 && errno == EINTR) return fail(Errc::stopped, "interrupted");
  if (got < 0) return fail(Errc::unavailable, std::string("cannot be read: ") + std::strerror(errno));
  at_end_ = got == 0;
  return got > 0;
}

Result<std::optional<Line>> LineReader::next() {
  std::size_t searched = 0;
  std::string beginning;  // of a line that outgrew the buffer
  std::int64_t dropped = 0;
  while (true) {
    const std::size_t end = buffer_.find('\n', used_ + searched);
    if (end == std::string::npos) {
      searched = buffer_.size() - used_;
      if (searched > k_max_line_bytes) {
        if (beginning.empty()) beginning = buffer_.substr(used_, k_kept_of_too_long);
        dropped += static_cast<std::int64_t>(searched);
        used_ = buffer_.size();
        searched = 0;
      }
      ZS_ASSIGN(const bool more, fill());
      if (more) continue;
      if (buffer_.size() == used_ && dropped == 0) return std::nullopt;
    }
    const std::size_t stop = end == std::string::npos ? buffer_.size() : end;
    const std::string_view raw = std::string_view(buffer_).substr(used_, stop - used_);
    std::string_view text = raw;
    if (offset_ == 0 && text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
    const std::size_t consumed = end == std::string::npos ? raw.size() : raw.size() + 1;
    offset_ += dropped + static_cast<std::int64_t>(consumed);
    Line line{++number_, offset_, std::string(trim(text)), dropped != 0 || raw.size() > k_max_line_bytes};
    used_ += consumed;
    if (!beginning.empty()) line.text = beginning;
    if (line.is_too_long) line.text = clamp_utf16(line.text, k_kept_of_too_long);
    if (!line.text.empty()) return line;
    searched = 0;
    dropped = 0;
  }
}

}  // namespace zs::cli
