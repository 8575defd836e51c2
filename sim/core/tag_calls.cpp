#include "core/tag_calls.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "core/draft.hpp"
#include "core/render.hpp"

namespace zohosim {
namespace {

constexpr std::size_t k_most_tags_in_call = 100;
constexpr std::size_t k_most_records = 500;

Members with_color(Members members, const Tag& tag) {
  if (tag.color.empty()) return members.null("color_code");
  return members.text("color_code", tag.color);
}

Members tag_details(const Call& call, const Tag& tag) {
  const std::string by = user_ref(call.org.users()[k_api_user]);
  return with_color(Members()
                        .text("created_time", call.instant(tag.created_ms))
                        .text("modified_time", call.instant(tag.modified_ms))
                        .raw("modified_by", by)
                        .id("id", tag.id)
                        .raw("created_by", by),
                    tag);
}

/// The `tags` of a body, or the answer that says what is wrong with it.
std::expected<const Json*, HttpAnswer> tags_of(const Call& call) {
  if (call.body == nullptr) {
    return std::unexpected(
        error_answer(400, {"UNABLE_TO_PARSE_DATA_TYPE", "either the request body or parameters is in wrong format"}));
  }
  const Json* tags = call.body->find("tags");
  if (tags == nullptr) return std::unexpected(error_answer(400, missing({"tags", "$.tags"}).error()));
  if (!tags->is_array() || tags->items.empty())
    return std::unexpected(error_answer(400, invalid_type({"tags", "$.tags"}, "jsonarray").error()));
  if (tags->items.size() > k_most_tags_in_call) {
    return std::unexpected(
        error_answer(400, {"LIMIT_EXCEEDED", "the number of tags in one request is limited",
                           Members().number("maximum_length", k_most_tags_in_call).text("api_name", "tags").take()}));
  }
  return tags;
}

HttpAnswer unknown_tag_in_path() {
  return error_answer(
      400, {"INVALID_DATA", "the id given seems to be invalid", Members().number("resource_path_index", 2).take()});
}

Where tag_where(std::size_t index, std::string_view member) {
  return {std::string(member), "$.tags[" + std::to_string(index) + "]." + std::string(member)};
}

Checked<std::string> read_color(const Json& given, std::size_t index) {
  const Json* color = given.find("color_code");
  if (color == nullptr || color->is_null()) return std::string();
  if (!color->is_string() || !is_tag_color(color->text)) {
    return refuse("INVALID_DATA", "invalid data", details_at(tag_where(index, "color_code")));
  }
  return color->text;
}

Checked<Tag> read_new_tag(const Call& call, const Module& module, const Json& given, std::size_t index) {
  const Where where = tag_where(index, "name");
  const std::string name(zs::trim(given.string_or("name", "")));
  if (auto fine = check_tag_name(name, where); !fine) return std::unexpected(std::move(fine).error());
  auto color = read_color(given, index);
  if (!color) return std::unexpected(std::move(color).error());
  if (const auto known = module.tags.by_name(name)) {
    return refuse("DUPLICATE_DATA", "duplicate data",
                  Members()
                      .id("id", module.tags.at(*known).id)
                      .text("api_name", where.api_name)
                      .text("json_path", where.json_path));
  }
  if (module.tags.all().size() >= tags_per_module(call.options.edition)) {
    return refuse("LIMIT_EXCEEDED", "the number of tags of a module is limited",
                  Members().number("maximum_length", static_cast<std::int64_t>(tags_per_module(call.options.edition))));
  }
  return Tag{call.org.ids().next(), name, *color, call.now_ms, call.now_ms, 0, false};
}

Row update_tag(const Call& call, Module& module, const Json& given, std::size_t index) {
  const std::string id = call.route.id.empty() ? std::string(given.string_or("id", "")) : call.route.id;
  const auto number = parse_id(id);
  const auto tag = number ? module.tags.by_id(*number) : std::nullopt;
  if (!tag)
    return failed_row(
        refuse("INVALID_DATA", "the id given seems to be invalid", details_at(tag_where(index, "id"))).error());
  const Where where = tag_where(index, "name");
  const std::string name(zs::trim(given.string_or("name", module.tags.at(*tag).name)));
  if (auto fine = check_tag_name(name, where); !fine) return failed_row(fine.error());
  const auto other = module.tags.by_name(name);
  if (other && other != tag) {
    return failed_row(refuse("DUPLICATE_DATA", "duplicate data",
                             Members().id("id", module.tags.at(*other).id).text("api_name", "name"))
                          .error());
  }
  auto color = read_color(given, index);
  if (!color) return failed_row(color.error());
  Tag& changed = module.tags.edit(*tag);
  changed.name = name;
  changed.color = std::move(*color);  // left out means null again
  changed.modified_ms = call.now_ms;
  return {true, success_object("tags updated successfully", tag_details(call, changed))};
}

// --- tags on records ---------------------------------------------------------------------------

std::vector<TagNumber> tags_after(const Call& call, const Record& record, const std::vector<TagNumber>& named,
                                  std::size_t most, std::vector<TagNumber>& surplus) {
  std::vector<TagNumber> after =
      call.body->true_at("over_write") && call.route.action == "add_tags" ? std::vector<TagNumber>{} : record.tags;
  for (const TagNumber tag : named) {
    const bool there = std::ranges::find(after, tag) != after.end();
    if (call.route.action == "remove_tags") {
      std::erase(after, tag);
    } else if (!there && after.size() < most) {
      after.push_back(tag);
    } else if (!there) {
      surplus.push_back(tag);
    }
  }
  return after;
}

std::string tags_json(const Module& module, const std::vector<TagNumber>& tags) {
  std::string out;
  zs::JsonWriter writer(out);
  write_tags(writer, module, tags);
  return out;
}

Row tag_one(const Call& call, Module& module, const std::string& id, const std::vector<TagNumber>& named,
            std::size_t index) {
  const auto slot = addressed(module, {}, id);
  if (!slot) {
    return failed_row({"INVALID_DATA", "the id given seems to be invalid",
                       Members()
                           .text("id", id)
                           .text("api_name", "id")
                           .text("json_path", "$.ids[" + std::to_string(index) + "]")
                           .take()});
  }
  const Record& record = module.records.at(*slot);
  if (record.hold == Hold::locked)
    return failed_row({"RECORD_LOCKED", "record is locked", Members().text("id", id).take()});
  if (record.hold == Hold::approval)
    return failed_row({"NOT_APPROVED", "record not approved", Members().text("id", id).take()});
  std::vector<TagNumber> surplus;
  auto after = tags_after(call, record, named, tags_per_record(call.options.edition), surplus);
  // A record without room for one of the tags is left as it is, or takes what it has room for.
  if (!surplus.empty() && call.options.surplus_tags == SurplusTags::refuse) {
    return failed_row({"LIMIT_EXCEEDED", "the number of tags on a record is limited",
                       Members()
                           .text("id", id)
                           .number("maximum_length", static_cast<std::int64_t>(tags_per_record(call.options.edition)))
                           .take()});
  }
  call.org.set_tags(module, *slot, std::move(after));
  if (call.options.tags_touch_record) {
    module.records.edit(*slot).modified_ms = call.now_ms;
    call.org.note_edit(module, *slot);
  }
  Members details = Members().text("id", id).raw("tags", tags_json(module, module.records.at(*slot).tags));
  if (!surplus.empty()) details.raw("not_added_tags", tags_json(module, surplus));
  return {true, success_object("tags updated successfully", details)};
}

std::expected<std::vector<std::string>, HttpAnswer> ids_of(const Call& call) {
  if (!call.route.id.empty()) return std::vector{call.route.id};
  const Json* given = call.body->find("ids");
  if (given == nullptr) return std::unexpected(error_answer(400, missing({"ids", "$.ids"}).error()));
  if (!given->is_array())
    return std::unexpected(error_answer(400, invalid_type({"ids", "$.ids"}, "jsonarray").error()));
  if (given->items.size() > k_most_records) {
    return std::unexpected(
        error_answer(400, {"LIMIT_EXCEEDED", "the number of ids in one request is limited",
                           Members().number("maximum_length", k_most_records).text("api_name", "ids").take()}));
  }
  std::vector<std::string> out;
  for (const Json& id : given->items) out.push_back(id.text);
  return out;
}

/// A tag that is to be taken off need not exist.
std::vector<TagNumber> known_tags(const Module& module, const Json& list) {
  std::vector<TagNumber> out;
  for (const Json& item : list.items) {
    const auto id = parse_id(item.string_or("id", ""));
    const auto tag = id ? module.tags.by_id(*id) : module.tags.by_name(item.string_or("name", ""));
    if (tag) out.push_back(*tag);
  }
  return out;
}

}  // namespace

HttpAnswer list_tags(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const auto numbers = (*module)->tags.all();
  if (numbers.empty()) return nothing_there();
  std::string list;
  for (const TagNumber number : numbers) {
    const Tag& tag = (*module)->tags.at(number);
    list.append(list.empty() ? "" : ",").append(tag_details(call, tag).text("name", tag.name).take());
  }
  const std::string info =
      Members()
          .number("count", static_cast<std::int64_t>(numbers.size()))
          .number("allowed_count", static_cast<std::int64_t>(tags_per_module(call.options.edition)))
          .take();
  return json_answer(200, "{\"tags\":[" + list + "],\"info\":" + info + "}");
}

HttpAnswer create_tags(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const auto tags = tags_of(call);
  if (!tags) return tags.error();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < (*tags)->items.size(); ++i) {
    auto tag = read_new_tag(call, **module, (*tags)->items[i], i);
    if (!tag) {
      rows.push_back(failed_row(tag.error()));
      continue;
    }
    rows.push_back({true, success_object("tags created successfully", tag_details(call, *tag))});
    (*module)->tags.add(std::move(*tag));
  }
  return rows_answer(call.options, "tags", rows, 201);
}

