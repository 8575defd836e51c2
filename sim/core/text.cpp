#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/text.hpp"

namespace zohosim {

Pairs parse_form(std::string_view encoded) {
  Pairs out;
  for (const std::string_view piece : zs::split(encoded, '&')) {
    if (piece.empty()) continue;
    const std::size_t at = piece.find('=');
    const std::string_view value = at == std::string_view::npos ? std::string_view{} : piece.substr(at + 1);
    bool ok = true;
    out.emplace_back(zs::percent_decode(piece.substr(0, at), true, ok), zs::percent_decode(value, true, ok));
  }
  return out;
}

namespace {

/// The text between `opening` and the next quote.
std::string_view quoted_after(std::string_view text, std::string_view opening) {
  const std::size_t at = text.find(opening);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + opening.size());
  return text.substr(0, text.find('"'));
}

std::string boundary_of(std::string_view content_type) {
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return {};
  std::string_view rest = content_type.substr(at + 9);
  rest = zs::trim(rest.substr(0, rest.find(';')));
  if (rest.size() > 1 && rest.front() == '"') rest = rest.substr(1, rest.size() - 2);
  return std::string(rest);
}

}  // namespace

Pairs parse_multipart(std::string_view content_type, std::string_view body) {
  Pairs out;
  const std::string boundary = boundary_of(content_type);
  if (boundary.empty()) return out;
  const std::string line = "--" + boundary;
  std::size_t at = body.find(line);
  while (at != std::string_view::npos) {
    const std::size_t start = at + line.size();
    at = body.find(line, start);
    if (at == std::string_view::npos) break;
    const std::string_view part = body.substr(start, at - start);
    const std::size_t head_end = part.find("\r\n\r\n");
    if (head_end == std::string_view::npos) continue;
    std::string_view value = part.substr(head_end + 4);
    if (value.ends_with("\r\n")) value.remove_suffix(2);
    out.emplace_back(std::string(quoted_after(part.substr(0, head_end), " name=\"")), std::string(value));
  }
  return out;
}

const std::string* find_pair(const Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string pair_or(const Pairs& pairs, std::string_view name, std::string_view otherwise) {
  const std::string* found = find_pair(pairs, name);
  return found != nullptr ? *found : std::string(otherwise);
}

std::int64_t integer_or(const Pairs& pairs, std::string_view name, std::int64_t otherwise) {
  const std::string* found = find_pair(pairs, name);
  if (found == nullptr) return otherwise;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(found->data(), found->data() + found->size(), value);
  return error == std::errc{} && end == found->data() + found->size() ? value : otherwise;
}

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view piece : zs::split(text, ',')) {
    if (const auto trimmed = zs::trim(piece); !trimmed.empty()) out.emplace_back(trimmed);
  }
  return out;
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int compare_folded(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (lower(a[i]) != lower(b[i])) return lower(a[i]) < lower(b[i]) ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

bool equal_folded(std::string_view a, std::string_view b) { return a.size() == b.size() && compare_folded(a, b) == 0; }

std::string format_instant(std::int64_t millis, int utc_offset_minutes) {
  namespace ch = std::chrono;
  const ch::sys_seconds local{ch::floor<ch::seconds>(ch::milliseconds{millis}) + ch::minutes{utc_offset_minutes}};
  const auto day = ch::floor<ch::days>(local);
  const ch::year_month_day date{day};
  const ch::hh_mm_ss time{local - day};
  const int offset = utc_offset_minutes < 0 ? -utc_offset_minutes : utc_offset_minutes;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()}, time.hours().count(), time.minutes().count(), time.seconds().count(),
                     utc_offset_minutes < 0 ? '-' : '+', offset / 60, offset % 60);
}

}  // namespace zohosim
