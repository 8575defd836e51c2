// What is done without a person so that a record arrives although Zoho refuses a part of it: a value is cut to the
// length that Zoho told, or left out; and the org is looked at again when it seems to have changed. Each of it is
// shown in the timeline and on the customer.
#include <utility>

#include "base/json.hpp"
#include "engine/engine.hpp"

namespace zs::engine {

using zoho::ItemAnswer;

namespace {

bool is_mandatory(const plan::Mapping& mapping, zoho::Module module, std::string_view field) {
  for (const std::string_view name : {"Last_Name", "Account_Name", "Deal_Name", "Stage", "Closing_Date", "Pipeline"}) {
    if (field == name) return true;
  }
  return field == mapping.external_id[static_cast<std::size_t>(module)];
}

}  // namespace

Result<void> Engine::settle_mend(store::Transaction& tx, Work& work, const plan::Change& sent,
                                 const ItemAnswer& answer) {
  const zoho::Module module = plan::module_of(work.entity.kind);
  const auto value = sent.set.find(answer.field);
  const auto mended = [&](std::string_view how) {
    std::string entry;
    JsonWriter(entry)
        .begin_object()
        .field("what", "mend")
        .field("module", plan::name_of(module))
        .field("field", answer.field)
        .field("code", answer.code)
        .field("message", how)
        .end_object();
    return tx.add_timeline(work.entity.id, {now_ms(), std::move(entry)});
  };
  const bool is_key = answer.field == options_.mapping.external_id[static_cast<std::size_t>(module)];
  if (value != sent.set.end() && !is_key && answer.max_length > 0 &&
      learn_length(module, answer.field, answer.max_length)) {
    // What is wanted is formed anew for the next try, and fits.
    return mended("cut to " + std::to_string(answer.max_length) + " characters");
  }
  if (value == sent.set.end() || is_mandatory(options_.mapping, module, answer.field)) {
    hold(work, answer.code, answer.field, answer.message);
    return {};
  }
  // The record is worth more than one of its fields; what was refused is not sent again until it changes.
  work.entity.synced.refused.insert_or_assign(answer.field, value->second);
  ZS_TRY(mended("left out"));
  return tx.save_synced(work.entity);
}

/// From now on values are cut to it; false if they are already.
bool Engine::learn_length(zoho::Module module, const std::string& field, std::size_t length) {
  auto& fields = org_->schema.fields[static_cast<std::size_t>(module)];
  const auto known = fields.find(field);
  if (known == fields.end() || (known->second.length != 0 && known->second.length <= length)) return false;
  known->second.length = length;
  lengths_.insert_or_assign({module, field}, length);
  return true;
}

/// Once per refusal: what it is refused for with fresh metadata is a person's to mend.
void Engine::read_schema_for(Work& work, const ItemAnswer& answer) {
  const auto [doubt, is_new] = schema_doubts_.try_emplace(work.entity.id, now_);
  if (!is_new && schema_read_ > doubt->second) {
    schema_doubts_.erase(doubt);
    hold(work, answer.code, answer.field, answer.message);
    return;
  }
  must_describe_ = true;
  work.must_retry = true;
}

/// What a person should know of how the record stands in Zoho.
std::vector<std::string> Engine::flags_of(const Work& work) const {
  const plan::Synced& synced = work.entity.synced;
  std::vector<std::string> flags = work.desired.flags;
  for (const auto& [field, value] : synced.refused) {
    const auto wanted = work.desired.fields.find(field);
    if (wanted == work.desired.fields.end() || wanted->second != value) continue;
    const auto known = synced.fields.find(field);
    const bool people_have_it = known != synced.fields.end() && known->second != "null";
    const bool is_theirs =
        options_.mapping.policy_of(plan::module_of(work.entity.kind), field) == plan::Policy::if_empty;
    flags.push_back(field + (people_have_it && is_theirs ? " left as people have it" : " refused by Zoho"));
  }
  return flags;
}

}  // namespace zs::engine
