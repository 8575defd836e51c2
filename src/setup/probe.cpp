#include "setup/probe.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.hpp"
#include "setup/answers.hpp"
#include "setup/plan.hpp"
#include "setup/throwaway.hpp"
#include "zoho/limits.hpp"
#include "zoho/metadata.hpp"

namespace zs::setup {
namespace {

std::string not_settled(std::string_view why) { return "not settled: " + std::string(why); }

/// The body of a write that fires no automation, its records written by `write`; `match` is the field of an upsert.
template <class Write>
std::string body_with(std::string_view match, Write write) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data").begin_array();
  write(json);
  json.end_array().key("trigger").begin_array().end_array();
  if (!match.empty()) json.key("duplicate_check_fields").begin_array().string(match).end_array();
  json.end_object();
  return body;
}

class Probe {
 public:
  Probe(const config::Config& config, Calls& calls, std::string_view run, const std::function<bool()>& stop)
      : calls_(calls), name_(std::string(k_throwaway) + std::string(run)), stop_(stop) {
    for (const NewTag& tag : tags_on(config, plan::Module::contacts)) tags_.push_back(tag.name);
  }

  Result<Answers> run() {
    // First, so that it also clears up after a run that was killed.
    ZS_TRY(clear_up());
    ZS_TRY(keep_tags_that_exist());
    const Result<void> tried = try_all();
    const Result<void> cleared = clear_up();
    if (!tried && !cleared) return fail(tried.error().code, tried.error().text + "; and " + cleared.error().text);
    ZS_TRY(tried);
    ZS_TRY(cleared);
    return std::move(answers_);
  }

 private:
  using Trial = Result<std::string> (Probe::*)();

  Result<void> try_all() {
    ZS_TRY(make_records());
    constexpr std::array<std::pair<std::string_view, Trial>, 10> k_trials{{
        {"coql_sees_new_record", &Probe::coql},
        {"search_sees_new_record", &Probe::search},
        {"tag_on_update", &Probe::tag_on_update},
        {"mixed_status", &Probe::mixed_status},
        {"upsert_keeps_order", &Probe::upsert_order},
        {"external_in_duplicate_check", &Probe::external_in_duplicate_check},
        {"null_clears", &Probe::null_clears},
        {"empty_text", &Probe::empty_text},
        {"tagged_per_credit", &Probe::tag_price},
        {"ids_per_remove_tags", &Probe::ids_per_remove_tags},
    }};
    for (const auto& [key, trial] : k_trials) {
      if (stop_()) return fail(Errc::stopped, "interrupted; the throwaway records are removed");
      auto answer = (this->*trial)();
      if (!answer && answer.error().code != Errc::conflict && answer.error().code != Errc::corrupt)
        return std::unexpected(std::move(answer).error());
      answers_.emplace(key, answer ? *answer : not_settled(answer.error().text));
    }
    return {};
  }

  Result<void> clear_up() {
    ZS_ASSIGN(const std::vector<std::string> live, find_by_last_name(calls_, k_throwaway));
    ZS_TRY(remove(calls_, live));
    ZS_ASSIGN(const std::vector<std::string> binned, find_in_bin(calls_, k_throwaway));
    return purge(calls_, binned);
  }

  /// A tag that the org lacks might be made on the fly, and would stay behind.
  Result<void> keep_tags_that_exist() {
    ZS_ASSIGN(const Reply reply, calls_.call("GET", "/crm/v8/settings/tags?module=Contacts", ""));
    ZS_ASSIGN(const std::vector<zoho::TagMetadata> there, zoho::read_tags(reply.body));
    std::erase_if(tags_, [&](const std::string& name) {
      return std::ranges::find(there, name, &zoho::TagMetadata::name) == there.end();
    });
    return {};
  }

  Result<Reply> write(std::string_view method, const std::string& path, const std::string& body) {
    return calls_.call(method, "/crm/v8/Contacts" + path, body);
  }

  Result<void> make_records() {
    const std::string body = body_with("", [&](JsonWriter& json) {
      for (int i = 0; i < 3; ++i) json.begin_object().field("Last_Name", name_).field("Title", "x").end_object();
    });
    ZS_ASSIGN(const Reply reply, write("POST", "", body));
    for (const RowAnswer& row : read_rows(reply.body)) {
      if (row.code != "SUCCESS")
        return fail(Errc::conflict, "a throwaway Contact is refused (" + row.code + ": " + row.message + ")");
      ids_.push_back(row.id);
    }
    if (ids_.size() != 3) return fail(Errc::corrupt, "Zoho's answer does not fit what was sent");
    return {};
  }

  Result<SeenContact> look(const std::string& id) {
    ZS_ASSIGN(const Reply reply, calls_.call("GET", "/crm/v8/Contacts?ids=" + id + "&fields=Title,Tag", ""));
    return read_contact(reply.body);
  }

