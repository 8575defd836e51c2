#pragma once
// One exchange on one easy handle: how it is asked for, what came back, and how far it got.

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/curl_transport.hpp"

namespace zs::net {

class CurlTransfer {
 public:
  using Clock = std::chrono::steady_clock;

  CurlTransfer(ClientRequest request, HttpTransport::Done done, Clock::time_point now)
      : request_(std::move(request)), done_(std::move(done)), deadline_(now + request_.timeout) {}
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Finds out where it goes; an error if it goes nowhere. Before all else.
  [[nodiscard]] Result<> locate();
  /// "https://www.zohoapis.com:443": what the bound on connections is counted by.
  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }

  /// Sets up the handle for the time that is left.
  [[nodiscard]] Result<> prepare(const CurlOptions& options, Clock::time_point now);
  [[nodiscard]] CURL* handle() const { return easy_.get(); }

  /// Tells the caller. The last thing done to a transfer.
  void finish(CURLcode code);
  void finish_unsent(std::string failure);
  /// Given up by the transport, wherever it stands.
  void finish_abandoned(std::string failure);

 private:
  [[nodiscard]] Result<> add_headers();
  void set_method_and_body();
  void set_limits(const CurlOptions& options, Clock::time_point now);
  [[nodiscard]] long request_bytes() const;
  [[nodiscard]] bool anything_sent() const;
  void on_header(std::string_view line);
  bool on_body(std::string_view piece);
  void report(ClientResponse response);

  static int before_request(void* self, char*, char*, int, int);
  static std::size_t read_body(char* to, std::size_t size, std::size_t count, void* self);
  static int seek_body(void* self, curl_off_t offset, int origin);
  static std::size_t take_header(char* from, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* from, std::size_t size, std::size_t count, void* self);

  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  ClientRequest request_;
  HttpTransport::Done done_;
  Clock::time_point deadline_;
  std::string origin_;
  bool loopback_ = false;
  std::unique_ptr<curl_slist, Free> headers_;
  std::unique_ptr<CURL, Free> easy_;
  std::array<char, CURL_ERROR_SIZE> trouble_{};
  std::size_t max_response_bytes_ = 0;

  bool asked_ = false;         // curl has a connection and was about to send
  long bytes_before_ask_ = 0;  // what curl had sent by then: a proxy's CONNECT
  std::size_t body_read_ = 0;
  ClientResponse response_;
  bool head_complete_ = false;
  bool too_big_ = false;
};

}  // namespace zs::net
