#include "setup/examine.hpp"

#include "zoho/limits.hpp"

namespace zs::setup {
namespace {

class Examiner {
 public:
  explicit Examiner(Calls& calls) : calls_(calls) {}

  Result<Facts> take() {
    ZS_ASSIGN(const std::optional<Reply> org, ask("/crm/v8/org", Weight::fault));
    if (org) {
      ZS_ASSIGN(facts_.view.org, zoho::read_org(org->body));
      facts_.credits_remaining = org->credits_remaining;
    }
    for (const plan::Module module : plan::k_modules) {
      auto view = read_module(calls_, module);
      ZS_TRY(keep_going(view, Weight::fault));
      if (view) facts_.view.modules[static_cast<std::size_t>(module)] = std::move(*view);
    }
    ZS_ASSIGN(const std::optional<Reply> modules, ask("/crm/v8/settings/modules", Weight::warning));
    if (modules) {
      ZS_ASSIGN(facts_.modules, zoho::read_modules(modules->body));
    }
    ZS_TRY(read_all_pipelines());
    ZS_ASSIGN(const std::optional<Reply> roles, ask("/crm/v8/Contacts/roles", Weight::warning));
    if (roles) {
      ZS_ASSIGN(const auto named, zoho::read_contact_roles(roles->body));
      facts_.contact_roles.emplace();
      for (const auto& [name, id] : named) facts_.contact_roles->push_back(name);
    }
    ZS_ASSIGN(const std::optional<Reply> apis, ask("/crm/v8/__apis", Weight::warning));
    if (apis) {
      ZS_ASSIGN(const zoho::Prices prices, zoho::read_prices(apis->body));
      facts_.tagged_per_credit = prices.tagged_per_credit;
    }
    return std::move(facts_);
  }

 private:
  /// A refusal of this one request is a note, a fault where the daemon needs the same right; anything that would meet
  /// the next one too is an end.
  template <class Value>
  Result<void> keep_going(const Result<Value>& answer, Weight weight) {
    if (answer) return {};
    if (answer.error().code != Errc::conflict) return std::unexpected(answer.error());
    facts_.notes.push_back({weight, answer.error().text, {}});
    return {};
  }

  Result<std::optional<Reply>> ask(const std::string& path, Weight weight) {
    auto reply = calls_.call("GET", path, "");
    ZS_TRY(keep_going(reply, weight));
    if (!reply) return std::optional<Reply>{};
    return std::optional{std::move(*reply)};
  }

  Result<void> read_all_pipelines() {
    ZS_ASSIGN(const std::optional<Reply> layouts, ask("/crm/v8/settings/layouts?module=Deals", Weight::warning));
    if (!layouts) return {};
    ZS_ASSIGN(const std::vector<std::string> ids, zoho::read_layout_ids(layouts->body));
    std::vector<zoho::PipelineMetadata> all;
    for (const std::string& id : ids) {
      ZS_ASSIGN(const std::optional<Reply> reply, ask("/crm/v8/settings/pipeline?layout_id=" + id, Weight::warning));
      if (!reply) return {};
      ZS_ASSIGN(const std::vector<zoho::PipelineMetadata> some, zoho::read_pipelines(reply->body));
      all.insert(all.end(), some.begin(), some.end());
    }
    facts_.pipelines = std::move(all);
    return {};
  }

  Calls& calls_;
  Facts facts_;
};

}  // namespace

Result<Facts> examine(Calls& calls) { return Examiner(calls).take(); }

}  // namespace zs::setup