  /// Sets one member of the first record; the code of its row.
  template <class Write>
  Result<std::string> change(Write member) {
    ZS_ASSIGN(const Reply reply, write("PUT", "", body_with("", [&](JsonWriter& json) {
                                         json.begin_object().field("id", ids_.front());
                                         member(json);
                                         json.end_object();
                                       })));
    const std::vector<RowAnswer> rows = read_rows(reply.body);
    return rows.size() == 1 ? rows.front().code : std::string("no row");
  }

  Result<std::string> coql() {
    ZS_ASSIGN(const std::vector<std::string> found, find_by_last_name(calls_, name_));
    return std::string(found.size() >= 3 ? "at once" : "later");
  }

  Result<std::string> search() {
    ZS_ASSIGN(const Reply reply,
              calls_.call("GET", "/crm/v8/Contacts/search?criteria=(Last_Name:equals:" + name_ + ")&fields=id", ""));
    return std::string(read_rows(reply.body).size() >= 3 ? "at once" : "later");
  }

  Result<std::string> tag_on_update() {
    if (tags_.size() < 2) return not_settled("Contacts lack the tags of [tags]: run `zohosync setup --apply` first");
    std::string body;
    JsonWriter(body)
        .begin_object()
        .key("tags")
        .begin_array()
        .begin_object()
        .field("name", tags_[0])
        .end_object()
        .end_array()
        .key("ids")
        .begin_array()
        .string(ids_.front())
        .end_array()
        .field_bool("over_write", false)
        .end_object();
    ZS_ASSIGN(const Reply added, write("POST", "/actions/add_tags", body));
    ZS_ASSIGN(const std::string code, change([&](JsonWriter& json) {
                json.key("Tag").begin_array().begin_object().field("name", tags_[1]).end_object().end_array();
              }));
    if (code != "SUCCESS") return "refused: " + code;
    ZS_ASSIGN(const SeenContact seen, look(ids_.front()));
    const auto has = [&](const std::string& tag) { return std::ranges::find(seen.tags, tag) != seen.tags.end(); };
    if (has(tags_[0]) && has(tags_[1])) return std::string("adds");
    return std::string(has(tags_[1]) ? "replaces" : "is ignored");
  }

  Result<std::string> mixed_status() {
    ZS_ASSIGN(const Reply reply, write("PUT", "", body_with("", [&](JsonWriter& json) {
                                         json.begin_object().field("id", ids_.front()).field("Title", "x").end_object();
                                         json.begin_object().field("id", "1").field("Title", "x").end_object();
                                       })));
    if (read_rows(reply.body).size() != 2) return not_settled("the answer has not a row for each record");
    return std::to_string(reply.status);
  }

  /// Two that are there around one that is not; matched by an external field when there is one, else by id fields.
  Result<std::string> upsert(const std::string& field) {
    const std::vector<std::string> keys{name_ + "-1", name_ + "-new-" + field, name_ + "-2"};
    ZS_ASSIGN(const Reply named, write("PUT", "", body_with("", [&](JsonWriter& json) {
                                         json.begin_object().field("id", ids_[1]).field(field, keys[0]).end_object();
                                         json.begin_object().field("id", ids_[2]).field(field, keys[2]).end_object();
                                       })));
    for (const RowAnswer& row : read_rows(named.body)) {
      if (row.code != "SUCCESS") return not_settled("the field " + field + " cannot be set (" + row.code + ")");
    }
    ZS_ASSIGN(const Reply reply, write("POST", "/upsert", body_with(field, [&](JsonWriter& json) {
                                         for (const std::string& key : keys)
                                           json.begin_object().field("Last_Name", name_).field(field, key).end_object();
                                       })));
    const std::vector<RowAnswer> rows = read_rows(reply.body);
    const bool all_done =
        rows.size() == 3 && std::ranges::all_of(rows, [](const RowAnswer& row) { return row.code == "SUCCESS"; });
    if (!all_done) return not_settled("an upsert by " + field + " was refused in part");
    return std::string(rows[0].id == ids_[1] && rows[2].id == ids_[2] ? "yes" : "no");
  }

  Result<std::string> upsert_order() {
    ZS_ASSIGN(const Reply fields, calls_.call("GET", "/crm/v8/settings/fields?module=Contacts", ""));
    ZS_ASSIGN(const std::vector<zoho::FieldMetadata> all, zoho::read_fields(fields.body));
    const auto external = std::ranges::find_if(all, &zoho::FieldMetadata::is_external);
    if (external != all.end()) external_ = external->api_name;
    const auto unique = std::ranges::find_if(all, [](const zoho::FieldMetadata& field) {
      return field.info.unique && field.info.type == "text" && field.api_create && field.api_update;
    });
    if (unique == all.end()) return not_settled("Contacts have no unique field: run `zohosync setup --apply` first");
    return upsert(unique->api_name);
  }

