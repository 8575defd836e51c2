#include "setup/examine.hpp"

#include <simdjson.h>

#include <algorithm>

#include "zoho/crm.hpp"
#include "zoho/json_read.hpp"

namespace zs::setup {
namespace {

namespace dom = simdjson::dom;

bool true_unless_denied(dom::element row, std::string_view key) {
  bool value = true;
  return row[key].get(value) != simdjson::SUCCESS || value;
}

/// The rows under a name, each given to `read`.
template <class Read>
Result<void> for_rows(const std::string& json, std::string_view list, Read read) {
  if (json.empty()) return {};
  dom::parser parser;
  dom::array rows;
  if (parser.parse(json)[list].get(rows) != simdjson::SUCCESS)
    return fail(Errc::corrupt, "Zoho's answer has no list '" + std::string(list) + "'");
  for (const dom::element row : rows) read(row);
  return {};
}

Result<std::vector<ModuleRights>> read_modules(const std::string& json) {
  std::vector<ModuleRights> out;
  ZS_TRY(for_rows(json, "modules", [&](dom::element row) {
    out.push_back({zoho::text_of(row, "api_name"), true_unless_denied(row, "api_supported"),
                   true_unless_denied(row, "creatable"), true_unless_denied(row, "editable")});
  }));
  return out;
}

Result<std::vector<std::string>> read_layout_ids(const std::string& json) {
  std::vector<std::string> out;
  ZS_TRY(for_rows(json, "layouts", [&](dom::element row) { out.push_back(zoho::text_of(row, "id")); }));
  return out;
}

Result<std::vector<Pipeline>> read_pipelines(const std::string& json) {
  std::vector<Pipeline> out;
  ZS_TRY(for_rows(json, "pipeline", [&](dom::element row) {
    Pipeline pipeline{zoho::text_of(row, "display_value"), {}};
    dom::array maps;
    if (row["maps"].get(maps) == simdjson::SUCCESS) {
      for (const dom::element stage : maps) pipeline.stages.push_back(zoho::text_of(stage, "display_value"));
    }
    out.push_back(std::move(pipeline));
  }));
  return out;
}

class Examiner {
 public:
  explicit Examiner(Calls& calls) : calls_(calls) {}

  Result<Facts> take() {
    ZS_ASSIGN(const std::optional<Reply> org, ask("/crm/v8/org"));
    if (org) {
      ZS_ASSIGN(facts_.view.org, zoho::read_org(org->body));
      facts_.credits_remaining = org->credits_remaining;
    }
    for (const plan::Module module : plan::k_modules) {
      auto view = read_module(calls_, module);
      ZS_TRY(keep_going(view));
      if (view) facts_.view.modules[static_cast<std::size_t>(module)] = std::move(*view);
    }
    ZS_ASSIGN(const std::optional<Reply> modules, ask("/crm/v8/settings/modules"));
    if (modules) {
      ZS_ASSIGN(facts_.modules, read_modules(modules->body));
    }
    ZS_TRY(read_all_pipelines());
    ZS_ASSIGN(const std::optional<Reply> apis, ask("/crm/v8/__apis"));
    if (apis) {
      ZS_ASSIGN(facts_.tagged_per_credit, read_tag_price(apis->body));
    }
    return std::move(facts_);
  }

 private:
  /// A refusal of this one request is a note; anything that would meet the next one too is an end.
  template <class Value>
  Result<void> keep_going(const Result<Value>& answer) {
    if (answer) return {};
    if (answer.error().code != Errc::conflict) return std::unexpected(answer.error());
    facts_.notes.push_back({Weight::fault, answer.error().text, {}});
    return {};
  }

  Result<std::optional<Reply>> ask(const std::string& path) {
    auto reply = calls_.call("GET", path, "");
    ZS_TRY(keep_going(reply));
    if (!reply) return std::optional<Reply>{};
    return std::optional{std::move(*reply)};
  }

  Result<void> read_all_pipelines() {
    ZS_ASSIGN(const std::optional<Reply> layouts, ask("/crm/v8/settings/layouts?module=Deals"));
    if (!layouts) return {};
    ZS_ASSIGN(const std::vector<std::string> ids, read_layout_ids(layouts->body));
    std::vector<Pipeline> all;
    for (const std::string& id : ids) {
      ZS_ASSIGN(const std::optional<Reply> reply, ask("/crm/v8/settings/pipeline?layout_id=" + id));
      if (!reply) return {};
      ZS_ASSIGN(const std::vector<Pipeline> some, read_pipelines(reply->body));
      all.insert(all.end(), some.begin(), some.end());
    }
    facts_.pipelines = std::move(all);
    return {};
  }

  Calls& calls_;
  Facts facts_;
};

}  // namespace

Result<std::optional<std::size_t>> read_tag_price(const std::string& json) {
  std::int64_t dearest = 0;
  ZS_TRY(for_rows(json, "__apis", [&](dom::element row) {
    dom::array operations;
    if (!zoho::text_of(row, "path").ends_with("/add_tags") ||
        row["operation_types"].get(operations) != simdjson::SUCCESS)
      return;
    for (const dom::element operation : operations)
      dearest = std::max(dearest, zoho::number_of(operation, "max_credits"));
  }));
  // The most that a call can cost is what its most records cost.
  if (dearest <= 0) return std::optional<std::size_t>{};
  return std::optional{zoho::max_items(zoho::Verb::add_tags) / static_cast<std::size_t>(dearest)};
}

Result<Facts> examine(Calls& calls) { return Examiner(calls).take(); }

}  // namespace zs::setup
