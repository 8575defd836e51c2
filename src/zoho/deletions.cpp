#include "zoho/deletions.hpp"

#include <chrono>
#include <utility>

#include "zoho/client.hpp"
#include "zoho/json_read.hpp"
#include "zoho/wire.hpp"

namespace zs::zoho {

std::string deletions_path(Module module, int page) {
  return "/crm/v8/" + std::string(plan::name_of(module)) +
         "/deleted?type=all&per_page=200&page=" + std::to_string(page);
}

std::string deletions_since(Time since) {
  // No fractions, and the offset spelt out: as Zoho's documents write times.
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(since));
  text.pop_back();
  return text + "+00:00";
}

Result<Deletions> read_deletions(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array data;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root["data"].get(data) != simdjson::SUCCESS) {
    return fail(Errc::corrupt, "Zoho's list of deleted records is not readable");
  }
  Deletions out;
  for (simdjson::dom::element row : data) {
    std::string id = text_of(row, "id");
    if (!id.empty()) out.zoho_ids.push_back(std::move(id));
  }
  simdjson::dom::element info;
  out.more = root["info"].get(info) == simdjson::SUCCESS && bool_of(info, "more_records");
  return out;
}

void Client::list_deleted(Module module, Time since, int page,
                          std::move_only_function<void(Answer, std::optional<Deletions>)> done) {
  api_.request(
      "GET", deletions_path(module, page), "", {{"if-modified-since", deletions_since(since)}},
      [done = std::move(done)](Answer::Outcome outcome, net::ClientResponse response, std::string message) mutable {
        Answer answer;
        answer.outcome = outcome;
        answer.http_status = response.status;
        answer.code = response.failure;
        answer.message = std::move(message);
        if (outcome != Answer::Outcome::answered) return done(std::move(answer), std::nullopt);
        // Nothing there, or nothing new.
        if (response.status == 204 || response.status == 304) return done(std::move(answer), Deletions{});
        if (response.status != 200) {
          answer = from_answer(Call{}, {response.status, response.header("content-type"), response.body});
          return done(std::move(answer), std::nullopt);
        }
        auto read = read_deletions(response.body);
        if (!read) {
          answer.outcome = Answer::Outcome::unknown;
          answer.message = read.error().text;
          return done(std::move(answer), std::nullopt);
        }
        done(std::move(answer), std::move(*read));
      });
}

}  // namespace zs::zoho