  Result<std::string> external_in_duplicate_check() {
    if (!external_) return not_settled("Contacts have no external field of the org's kind");
    ZS_ASSIGN(const std::string order, upsert(*external_));
    return order.starts_with("not settled") ? order : std::string("yes");
  }

  Result<std::string> null_clears() {
    ZS_ASSIGN(const std::string code, change([](JsonWriter& json) { json.key("Title").null(); }));
    if (code != "SUCCESS") return "refused: " + code;
    ZS_ASSIGN(const SeenContact seen, look(ids_.front()));
    return std::string(seen.title ? "no" : "yes");
  }

  Result<std::string> empty_text() {
    ZS_ASSIGN(const std::string set, change([](JsonWriter& json) { json.field("Title", "x"); }));
    if (set != "SUCCESS") return "refused: " + set;
    ZS_ASSIGN(const std::string code, change([](JsonWriter& json) { json.field("Title", ""); }));
    if (code != "SUCCESS") return "refused: " + code;
    ZS_ASSIGN(const SeenContact seen, look(ids_.front()));
    if (!seen.title) return std::string("is null");
    return std::string(seen.title->empty() ? "is kept" : "is ignored");
  }

  /// A call for many ids that no record has: it changes nothing and shows what it takes and costs.
  Result<Reply> remove_from_nobody(std::size_t count) {
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("tags").begin_array().begin_object().field("name", tags_.front()).end_object().end_array();
    json.key("ids").begin_array().string(ids_.front());
    for (std::size_t i = 1; i < count; ++i) json.string(std::to_string(i));
    json.end_array().end_object();
    return write("POST", "/actions/remove_tags", body);
  }

  Result<std::string> tag_price() {
    if (tags_.empty()) return not_settled("Contacts lack the tags of [tags]: run `zohosync setup --apply` first");
    constexpr std::size_t k_tagged = 50;
    // The header is told once half of the day's credits are spent; others' calls may come between.
    ZS_ASSIGN(const Reply before, calls_.call("GET", "/crm/v8/org", ""));
    ZS_ASSIGN(const Reply after, remove_from_nobody(k_tagged));
    if (before.credits_remaining && after.credits_remaining) {
      const std::int64_t spent = *before.credits_remaining - *after.credits_remaining;
      if (spent == 1 || spent == 5) return std::to_string(k_tagged / static_cast<std::size_t>(spent));
    }
    ZS_ASSIGN(const Reply apis, calls_.call("GET", "/crm/v8/__apis", ""));
    ZS_ASSIGN(const zoho::Prices prices, zoho::read_prices(apis.body));
    return std::to_string(prices.tagged_per_credit);
  }

  Result<std::string> ids_per_remove_tags() {
    if (tags_.empty()) return not_settled("Contacts lack the tags of [tags]: run `zohosync setup --apply` first");
    for (const std::size_t count : {500U, 100U, 50U}) {
      const auto reply = remove_from_nobody(count);
      if (reply && read_rows(reply->body).size() == count) return std::to_string(count);
      if (!reply && reply.error().code != Errc::conflict) return std::unexpected(reply.error());
    }
    return std::string("fewer than 50");
  }

  Calls& calls_;
  std::string name_;
  const std::function<bool()>& stop_;
  std::vector<std::string> tags_;
  std::vector<std::string> ids_;  // of the records that were made at the beginning
  std::optional<std::string> external_;
  Answers answers_;
};

}  // namespace

const std::vector<Question>& questions() {
  static const std::vector<Question> k_questions{
      {"coql_sees_new_record", "COQL finds a record that has just been made"},
      {"search_sees_new_record", "the search finds a record that has just been made"},
      {"tag_on_update", "`Tag` in an update"},
      {"mixed_status", "HTTP status of an update that fails in part"},
      {"upsert_keeps_order", "answers to an upsert come in its order"},
      {"external_in_duplicate_check", "an external field may stand in duplicate_check_fields"},
      {"null_clears", "null clears a field"},
      {"empty_text", "an empty text"},
      {"tagged_per_credit", "records that a tag call takes for a credit"},
      {"ids_per_remove_tags", "ids that remove_tags takes in a call"},
  };
  return k_questions;
}

Result<void> may_probe(std::string_view org_type, bool allow_production) {
  if (org_type == "sandbox" || org_type == "developer" || allow_production) return {};
  return fail(Errc::invalid, "the org says that it is of the type \"" + std::string(org_type) +
                                 "\", and the probe writes: use the credentials of a sandbox, or give "
                                 "--allow-production if its throwaway Contacts may come and go here");
}

Result<Answers> probe(const config::Config& config, Calls& calls, std::string_view run,
                      const std::function<bool()>& stop) {
  return Probe(config, calls, run, stop).run();
}

std::string to_json(const Answers& answers) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (const auto& [key, answer] : answers) json.field(key, answer);
  json.end_object();
  return out;
}

}  // namespace zs::setup
