#include "desk/order.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "config/suggest.hpp"
#include "event/event.hpp"

namespace zs::desk {
namespace {

namespace dom = simdjson::dom;

struct Plain {
  std::string_view name;
  std::size_t limit;
};
constexpr std::size_t k_max_choice = 255;
constexpr std::array k_plain{Plain{"priority", k_max_choice}, Plain{"status", k_max_choice},
                             Plain{"channel", k_max_choice},  Plain{"category", k_max_choice},
                             Plain{"email", k_max_email},     Plain{"phone", k_max_phone}};
constexpr std::array<std::string_view, 12> k_members{"user_id",       "subject",  "description", "description_html",
                                                     "department_id", "priority", "status",      "channel",
                                                     "category",      "email",    "phone",       "cf"};

Trouble fault(std::string field, std::string_view type, std::string mend) {
  Trouble trouble{400, "ticket_invalid", field + " " + mend, 0, {}};
  trouble.fields.push_back({std::move(field), std::string(type), std::move(mend)});
  return trouble;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_custom_name(std::string_view name) {
  return name.starts_with("cf_") && name.size() > 3 && name.size() <= 100 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

class OrderReader {
 public:
  [[nodiscard]] Outcome<Order> read(std::string_view json) {
    dom::parser parser;
    dom::object root;
    if (!is_valid_utf8(json) || parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
      return refuse(400, "body_invalid", "send a JSON object: {\"user_id\", \"subject\", \"description\"}");
    }
    for (const auto& [name, value] : root) {
      if (auto trouble = take(name, value)) return std::unexpected(std::move(*trouble));
    }
    if (auto trouble = check()) return std::unexpected(std::move(*trouble));
    return std::move(order_);
  }

 private:
  using Fault = std::optional<Trouble>;

  Fault take(std::string_view name, dom::element value) {
    if (std::ranges::find(k_members, name) == k_members.end()) {
      const std::string_view near = config::nearest(name, k_members);
      return fault(std::string(name), "invalid",
                   "is not a known field: " + (near.empty() ? "known are " + config::listed(k_members)
                                                            : "did you mean " + std::string(near) + "?"));
    }
    // null says as much as leaving it out.
    if (value.is_null()) return std::nullopt;
    if (name == "cf") return take_custom(value);
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) return fault(std::string(name), "invalid", "must be a string");
    return take_text(name, text);
  }

  Fault take_text(std::string_view name, std::string_view text) {
    const auto limited = [&](std::string& target, std::size_t limit) -> Fault {
      if (utf16_length(text) > limit) {
        return fault(std::string(name), "invalid", "must have at most " + std::to_string(limit) + " characters");
      }
      target = text;
      return std::nullopt;
    };
    if (name == "user_id") {
      order_.user_id = text;
      return std::nullopt;
    }
    if (name == "subject") return limited(order_.subject, k_max_subject);
    if (name == "department_id") {
      if (!is_id(text)) {
        return fault("department_id", "invalid", "must be Desk's id of a department: zohosync desk departments");
      }
      order_.department_id = text;
      return std::nullopt;
    }
    if (name == "description" || name == "description_html") {
      if (has_description_) return fault(std::string(name), "invalid", "stands beside the other one: give one of them");
      has_description_ = true;
      order_.description = name == "description" ? as_html(text) : std::string(text);
      if (utf16_length(order_.description) <= k_max_description) return std::nullopt;
      return fault(std::string(name), "invalid",
                   "must have at most " + std::to_string(k_max_description) + " characters, as HTML");
    }
    const auto* const plain = std::ranges::find(k_plain, name, &Plain::name);
    std::string value;
    if (auto trouble = limited(value, plain->limit)) return trouble;
    if (!trim(value).empty()) order_.fields.emplace(name, std::move(value));
    return std::nullopt;
  }

  Fault take_custom(dom::element value) {
    dom::object members;
    if (value.get(members) != simdjson::SUCCESS) {
      return fault("cf", "invalid", R"(must be an object of custom fields: {"cf_order": "1017"})");
    }
    for (const auto& [name, member] : members) {
      const std::string field = "cf." + std::string(name);
      if (!is_custom_name(name)) {
        return fault(field, "invalid", "is no API name of a custom field: those begin with cf_ (Desk: Setup, Layouts)");
      }
      if (member.is_null()) continue;
      std::string_view text;
      std::string out;
      if (member.get(text) == simdjson::SUCCESS) {
        out = text;
      } else if (member.is_number() || member.is_bool()) {
        out = simdjson::minify(member);
      } else {
        return fault(field, "invalid", "must be a string, a number or a boolean");
      }
      if (utf16_length(out) > k_max_custom) {
        return fault(field, "invalid", "must have at most " + std::to_string(k_max_custom) + " characters");
      }
      order_.custom.insert_or_assign(std::string(name), std::move(out));
    }
    return std::nullopt;
  }

  [[nodiscard]] Fault check() const {
    if (order_.user_id.empty()) return fault("user_id", "missing", "must be the platform's id of the user");
    if (order_.user_id.size() > event::k_max_id_bytes) {
      return fault("user_id", "invalid",
                   "must have at most " + std::to_string(event::k_max_id_bytes) + " bytes, as in events");
    }
    if (trim(order_.subject).empty()) return fault("subject", "missing", "must say what the ticket is about");
    if (!has_description_) return fault("description", "missing", "must be given (or description_html)");
    return std::nullopt;
  }

  Order order_;
  bool has_description_ = false;
};

}  // namespace

Outcome<Order> parse_order(std::string_view json) { return OrderReader().read(json); }

std::string encode_order(const Order& order) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("user_id", order.user_id).field("subject", order.subject);
  json.field("description_html", order.description);
  if (!order.department_id.empty()) json.field("department_id", order.department_id);
  for (const auto& [name, value] : order.fields) json.field(name, value);
  json.key("cf").begin_object();
  for (const auto& [name, value] : order.custom) json.field(name, value);
  json.end_object().end_object();
  return out;
}

Outcome<Order> decode_order(std::string_view text) { return parse_order(text); }

std::string fingerprint_of(const Order& order) { return sha256_hex(encode_order(order)); }

std::string as_html(std::string_view plain) {
  std::string out;
  out.reserve(plain.size() + plain.size() / 8);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    switch (plain[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\r':
        if (i + 1 < plain.size() && plain[i + 1] == '\n') break;
        [[fallthrough]];
      case '\n':
        out += "<br>";
        break;
      default:
        out += plain[i];
    }
  }
  return out;
}

Outcome<std::string> parse_key(std::string_view header) {
  constexpr std::size_t k_max_key = 255;
  std::string_view given = trim(header);
  if (given.empty()) {
    return refuse(400, "idempotency_key_missing",
                  "send an Idempotency-Key header: any text that is new for each ticket and the same when the request "
                  "is repeated, a UUID for example");
  }
  std::string key;
  const bool quoted = given.size() >= 2 && given.front() == '"' && given.back() == '"';
  if (quoted) given = given.substr(1, given.size() - 2);
  bool good = true;
  for (std::size_t i = 0; i < given.size(); ++i) {
    // Inside quotes a backslash stands before a quote or another backslash (RFC 8941 3.3.3).
    if (quoted && given[i] == '\\' && i + 1 < given.size()) ++i;
    good = good && given[i] > ' ' - 1 && given[i] < '\x7f';
    key += given[i];
  }
  if (good && !key.empty() && key.size() <= k_max_key) return key;
  return refuse(400, "idempotency_key_invalid", "Idempotency-Key must be 1 to 255 printable ASCII characters");
}

}  // namespace zs::desk
