#include "core/call_log.hpp"

#include "base/text.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_kept_calls = 200;
constexpr std::size_t k_kept_text = 16 * 1024;

void shorten(std::string& text) {
  if (text.size() <= k_kept_text) return;
  std::size_t end = k_kept_text;
  while (end > 0 && !zs::is_valid_utf8(std::string_view(text).substr(0, end))) --end;
  text.resize(end);
  text += "…";
}

}  // namespace

void CallLog::add(LoggedCall call) {
  call.number = ++total_;
  // A body that is no text at all would spoil the JSON that the log is read as.
  if (!zs::is_valid_utf8(call.sent)) call.sent = "(not UTF-8)";
  shorten(call.sent);
  shorten(call.answered);
  calls_.push_back(std::move(call));
  if (calls_.size() > k_kept_calls) calls_.pop_front();
}

}  // namespace zohosim
