#include "core/call_log.hpp"

#include "base/text.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_kept_calls = 200;
constexpr std::size_t k_kept_text = 16 * 1024;

/// Cuts at a character's end. A body that is no text at all would spoil the JSON that the log is read as.
void shorten(std::string& text) {
  const bool cut = text.size() > k_kept_text;
  if (cut) {
    std::size_t end = k_kept_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  if (!zs::is_valid_utf8(text)) {
    text = "(not UTF-8)";
  } else if (cut) {
    text += "…";
  }
}

}  // namespace

void CallLog::add(LoggedCall call) {
  call.number = ++total_;
  shorten(call.sent);
  shorten(call.answered);
  calls_.push_back(std::move(call));
  if (calls_.size() > k_kept_calls) calls_.pop_front();
}

}  // namespace zohosim
