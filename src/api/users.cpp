// The right to be forgotten.
#include <utility>

#include "api/http_api.hpp"
#include "api/problem.hpp"
#include "base/json.hpp"
#include "event/event.hpp"
#include "links/views.hpp"

namespace zs::api {
namespace {

std::string_view name_of(engine::ErasureState state) {
  switch (state) {
    case engine::ErasureState::erasing:
      return "erasing";
    case engine::ErasureState::held:
      return "held";
    case engine::ErasureState::erased:
      break;
  }
  return "erased";
}

}  // namespace

void HttpApi::erase_user(net::Request&&, net::Reply reply, std::string user_id) {
  if (user_id.size() > event::k_max_id_bytes) {
    reply(problem(400, "user_id_invalid", "a user id has at most 256 bytes"));
    return;
  }
  const auto report = parts_.engine.erase(user_id);
  if (!report) {
    reply(failure(report.error()));
    return;
  }
  std::string body;
  JsonWriter writer(body);
  writer.begin_object().field("user_id", user_id).field("state", name_of(report->state)).key("held");
  std::optional<std::string> held;
  if (report->state == engine::ErasureState::held) {
    const auto row = readers_.with([&](store::Reader& reader) { return links::held_json(reader, report->entity); });
    if (row) held = *row;
  }
  if (held) {
    writer.raw(*held);
  } else {
    writer.null();
  }
  writer.end_object();
  reply(json(report->state == engine::ErasureState::erased ? 200 : 202, std::move(body)));
}

}  // namespace zs::api
