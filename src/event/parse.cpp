// Two passes over the same bytes: simdjson's DOM parser refuses everything that is not JSON (its
// on-demand parser accepts broken parts it does not visit), then the on-demand parser reads, because only it
// keeps a number's own digits, which money and ids need.
#include "event/parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"
#include "event/vocabulary.hpp"

namespace zs::event {
namespace {

namespace ondemand = simdjson::ondemand;
constexpr std::size_t k_max_depth = 32;

Value scalar(ondemand::value value) {
  switch (value.type()) {
    case ondemand::json_type::string:
      return Value::of_text(std::string_view(value.get_string()));
    case ondemand::json_type::number:
      return Value::of_number(trim(std::string_view(value.raw_json_token())));
    case ondemand::json_type::boolean:
      return Value::of_bool(value.get_bool());
    default:
      return {};
  }
}

bool is_composite(ondemand::json_type type) {
  return type == ondemand::json_type::object || type == ondemand::json_type::array;
}

/// "gdpr,ccpa" in fixed order from a list, so that equal sets are equal text.
std::optional<std::string> read_compliance(ondemand::value value, std::string& problem) {
  problem = "must be a list of gdpr and ccpa";
  if (value.type() != ondemand::json_type::array) return std::nullopt;
  bool gdpr = false;
  bool ccpa = false;
  for (ondemand::value item : value.get_array()) {
    if (item.type() != ondemand::json_type::string) return std::nullopt;
    const std::string name = to_lower(std::string_view(item.get_string()));
    if (name == "gdpr") {
      gdpr = true;
    } else if (name == "ccpa") {
      ccpa = true;
    } else {
      return std::nullopt;
    }
  }
  std::string out = gdpr ? "gdpr" : "";
  if (ccpa) out += gdpr ? ",ccpa" : "ccpa";
  return out;
}

void read_attributes(ondemand::value value, const std::string& path, Patch& patch, std::vector<Fault>& faults) {
  if (value.type() != ondemand::json_type::object) {
    faults.push_back({path, "must be an object of scalars"});
    return;
  }
  std::size_t count = 0;
  for (auto field : value.get_object()) {
    const std::string name{std::string_view(field.unescaped_key())};
    ondemand::value item = field.value();
    if (++count > k_max_attributes) {
      faults.push_back({path, "has more than 100 members"});
      return;
    }
    if (name.empty() || name.size() > k_max_id_bytes) {
      faults.push_back({path, "has a member whose name is empty or longer than 256 bytes"});
    } else if (is_composite(item.type())) {
      faults.push_back({path + "." + name, "must be a string, number, boolean or null"});
    } else {
      patch.fields.emplace_back("attributes." + name, scalar(item));
    }
  }
}

/// Reads data.user, data.account or data.subscription into a patch.
Patch read_object(Kind kind, ondemand::value value, const std::string& path, std::vector<Fault>& faults) {
  Patch patch{kind, {}, {}};
  if (value.type() != ondemand::json_type::object) {
    faults.push_back({path, "must be an object"});
    return patch;
  }
  const auto rules = fields_of(kind);
  std::uint32_t seen = 0;
  for (auto field : value.get_object()) {
    const std::string_view name = field.unescaped_key();
    const auto rule = std::ranges::find(rules, name, &FieldRule::name);
    if (rule == rules.end()) continue;  // a newer or chattier sender is no reason to refuse the event
    const std::string here = path + "." + std::string(name);
    const auto bit = 1U << static_cast<unsigned>(rule - rules.begin());
    if ((seen & bit) != 0) {
      faults.push_back({here, "appears twice"});
      continue;
    }
    seen |= bit;
    ondemand::value item = field.value();
    const bool cleared = item.type() == ondemand::json_type::null;
    if (rule->name == "id") {
      const FormResult id = check_form(Form::id, is_composite(item.type()) ? Value{} : scalar(item));
      if (id.value) {
        patch.key = id.value->text;
      } else {
        faults.push_back({here, id.problem});
        patch.key = "?";
      }
    } else if (rule->form == Form::attributes) {
      if (!cleared) read_attributes(item, here, patch, faults);
    } else if (cleared) {
      patch.fields.emplace_back(rule->name, Value{});
    } else if (rule->form == Form::compliance) {
      std::string problem;
      if (auto list = read_compliance(item, problem)) {
        patch.fields.emplace_back(rule->name, Value::of_text(*list));
      } else {
        faults.push_back({here, problem});
      }
    } else {
      FormResult result = is_composite(item.type())
                              ? FormResult{std::nullopt, "must be a single value, not a list or an object"}
                              : check_form(rule->form, scalar(item));
      if (result.value) {
        patch.fields.emplace_back(rule->name, std::move(*result.value));
      } else {
        faults.push_back({here, std::move(result.problem)});
      }
    }
  }
  if (patch.key.empty()) faults.push_back({path + ".id", "is required"});
  return patch;
}

bool has(const Patch& patch, std::string_view name) {
  return std::ranges::any_of(patch.fields, [&](const auto& field) { return field.first == name; });
}

/// What one field says about another, written out, so that plain last-writer-wins gives the right result.
void imply(Patch& patch) {
  if (patch.kind != Kind::user || has(patch, "country")) return;
  for (const auto& [name, value] : patch.fields) {
    if (name == "region" && !value.is_null()) {
      patch.fields.emplace_back("country", Value::of_text(value.text.substr(0, 2)));
      return;
    }
  }
}

std::vector<Patch> assemble(const TypeRule& rule, std::optional<Patch> subject, std::optional<Patch> account,
                            std::vector<Fault>& faults) {
  std::vector<Patch> patches;
  if (!subject) {
    faults.push_back({"$.data." + std::string(name_of(rule.subject)), "is required for this type"});
    return patches;
  }
  if (rule.deletes_user) {
    subject->fields.clear();
    patches.push_back(std::move(*subject));
    return patches;
  }
  imply(*subject);
  if (rule.subject == Kind::subscription && !rule.status.empty() && !has(*subject, "status")) {
    subject->fields.emplace_back("status", Value::of_text(rule.status));
  }
  if (account && rule.subject == Kind::user && !has(*subject, "account_id")) {
    subject->fields.emplace_back("account_id", Value::of_text(account->key));
  }
  patches.push_back(std::move(*subject));
  if (account && rule.subject == Kind::user) patches.push_back(std::move(*account));
  return patches;
}

std::string_view raw_object(ondemand::value value) {
  ondemand::object object = value.get_object();
  return trim(std::string_view(object.raw_json()));
}

/// A part of a padded buffer is itself readable far enough past its end.
simdjson::padded_string_view view(std::string_view part) {
  return simdjson::padded_string_view(part.data(), part.size(), part.size() + simdjson::SIMDJSON_PADDING);
}

}  // namespace

std::string describe(const std::vector<Fault>& faults) {
  std::string out;
  for (const Fault& fault : faults) {
    if (!out.empty()) out += "; ";
    if (out.size() > 2000) {
      out += "and more";
      break;
    }
    out += fault.path + " " + fault.problem;
  }
  return out;
}

struct Parser::Impl {
  simdjson::dom::parser dom;
  ondemand::parser outer;   // a batch's array
  ondemand::parser middle;  // an event
  ondemand::parser inner;   // its data
  std::string buffer;

