#pragma once
// Who wants to be told of changes, and what is to be told (crm-api.md 7.4). The pushes wait here until somebody with a
// network takes them; an org without one loses them, as Zoho promises nothing about delivery either.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zohosim {

struct Channel {
  std::string id;                   // digits, chosen by the subscriber
  std::vector<std::string> events;  // "Contacts.delete"
  std::string notify_url;
  std::string token;   // echoed in every push: all that proves where it comes from
  std::string origin;  // under which the subscriber knows this server
  std::int64_t expires_ms = 0;
};

/// `edit` is what the events call it; pushes have words of their own.
enum class Operation : std::uint8_t { create, edit, remove };
[[nodiscard]] std::string_view event_name(Operation operation);

/// One request to a subscriber.
struct Push {
  std::string url;
  std::string body;
};

class WatchBook {
 public:
  [[nodiscard]] Channel* find(std::string_view id);
  void put(Channel channel);
  [[nodiscard]] bool remove(std::string_view id);
  void forget_expired(std::int64_t now_ms);
  [[nodiscard]] const std::vector<Channel>& channels() const { return channels_; }

  /// Does nothing while nobody watches: a million records may be made at once.
  void note(std::string_view module, Operation operation, std::uint64_t id);
  /// What is to be sent for the changes noted since: one push per channel, module and operation.
  [[nodiscard]] std::vector<Push> take_pushes(std::int64_t now_ms);

 private:
  struct Change {
    std::string module;
    Operation operation;
    std::vector<std::uint64_t> ids;
  };
  std::vector<Channel> channels_;
  std::vector<Change> changes_;
};

}  // namespace zohosim
