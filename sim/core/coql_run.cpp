#include <algorithm>

#include "core/compare.hpp"
#include "core/coql.hpp"
#include "core/render.hpp"

namespace zohosim {
namespace {

std::optional<std::string> value_of(const CoqlColumn& column, const Organization& org, const Module& module,
                                    const Record& record) {
  if (column.parent_field == nullptr) return comparable(org, module, record, *column.field);
  const Record* parent = parent_of(org, record, *column.field);
  if (parent == nullptr) return std::nullopt;
  return comparable(org, *org.find(column.field->lookup_module), *parent, *column.parent_field);
}

const Field& last_field(const CoqlColumn& column) {
  return column.parent_field != nullptr ? *column.parent_field : *column.field;
}

bool plain_holds(const CoqlCondition& condition, const std::optional<std::string>& held) {
  if (condition.op == "null") return held.has_value() == condition.negated;
  if (!held) return false;  // as in SQL, nothing compares with null
  const auto against = [&](const std::string& value) { return compare(last_field(condition.column), *held, value); };
  const std::string& op = condition.op;
  const std::string& first = condition.values.front();
  if (op == "=") return against(first) == 0;
  if (op == "!=") return against(first) != 0;
  if (op == "<") return against(first) < 0;
  if (op == ">") return against(first) > 0;
  if (op == "<=") return against(first) <= 0;
  if (op == ">=") return against(first) >= 0;
  bool holds = false;
  if (op == "in") holds = std::ranges::any_of(condition.values, [&](const auto& value) { return against(value) == 0; });
  if (op == "like") holds = like(*held, first);
  if (op == "between") holds = against(first) >= 0 && against(condition.values.back()) <= 0;
  return holds != condition.negated;
}

bool holds(const CoqlCondition& condition, const Organization& org, const Module& module, const Record& record) {
  const auto part_holds = [&](const CoqlCondition& part) { return holds(part, org, module, record); };
  switch (condition.kind) {
    case CoqlCondition::Kind::all:
      return std::ranges::all_of(condition.parts, part_holds);
    case CoqlCondition::Kind::any:
      return std::ranges::any_of(condition.parts, part_holds);
    case CoqlCondition::Kind::plain:
      break;
  }
  if (condition.column.field->system == SystemField::tag && condition.op != "null") {
    return std::ranges::any_of(searched_tags(org, module, record),
                               [&](const std::string& name) { return plain_holds(condition, name); });
  }
  return plain_holds(condition, value_of(condition.column, org, module, record));
}

using Slots = std::optional<std::vector<Slot>>;

void sort_unique(std::vector<Slot>& slots) {
  std::ranges::sort(slots);
  const auto [first, last] = std::ranges::unique(slots);
  slots.erase(first, last);
}

Slots by_field(const Module& module, const Field& field, const std::vector<std::string>& values) {
  std::vector<Slot> out;
  for (const std::string& value : values) {
    if (field.system == SystemField::id) {
      const auto id = parse_id(value);
      if (const auto slot = id ? module.records.live(*id) : std::nullopt) out.push_back(*slot);
      continue;
    }
    if (field.system != SystemField::none || !module.records.indexed(field.number)) return std::nullopt;
    const auto found = module.records.find(field.number, value);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

/// Records among which every match is, when indexes know them: a list of a hundred e-mails costs a hundred look-ups.
Slots candidates(const CoqlCondition& condition, const Organization& org, const Module& module) {
  if (condition.kind == CoqlCondition::Kind::all) {
    for (const CoqlCondition& part : condition.parts) {
      if (auto found = candidates(part, org, module)) return found;
    }
    return std::nullopt;
  }
  std::vector<Slot> out;
  if (condition.kind == CoqlCondition::Kind::any) {
    for (const CoqlCondition& part : condition.parts) {
      const auto found = candidates(part, org, module);
      if (!found) return std::nullopt;
      out.insert(out.end(), found->begin(), found->end());
    }
    return out;
  }
  if (condition.negated || (condition.op != "=" && condition.op != "in")) return std::nullopt;
  const CoqlColumn& column = condition.column;
  if (column.parent_field == nullptr) return by_field(module, *column.field, condition.values);
  const Module& parents = *org.find(column.field->lookup_module);
  const auto found = by_field(parents, *column.parent_field, condition.values);
  if (!found) return std::nullopt;
  std::vector<std::string> ids;
  for (const Slot slot : *found) ids.push_back(std::to_string(parents.records.at(slot).id));
  return by_field(module, *column.field, ids);
}

void sort(std::vector<Slot>& slots, const CoqlQuery& query, const Organization& org) {
  const Module& module = *query.module;
  std::ranges::sort(slots, [&](Slot a, Slot b) {
    for (const CoqlOrder& by : query.order) {
      const auto left = value_of(by.column, org, module, module.records.at(a));
      const auto right = value_of(by.column, org, module, module.records.at(b));
      if (!left || !right) {
        if (left.has_value() != right.has_value()) return right.has_value() != by.descending;
        continue;
      }
      const auto order = compare(last_field(by.column), *left, *right);
      if (order != 0) return (order < 0) != by.descending;
    }
    return a < b;  // oldest first among equals
  });
}

void write_column(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record,
                  const CoqlColumn& column) {
  out.key(column.name);
  const Module* owner = &module;
  const Record* from = &record;
  if (column.parent_field != nullptr) {
    owner = call.org.find(column.field->lookup_module);
    from = parent_of(call.org, record, *column.field);
  }
  const Field& field = last_field(column);
  const bool reference = field.type == DataType::lookup || field.type == DataType::ownerlookup;
  if (from == nullptr) {
    out.null();
  } else if (!reference) {
    write_field(out, call, *owner, *from, field);
  } else if (const auto id = comparable(call.org, *owner, *from, field)) {
    out.begin_object().field("id", *id).end_object();
  } else {
    out.null();
  }
}

}  // namespace

std::vector<Slot> run_coql(const CoqlQuery& query, const Organization& org) {
  const Module& module = *query.module;
  std::vector<Slot> out;
  if (auto among = candidates(query.where, org, module)) {
    sort_unique(*among);
    for (const Slot slot : *among) {
      if (holds(query.where, org, module, module.records.at(slot))) out.push_back(slot);
    }
  } else {
    for (Slot slot = 0; slot < module.records.slots(); ++slot) {
      const Record& record = module.records.at(slot);
      if (record.life == Life::live && holds(query.where, org, module, record)) out.push_back(slot);
    }
  }
  if (!query.order.empty()) sort(out, query, org);
  return out;
}

HttpAnswer answer_coql(const Call& call) {
  if (call.body == nullptr) {
    return error_answer(400, {"UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format"});
  }
  const Json* text = call.body->find("select_query");
  if (text == nullptr || !text->is_string()) {
    return error_answer(400, missing({"select_query", "$.select_query"}).error());
  }
  const auto query = parse_coql(text->text, call.org);
  if (!query) return error_answer(400, query.error());
  const auto found = run_coql(*query, call.org);
  const auto size = static_cast<std::int64_t>(found.size());
  const std::int64_t first = std::min(query->offset, size);
  const std::int64_t last = std::min(query->offset + query->limit, size);
  if (first == last) return nothing_there();

  std::string body;
  zs::JsonWriter out(body);
  out.begin_object().key("data").begin_array();
  for (std::int64_t i = first; i < last; ++i) {
    const Record& record = query->module->records.at(found[static_cast<std::size_t>(i)]);
    out.begin_object();
    for (const CoqlColumn& column : query->columns) {
      if (column.field->system != SystemField::id) write_column(out, call, *query->module, record, column);
    }
    out.field("id", std::to_string(record.id)).end_object();
  }
  out.end_array().key("info").begin_object();
  out.field("count", last - first).field_bool("more_records", last < size);
  out.end_object().end_object();
  return json_answer(200, std::move(body));
}

int coql_price(const Json* body, const Organization& org) {
  const auto query = parse_coql(body == nullptr ? "" : body->string_or("select_query", ""), org);
  if (!query || query->limit <= 200) return 1;
  return query->limit <= 1000 ? 2 : 3;
}

}  // namespace zohosim