  /// The bytes in a buffer with room behind them.
  void hold(std::string_view json) {
    buffer.clear();
    buffer.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    buffer.append(json);
  }

  /// The same, checked to be JSON all through.
  std::optional<Fault> load(std::string_view json) {
    if (json.empty()) return Fault{"$", "is empty: one JSON document is expected"};
    hold(json);
    if (dom.capacity() < buffer.size() || dom.max_depth() != k_max_depth) {
      if (dom.allocate(std::max<std::size_t>(buffer.size(), 4096), k_max_depth) != simdjson::SUCCESS) {
        return Fault{"$", "is too large"};
      }
    }
    // The buffer has its padding already: no second copy.
    const auto error = dom.parse(buffer.data(), buffer.size(), false).error();
    if (error == simdjson::DEPTH_ERROR) return Fault{"$", "is nested deeper than 32 levels"};
    if (error == simdjson::UTF8_ERROR) return Fault{"$", "is not valid UTF-8"};
    if (error != simdjson::SUCCESS)
      return Fault{"$", std::string("is not valid JSON: ") + simdjson::error_message(error)};
    return std::nullopt;
  }

  std::vector<Patch> read_data(const TypeRule& rule, std::string_view data, std::vector<Fault>& faults) {
    ondemand::document document = inner.iterate(view(data));
    std::optional<Patch> subject;
    std::optional<Patch> account;
    for (auto field : document.get_object()) {
      const std::string name{std::string_view(field.unescaped_key())};
      const bool is_subject = name == name_of(rule.subject);
      const bool is_account = !is_subject && name == "account" && rule.subject == Kind::user && !rule.deletes_user;
      if (!is_subject && !is_account) continue;
      std::optional<Patch>& slot = is_subject ? subject : account;
      if (slot) {
        faults.push_back({"$.data." + name, "appears twice"});
        continue;
      }
      ondemand::value value = field.value();
      if (is_account && value.type() == ondemand::json_type::null) continue;
      slot = read_object(is_subject ? rule.subject : Kind::account, value, "$.data." + name, faults);
    }
    return assemble(rule, std::move(subject), std::move(account), faults);
  }

