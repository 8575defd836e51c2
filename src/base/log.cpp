#include "base/log.hpp"

#include <unistd.h>

#include <atomic>

#include "base/json.hpp"
#include "base/time.hpp"

namespace zs::log {
namespace {

std::atomic<Level> threshold{Level::info};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

void set_level(Level level) { threshold = level; }

void line(Level level, std::string_view message, std::initializer_list<Field> fields) {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("time", format_rfc3339(from_millis(to_millis(SystemClock{}.now()))));
  json.field("level", name_of(level)).field("message", message);
  for (const Field& field : fields) {
    json.key(field.name);
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
      json.string(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      json.number(*number);
    } else {
      json.boolean(std::get<bool>(field.value));
    }
  }
  json.end_object();
  out += '\n';
  // One write, so that lines of several threads never mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, out.data(), out.size());
}

}  // namespace zs::log
