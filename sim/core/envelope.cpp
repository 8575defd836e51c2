#include "core/envelope.hpp"

namespace zohosim {

void Members::name(std::string_view name) {
  if (!members_.empty()) members_ += ',';
  zs::append_json_string(members_, name);
  members_ += ':';
}

Members& Members::text(std::string_view key, std::string_view value) {
  name(key);
  zs::append_json_string(members_, value);
  return *this;
}

Members& Members::id(std::string_view key, std::uint64_t value) { return text(key, std::to_string(value)); }

Members& Members::number(std::string_view key, std::int64_t value) { return raw(key, std::to_string(value)); }

Members& Members::flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }

Members& Members::null(std::string_view key) { return raw(key, "null"); }

Members& Members::raw(std::string_view key, std::string_view json) {
  name(key);
  members_ += json;
  return *this;
}

Members details_at(const Where& where) {
  return Members().text("api_name", where.api_name).text("json_path", where.json_path);
}

std::unexpected<Refusal> invalid_type(const Where& where, std::string_view expected) {
  return refuse("INVALID_DATA", "invalid data", details_at(where).text("expected_data_type", expected));
}

std::unexpected<Refusal> too_long(const Where& where, std::int64_t maximum) {
  return refuse("INVALID_DATA", "invalid data", details_at(where).number("maximum_length", maximum));
}

std::unexpected<Refusal> missing(const Where& where) {
  return refuse("MANDATORY_NOT_FOUND", "required field not found", details_at(where));
}

std::string error_object(const Refusal& refusal) {
  return Members()
      .text("code", refusal.code)
      .raw("details", refusal.details)
      .text("message", refusal.message)
      .text("status", "error")
      .take();
}

std::string success_object(std::string_view message, const Members& details, std::string_view extra) {
  std::string out = Members()
                        .text("code", "SUCCESS")
                        .raw("details", details.take())
                        .text("message", message)
                        .text("status", "success")
                        .take();
  if (!extra.empty()) {
    out.pop_back();
    out.append(",").append(extra).append("}");
  }
  return out;
}

HttpAnswer json_answer(int status, std::string body) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

HttpAnswer error_answer(int status, const Refusal& refusal) { return json_answer(status, error_object(refusal)); }

HttpAnswer nothing_there() { return json_answer(204, {}); }

HttpAnswer invalid_module(bool in_path) {
  Members details;
  if (in_path) details.number("resource_path_index", 0);
  return error_answer(400, {"INVALID_MODULE", "the module name given seems to be invalid", details.take()});
}

HttpAnswer missing_parameter(std::string_view name) {
  return error_answer(400, {"REQUIRED_PARAM_MISSING", "One of the expected parameter is missing",
                            Members().text("param_name", name).text("param", name).take()});
}

}  // namespace zohosim