  /// The checks that structured and binary mode share, on attributes read by either.
  void finish(Checked& checked, bool has_specversion, std::string_view data) {
    Envelope& e = checked.envelope;
    auto& faults = checked.faults;
    if (!has_specversion) faults.push_back({"$.specversion", "is required and must be \"1.0\""});
    if (trim(e.id).empty()) faults.push_back({"$.id", "is required and must be a string that is not empty"});
    if (e.id.size() > k_max_id_bytes) faults.push_back({"$.id", "is longer than 256 bytes"});
    if (e.id.find('\0') != std::string::npos) faults.push_back({"$.id", "must not contain a NUL"});
    if (trim(e.source).empty()) faults.push_back({"$.source", "is required and must be a string that is not empty"});
    if (e.source.size() > k_max_source_bytes) faults.push_back({"$.source", "is longer than 512 bytes"});
    if (e.source.find('\0') != std::string::npos) faults.push_back({"$.source", "must not contain a NUL"});
    const TypeRule* rule = find_type(e.type);
    if (rule == nullptr) {
      if (e.type.empty()) {
        faults.push_back({"$.type", "is required"});
      } else {
        faults.push_back({"$.type", "is not a known type; the nearest is " + std::string(nearest_type(e.type))});
      }
      return;
    }
    if (data.empty() || data.front() != '{') {
      faults.push_back({"$.data", "is required and must be an object"});
      return;
    }
    checked.patches = read_data(*rule, data, faults);
    e.data.assign(data);
  }

  /// An event that lies in the buffer.
  Checked read_event(std::string_view json) {
    Checked checked;
    auto& faults = checked.faults;
    if (json.empty() || json.front() != '{') {
      faults.push_back({"$", "must be a JSON object"});
      return checked;
    }
    bool has_specversion = false;
    std::string_view data;
    std::uint32_t seen = 0;
    ondemand::document document = middle.iterate(view(json));
    for (auto field : document.get_object()) {
      static constexpr std::array<std::string_view, 8> k_names{"id",   "source", "type",        "specversion",
                                                               "time", "data",   "data_base64", "datacontenttype"};
      const std::string_view key = field.unescaped_key();
      const auto known = std::ranges::find(k_names, key);
      if (known == k_names.end()) continue;  // extensions and other attributes are not ours to judge
      const std::string_view name = *known;
      const auto bit = 1U << static_cast<unsigned>(known - k_names.begin());
      if ((seen & bit) != 0) faults.push_back({"$." + std::string(name), "appears twice"});
      seen |= bit;
      ondemand::value value = field.value();
      const ondemand::json_type type = value.type();
      if (type == ondemand::json_type::null) continue;
      if (name == "data") {
        data = type == ondemand::json_type::object ? raw_object(value) : std::string_view("?");
        continue;
      }
      if (name == "data_base64") {
        faults.push_back({"$.data_base64", "is not taken: send the object as data"});
        continue;
      }
      if (type != ondemand::json_type::string) {
        faults.push_back({"$." + std::string(name), "must be a string"});
        continue;
      }
      take_attribute(checked, name, std::string(std::string_view(value.get_string())), has_specversion);
    }
    finish(checked, has_specversion, data);
    return checked;
  }