HttpAnswer update_tags(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const auto tags = tags_of(call);
  if (!tags) return tags.error();
  std::vector<Row> rows;
  for (std::size_t i = 0; i < (*tags)->items.size(); ++i)
    rows.push_back(update_tag(call, **module, (*tags)->items[i], i));
  return rows_answer(call.options, "tags", rows, 200);
}

HttpAnswer delete_tag(const Call& call) {
  const auto id = parse_id(call.route.id);
  for (const auto& module : call.org.modules()) {
    const auto tag = id ? module->tags.by_id(*id) : std::nullopt;
    if (!tag) continue;
    call.org.delete_tag(*module, *tag);
    return json_answer(
        200, "{\"tags\":[" + success_object("tags deleted successfully", Members().text("id", call.route.id)) + "]}");
  }
  return unknown_tag_in_path();
}

HttpAnswer count_tag(const Call& call) {
  const auto module = module_parameter(call);
  if (!module) return module.error();
  const auto id = parse_id(call.route.id);
  const auto tag = id ? (*module)->tags.by_id(*id) : std::nullopt;
  if (!tag) return unknown_tag_in_path();
  return json_answer(200, Members().text("count", std::to_string((*module)->tags.at(*tag).records)).take());
}

HttpAnswer merge_tags(const Call& call) {
  const auto id = parse_id(call.route.id);
  const auto tags = tags_of(call);
  if (!tags) return tags.error();
  const auto other = parse_id((*tags)->items.front().string_or("conflict_id", ""));
  for (const auto& module : call.org.modules()) {
    const auto kept = id ? module->tags.by_id(*id) : std::nullopt;
    if (!kept) continue;
    const auto merged = other ? module->tags.by_id(*other) : std::nullopt;
    if (!merged || merged == kept)
      return rows_answer(
          call.options, "tags",
          {failed_row(refuse("INVALID_DATA", "invalid data", details_at(tag_where(0, "conflict_id"))).error())}, 200);
    call.org.merge_tags(*module, *kept, *merged);
    return json_answer(
        200, "{\"tags\":[" + success_object("tags merged successfully", Members().text("id", call.route.id)) + "]}");
  }
  return unknown_tag_in_path();
}

