#pragma once
// The last calls as they were, for people who wonder what a client did. Secrets never get here.

#include <cstdint>
#include <deque>
#include <string>

#include "core/http.hpp"

namespace zohosim {

struct LoggedCall {
  std::int64_t number = 0;
  std::int64_t at_ms = 0;
  std::string method;
  std::string path;
  std::string query;
  std::string kind;
  std::string fault;    // what was done to it on purpose
  std::string trigger;  // of writes, as JSON; "all" when the caller left it out
  std::string sent;
  std::string answered;
  int status = 0;
  int credits = 0;
  std::int64_t delay_ms = 0;
};

class CallLog {
 public:
  void add(LoggedCall call);
  [[nodiscard]] const std::deque<LoggedCall>& calls() const { return calls_; }  // oldest first
  [[nodiscard]] std::int64_t total() const { return total_; }

 private:
  std::deque<LoggedCall> calls_;
  std::int64_t total_ = 0;
};

}  // namespace zohosim
