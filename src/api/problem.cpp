#include "api/problem.hpp"

#include "base/json.hpp"

namespace zs::api {

std::string_view phrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return status >= 500 ? "Internal Server Error" : "Error";
  }
}

net::Response problem(int status, std::string_view code, std::string_view detail, std::string_view extra_members) {
  net::Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  JsonWriter writer(response.body);
  writer.begin_object()
      .field("type", "about:blank")
      .field("title", phrase(status))
      .field("status", std::int64_t{status});
  // `message` repeats `detail` for SDKs that look for it.
  writer.field("code", code).field("detail", detail).field("message", detail);
  if (!extra_members.empty()) {
    response.body += ',';
    response.body += extra_members;
  }
  writer.end_object();
  return response;
}

net::Response json(int status, std::string body) {
  net::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

}  // namespace zs::api