HttpAnswer tag_records(const Call& call) {
  Module* module = call.org.find(call.route.module);
  if (module == nullptr) return invalid_module(true);
  const auto tags = tags_of(call);
  if (!tags) return tags.error();
  const auto ids = ids_of(call);
  if (!ids) return ids.error();
  std::vector<TagNumber> named;
  if (call.route.action == "remove_tags") {
    named = known_tags(*module, **tags);
  } else {
    const auto wishes = read_tag_wishes(*module, **tags, "$.tags", call.options);
    if (!wishes) return error_answer(400, wishes.error());
    named = fulfil(call, *module, *wishes);
  }
  std::vector<Row> rows;
  std::int64_t locked = 0;
  for (std::size_t i = 0; i < ids->size(); ++i) {
    if (const Refusal* failure = row_fault(
            call.row_faults, Json{Json::Kind::object, {}, {Json{Json::Kind::string, (*ids)[i], {}, {}}}, {"id"}}, i)) {
      rows.push_back(failed_row(*failure));
    } else {
      rows.push_back(tag_one(call, *module, (*ids)[i], named, i));
    }
    if (rows.back().json.find("\"RECORD_LOCKED\"") != std::string::npos) ++locked;
  }
  HttpAnswer answer = rows_answer(call.options, "data", rows, 200);
  // With some of the records refused the status stays 200 here; only when all are is it 400.
  if (answer.status == 207) answer.status = 200;
  answer.body.pop_back();
  answer.body += ",\"wf_scheduler\":false,\"success_count\":\"" +
                 std::to_string(std::ranges::count(rows, true, &Row::ok)) + "\",\"locked_count\":\"" +
                 std::to_string(locked) + "\"}";
  return answer;
}

}  // namespace zohosim
