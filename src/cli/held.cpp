// `held list|show|retry|discard`: looks read the store; deeds are the daemon's, which alone writes to it.
#include <optional>
#include <string>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"
#include "links/views.hpp"
#include "zoho/reactions.hpp"

namespace zs::cli {
namespace {

constexpr std::size_t k_page = 500;

std::optional<store::EntityId> parse_id(std::string_view text) {
  const auto id = parse_integer(text);
  return id && *id > 0 ? id : std::nullopt;
}

Exit ask(const Options& options, std::string_view method, const std::string& path, const std::string& done_words) {
  auto client = connect(options);
  if (!client) return client.error();
  const net::ClientResponse answer = client->send(method, path);
  if (answer.exchange != net::Exchange::answered || answer.status >= 300) {
    const Refusal refusal = refusal_of(answer, client->url());
    return fail_with(refusal.exit, refusal.text);
  }
  return print(options.json         ? answer.body + "\n"
               : done_words.empty() ? retried_text(answer.body)
                                    : done_words)
             ? Exit::done
             : Exit::failed;
}

}  // namespace

Exit held_list(const Options& options) {
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const zoho::HeldFilter filter{options.code, zoho::parse_side(options.side)};
  store::EntityId after = 0;
  std::vector<std::string> rows;
  while (true) {
    const auto page = (*reader)->held_page(after, k_page);
    if (!page) return fail_with(Exit::unreachable, page.error().text);
    for (const store::Held& held : *page) {
      after = held.id;
      if (!filter.matches(held.code)) continue;
      const auto row = links::held_json(**reader, held.id);
      if (!row) return fail_with(Exit::unreachable, row.error().text);
      if (*row) rows.push_back(**row);
    }
    if (page->size() < k_page) break;
  }
  return print(options.json ? held_array(rows) : held_list_text(rows)) ? Exit::done : Exit::failed;
}

Exit held_show(const Options& options) {
  const auto id = options.names.size() == 1 ? parse_id(options.names.front()) : std::nullopt;
  if (!id) return fail_with(Exit::usage, "held show wants one id as `held list` shows it");
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const auto row = links::held_json(**reader, *id);
  if (!row) return fail_with(Exit::unreachable, row.error().text);
  if (!*row) return fail_with(Exit::failed, "nothing is held under the id " + options.names.front());
  return print(options.json ? **row + "\n" : held_text(**row)) ? Exit::done : Exit::failed;
}

Exit held_retry(const Options& options) {
  const bool by_filter = !options.code.empty() || !options.side.empty();
  if (options.names.empty() && (options.all || by_filter)) {
    std::string filter;
    if (!options.code.empty()) filter += "?code=" + percent_encode(options.code);
    if (!options.side.empty()) filter += (filter.empty() ? "?side=" : "&side=") + options.side;
    return ask(options, "POST", "/v1/held/retry" + filter, "");
  }
  if (options.names.size() != 1 || options.all || by_filter)
    return fail_with(Exit::usage, "held retry wants one id, or --all, or --code and --side");
  if (!parse_id(options.names.front())) return fail_with(Exit::usage, "held retry wants an id as `held list` shows it");
  return ask(options, "POST", "/v1/held/" + options.names.front() + "/retry", "");
}

Exit held_discard(const Options& options) {
  if (options.names.size() != 1 || !parse_id(options.names.front())) {
    return fail_with(Exit::usage, "held discard wants one id as `held list` shows it");
  }
  return ask(options, "DELETE", "/v1/held/" + options.names.front(),
             "Discarded: the record stays as it is until the customer's next event.\n");
}

}  // namespace zs::cli