  static void take_attribute(Checked& checked, std::string_view name, std::string text, bool& has_specversion) {
    Envelope& e = checked.envelope;
    if (name == "id") {
      e.id = std::move(text);
    } else if (name == "source") {
      e.source = std::move(text);
    } else if (name == "type") {
      e.type = std::move(text);
    } else if (name == "specversion") {
      has_specversion = text == "1.0";
    } else if (name == "time") {
      e.time = parse_rfc3339(text);
      if (!e.time) {
        checked.faults.push_back(
            {"$.time", "must be an RFC 3339 time between 1970 and 2200, such as 2026-03-02T09:10:11Z"});
      }
    } else if (name == "datacontenttype" && to_lower(text).find("json") == std::string::npos) {
      checked.faults.push_back({"$.datacontenttype", "must be application/json"});
    }
  }
};

Parser::Parser() : impl_(std::make_unique<Impl>()) {}
Parser::~Parser() = default;

Checked Parser::structured(std::string_view json) {
  if (auto fault = impl_->load(trim(json))) return {{}, {}, {std::move(*fault)}};
  return impl_->read_event(impl_->buffer);
}

Parser::Batch Parser::batched(std::string_view json, std::size_t max_events) {
  Batch batch;
  if ((batch.fault = impl_->load(trim(json)))) return batch;
  if (impl_->buffer.front() != '[') {
    batch.fault = Fault{"$", "must be a JSON array of events"};
    return batch;
  }
  ondemand::document document = impl_->outer.iterate(view(impl_->buffer));
  for (ondemand::value item : document.get_array()) {
    if (batch.events.size() == max_events) {
      batch.fault = Fault{"$", "has more than " + std::to_string(max_events) + " events: split the batch"};
      return batch;
    }
    if (item.type() != ondemand::json_type::object) {
      // What is not an object still has its place, so that the caller can be told which one it is.
      if (item.type() == ondemand::json_type::array) {
        ondemand::array inner_array = item.get_array();
        static_cast<void>(inner_array.raw_json());
      }
      batch.events.push_back({{}, {}, {{"$", "must be a JSON object"}}});
      continue;
    }
    batch.events.push_back(impl_->read_event(raw_object(item)));
  }
  return batch;
}

Checked Parser::binary(const std::vector<std::pair<std::string, std::string>>& attributes, std::string_view data) {
  Checked checked;
  bool has_specversion = false;
  if (auto fault = impl_->load(trim(data))) {
    fault->path = "$.data";
    checked.faults.push_back(std::move(*fault));
    impl_->buffer.clear();
  }
  for (const auto& [name, text] : attributes) Impl::take_attribute(checked, name, text, has_specversion);
  const bool broken_data = !checked.faults.empty() && impl_->buffer.empty();
  impl_->finish(checked, has_specversion, impl_->buffer);
  if (broken_data) checked.faults.pop_back();  // "data is required" adds nothing to "data is not JSON"
  return checked;
}

std::optional<Event> Parser::stored(const Stamp& stamp, std::string_view type, std::string_view data) {
  const TypeRule* rule = find_type(type);
  if (rule == nullptr || data.empty() || data.front() != '{') return std::nullopt;
  std::vector<Fault> faults;
  try {
    // All of it was checked when it came in: one pass will do.
    impl_->hold(data);
    Event event{stamp, std::string(type), impl_->read_data(*rule, impl_->buffer, faults), rule->deletes_user};
    if (faults.empty()) return event;
  } catch (const simdjson::simdjson_error&) {
  }
  return std::nullopt;
}

}  // namespace zs::event
