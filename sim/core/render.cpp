#include "core/render.hpp"

#include <charconv>

namespace zohosim {
namespace {

void write_user(zs::JsonWriter& out, const User& user) {
  out.begin_object()
      .field("name", user.full_name())
      .field("id", std::to_string(user.id))
      .field("email", user.email)
      .end_object();
}

void write_lookup(zs::JsonWriter& out, const Call& call, const Record& record, const Field& field) {
  const Record* parent = parent_of(call.org, record, field);
  if (parent == nullptr) {
    out.null();
    return;
  }
  const Module& module = *call.org.find(field.lookup_module);
  out.begin_object();
  out.field("name", call.org.display_name(module, *parent)).field("id", std::to_string(parent->id));
  out.end_object();
}

void write_system(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record,
                  const Field& field) {
  const auto& users = call.org.users();
  switch (field.system) {
    case SystemField::id:
      out.string(std::to_string(record.id));
      return;
    case SystemField::owner:
      write_user(out, users[record.owner]);
      return;
    case SystemField::created_by:
      write_user(out, users[k_api_user]);
      return;
    case SystemField::modified_by:
      write_user(out, users[record.modified_by]);
      return;
    case SystemField::created_time:
      out.string(call.instant(record.created_ms));
      return;
    case SystemField::modified_time:
      out.string(call.instant(record.modified_ms));
      return;
    case SystemField::tag:
      write_tags(out, module, record.tags);
      return;
    case SystemField::full_name:
      out.string(stored_text(module, record, field).value_or(""));
      return;
    case SystemField::none:
      out.null();
      return;
  }
}

}  // namespace

const Record* parent_of(const Organization& org, const Record& record, const Field& lookup) {
  const auto value = record.values.get(lookup.number);
  const auto id = value ? parse_id(*value) : std::nullopt;
  const Module* module = org.find(lookup.lookup_module);
  const auto slot = id ? module->records.slot_of(*id) : std::nullopt;
  if (!slot) return nullptr;
  const Record& parent = module->records.at(*slot);
  const bool is_shown = parent.life == Life::live || (parent.life == Life::recycled && org.names_recycled_parents());
  return is_shown ? &parent : nullptr;
}

void write_tags(zs::JsonWriter& out, const Module& module, const std::vector<TagNumber>& tags) {
  out.begin_array();
  for (const TagNumber number : tags) {
    const Tag& tag = module.tags.at(number);
    out.begin_object().field("name", tag.name).field("id", std::to_string(tag.id)).key("color_code");
    if (tag.color.empty()) {
      out.null();
    } else {
      out.string(tag.color);
    }
    out.end_object();
  }
  out.end_array();
}

void write_stored(zs::JsonWriter& out, const Field& field, std::string_view value, int utc_offset_minutes) {
  switch (field.type) {
    case DataType::integer:
    case DataType::currency:
    case DataType::decimal:
    case DataType::percent:
    case DataType::boolean:
    case DataType::multiselectpicklist:
      out.raw(value);
      return;
    case DataType::datetime: {
      std::int64_t seconds = 0;
      std::from_chars(value.data(), value.data() + value.size(), seconds);
      out.string(format_instant(seconds * 1000, utc_offset_minutes));
      return;
    }
    default:
      out.string(value);
  }
}

void write_field(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record,
                 const Field& field) {
  if (field.system != SystemField::none) {
    write_system(out, call, module, record, field);
  } else if (field.type == DataType::lookup) {
    write_lookup(out, call, record, field);
  } else if (const auto value = record.values.get(field.number)) {
    write_stored(out, field, *value, call.options.utc_offset_minutes);
  } else {
    out.null();
  }
}

void write_record(zs::JsonWriter& out, const Call& call, const Module& module, const Record& record,
                  const std::vector<const Field*>* fields) {
  out.begin_object();
  if (fields != nullptr) {
    for (const Field* field : *fields) {
      if (field->system == SystemField::id) continue;
      out.key(field->api_name);
      write_field(out, call, module, record, *field);
    }
    out.field("id", std::to_string(record.id)).end_object();
    return;
  }
  for (const Field& field : module.schema.fields) {
    out.key(field.api_name);
    write_field(out, call, module, record, field);
  }
  out.field("$approval_state", record.hold == Hold::approval ? "pending" : "approved");
  out.field_bool("$editable", record.hold == Hold::none).field("$currency_symbol", "$");
  out.key("$field_states").null();
  out.field_bool("$locked_for_me", record.hold == Hold::locked);
  out.end_object();
}

}  // namespace zohosim
