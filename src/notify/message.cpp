#include "notify/message.hpp"

#include <initializer_list>

#include "base/crypto.hpp"
#include "base/json.hpp"
#include "base/standard_webhooks.hpp"
#include "links/changes.hpp"

namespace zs::notify {
namespace {

std::string envelope(std::string_view type, Time time, std::string_view data) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("type", type).field("timestamp", format_rfc3339(time)).key("data").raw(data).end_object();
  return out;
}

}  // namespace

Message message_of(const store::MappingChange& change) {
  // The place alone would not do: a store that was restored from an older copy gives it to another change, and the
  // receiver would take that for a repetition.
  std::string content;
  for (const std::string& part :
       {std::to_string(change.seq), std::to_string(change.at_ms), std::string(name_of(change.change)),
        std::string(name_of(change.cause)), std::string(links::record_of(change.kind)), change.key, change.zoho_id,
        change.previous_zoho_id}) {
    content += std::to_string(part.size()) + ":" + part;
  }
  return {"msg_" + sha256_hex(content).substr(0, 32), envelope("mapping." + std::string(name_of(change.change)),
                                                               from_millis(change.at_ms), links::change_json(change))};
}

Message test_message(std::string_view unique, Time now) {
  return {"msg_test_" + std::string(unique), envelope("webhook.test", now, "{}")};
}

net::Headers signed_headers(const Message& message, const std::vector<std::string>& keys, Time now) {
  const std::string timestamp = std::to_string(to_millis(now) / 1000);
  std::string signature;
  for (const std::string& key : keys) {
    signature +=
        (signature.empty() ? "v1," : " v1,") + to_base64(webhook_digest(key, message.id, timestamp, message.body));
  }
  return {{"webhook-id", message.id}, {"webhook-timestamp", timestamp}, {"webhook-signature", signature}};
}

}  // namespace zs::notify
