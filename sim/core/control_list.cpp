// What people look up: the records of a module by what stands in them, and the fields that a form needs.

#include <algorithm>
#include <unordered_set>

#include "core/control.hpp"
#include "core/render.hpp"
#include "core/simulator.hpp"

namespace zohosim {
namespace {

constexpr std::int64_t k_most_listed = 10'000;  // in one answer

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool contains_folded(std::string_view text, std::string_view lowered) {
  return !std::ranges::search(text, lowered, {}, lower).empty();
}

/// Finds a text anywhere in a record: its values, its id, its full name, the names of those it looks up to.
class Searcher {
 public:
  Searcher(const Organization& org, const Module& module, std::string_view text)
      : module_(module), full_name_(module.schema.find("Full_Name")) {
    std::ranges::transform(text, std::back_inserter(lowered_), lower);
    // The parents with that name are sought once, not again for each of their children.
    for (const Field& field : module.schema.fields) {
      if (const Module* parents = org.find(field.lookup_module); parents != nullptr) note_parents(org, *parents);
    }
  }

  [[nodiscard]] bool finds(const Record& record) const {
    if (std::to_string(record.id) == lowered_) return true;
    if (full_name_ != nullptr && contains_folded(*stored_text(module_, record, *full_name_), lowered_)) return true;
    bool found = false;
    record.values.for_each([&](std::uint16_t number, std::string_view value) {
      const bool is_lookup = module_.schema.fields[number].type == DataType::lookup;
      found = found || (is_lookup ? parents_.contains(std::string(value)) : contains_folded(value, lowered_));
    });
    return found;
  }

 private:
  void note_parents(const Organization& org, const Module& parents) {
    for (Slot slot = 0; slot < parents.records.slots(); ++slot) {
      const Record& parent = parents.records.at(slot);
      if (parent.life == Life::live && contains_folded(org.display_name(parents, parent), lowered_))
        parents_.insert(std::to_string(parent.id));
    }
  }

  const Module& module_;
  const Field* full_name_;
  std::string lowered_;
  std::unordered_set<std::string> parents_;
};

/// What is asked for; everything that is given must fit.
struct Filter {
  Life life = Life::live;
  std::optional<TagNumber> tag;
  const Field* field = nullptr;
  std::string value;
  std::optional<Searcher> search;
  const Field* twins = nullptr;

  [[nodiscard]] bool is_empty() const {
    return life == Life::live && !tag && field == nullptr && !search && twins == nullptr;
  }

  [[nodiscard]] bool fits(const Module& module, const Record& record) const {
    if (record.life != life) return false;
    if (tag && std::ranges::find(record.tags, *tag) == record.tags.end()) return false;
    if (field != nullptr && !equal_folded(stored_text(module, record, *field).value_or(""), value)) return false;
    if (twins != nullptr) {
      const auto identity = record.values.get(twins->number);
      if (!identity || module.records.find(twins->number, *identity).size() < 2) return false;
    }
    return !search || search->finds(record);
  }
};

std::expected<Filter, HttpAnswer> read_filter(const Simulator& simulator, const Module& module, const Pairs& params) {
  Filter out;
  if (pair_or(params, "deleted", "") == "true") out.life = Life::recycled;
  if (const std::string* name = find_pair(params, "tag")) {
    out.tag = module.tags.by_name(*name);
    if (!out.tag) return std::unexpected(control_problem(404, "no such tag on " + module.schema.api_name));
  }
  if (const std::string* name = find_pair(params, "field")) {
    out.field = module.schema.find(*name);
    out.value = pair_or(params, "value", "");
    if (out.field == nullptr)
      return std::unexpected(control_problem(404, module.schema.api_name + " has no field " + *name));
  }
  if (const std::string text = pair_or(params, "search", ""); !text.empty())
    out.search.emplace(simulator.org(), module, text);
  if (pair_or(params, "twins", "") == "true") {
    out.twins = module.schema.find(identity_field(module.schema.api_name));
    if (out.twins == nullptr) return std::unexpected(control_problem(404, "no platform id field to find twins by"));
  }
  return out;
}

struct Found {
  std::int64_t count = 0;
  std::vector<Slot> page;
};

/// Newest first.
Found found_by(const Module& module, const Filter& filter, std::int64_t offset, std::int64_t limit) {
  Found out;
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 0, k_most_listed));
  for (Slot i = module.records.slots(); i > 0; --i) {
    if (!filter.fits(module, module.records.at(i - 1))) continue;
    if (out.count++ >= offset && out.page.size() < wanted) out.page.push_back(i - 1);
    // Everything fits: how much there is need not be counted.
    if (filter.is_empty() && out.page.size() == wanted) break;
  }
  if (filter.is_empty()) out.count = module.records.live_count();
  return out;
}

/// The ways in that need no scan: the record of an id, those of an external value or an e-mail.
std::optional<std::vector<Slot>> found_by_index(const Module& module, const Pairs& params) {
  if (const std::string* id = find_pair(params, "id")) {
    const auto number = parse_id(*id);
    const auto slot = number ? module.records.live(*number) : std::nullopt;
    return slot ? std::vector{*slot} : std::vector<Slot>{};
  }
  const std::string* external = find_pair(params, "external");
  const std::string* email = find_pair(params, "email");
  if (external == nullptr && email == nullptr) return std::nullopt;
  const Field* field = module.schema.find(external != nullptr ? identity_field(module.schema.api_name) : "Email");
  return field == nullptr ? std::vector<Slot>{}
                          : module.records.find(field->number, external != nullptr ? *external : *email);
}

}  // namespace

HttpAnswer control_list(Simulator& simulator, const Pairs& params) {
  const Module* module = simulator.org().find(pair_or(params, "module", ""));
  if (module == nullptr) return control_problem(404, "no such module; give ?module=Contacts");
  Found found;
  if (auto slots = found_by_index(*module, params)) {
    found = {static_cast<std::int64_t>(slots->size()), std::move(*slots)};
  } else {
    const auto filter = read_filter(simulator, *module, params);
    if (!filter) return filter.error();
    found = found_by(*module, *filter, integer_or(params, "offset", 0), integer_or(params, "limit", 100));
  }
  const HttpRequest none{};
  const Route nowhere{};
  const Call call{none, nowhere, params, nullptr, simulator.org(), simulator.options(), simulator.now_ms(), {}};
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().field("total", module->records.live_count()).field("found", found.count);
  out.key("records").begin_array();
  for (const Slot slot : found.page) write_record(out, call, *module, module->records.at(slot), nullptr);
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

HttpAnswer control_fields(Simulator& simulator, const Pairs& params) {
  const Module* module = simulator.org().find(pair_or(params, "module", ""));
  if (module == nullptr) return control_problem(404, "no such module; give ?module=Contacts");
  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("fields").begin_array();
  for (const Field& field : module->schema.fields) {
    out.begin_object().field("api_name", field.api_name).field("label", field.label);
    out.field("type", name_of(field.type)).field("length", std::int64_t{field.length});
    out.field_bool("mandatory", field.mandatory).field_bool("custom", field.custom);
    out.field_bool("unique", field.is_key()).field("lookup", field.lookup_module);
    out.field_bool("read_only", field.read_only || field.system != SystemField::none);
    out.key("picks").begin_array();
    for (const PickValue& pick : field.picks) out.string(pick.display);
    out.end_array().end_object();
  }
  out.end_array().end_object();
  return json_answer(200, std::move(body));
}

}  // namespace zohosim
