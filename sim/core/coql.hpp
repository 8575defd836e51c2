#pragma once
// COQL, the query language: `select … from … where … order by … limit …` (crm-api.md 2.3). It reads the
// database, not the search index, so what was just written is seen.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/call.hpp"

namespace zohosim {

/// A column, plain or of the record that a lookup points to (`Account_Name.Website`).
struct CoqlColumn {
  std::string name;
  const Field* field = nullptr;
  const Field* parent_field = nullptr;  // set for a dotted name: the field of the other module
};

struct CoqlCondition {
  enum class Kind : std::uint8_t { all, any, plain };
  Kind kind = Kind::plain;
  std::vector<CoqlCondition> parts;

  CoqlColumn column;
  std::string op;  // = != < > <= >= in like between null, the last four also after a `not`
  bool negated = false;
  std::vector<std::string> values;
};

struct CoqlOrder {
  CoqlColumn column;
  bool descending = false;
};

struct CoqlQuery {
  const Module* module = nullptr;
  std::vector<CoqlColumn> columns;
  CoqlCondition where;
  std::vector<CoqlOrder> order;
  std::int64_t offset = 0;
  std::int64_t limit = 200;
};

[[nodiscard]] Checked<CoqlQuery> parse_coql(std::string_view text, const Organization& org);
/// All records that the condition holds for, in the order asked for, before offset and limit.
[[nodiscard]] std::vector<Slot> run_coql(const CoqlQuery& query, const Organization& org);

[[nodiscard]] HttpAnswer answer_coql(const Call& call);
/// 1, 2 or 3 credits by the query's LIMIT (crm-api.md 5.2).
[[nodiscard]] int coql_price(const Json* body, const Organization& org);

}  // namespace zohosim
