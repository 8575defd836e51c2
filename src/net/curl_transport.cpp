#include "net/curl_transport.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "net/curl_transfer.hpp"

namespace zs::net {
namespace {

using Clock = CurlTransfer::Clock;
using TransferPtr = std::unique_ptr<CurlTransfer>;

constexpr std::chrono::milliseconds k_longest_poll{10'000};

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// Curl asks that this happen once, before other threads use it.
void init_curl_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
}

/// The exchanges with one server. Those beyond the bound wait here and not in curl, which forgets their
/// timeouts while they wait.
struct Origin {
  std::size_t running = 0;
  std::deque<TransferPtr> waiting;
};

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(CurlOptions options) : options_(std::move(options)) {
    options_.max_connections_per_host = std::max<std::size_t>(options_.max_connections_per_host, 1);
    init_curl_once();
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::bad_alloc();
    curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    thread_ = std::jthread([this] {
      pthread_setname_np(pthread_self(), "curl");
      run();
    });
  }

  ~CurlTransport() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  void send(ClientRequest request, Done done) override {
    auto transfer = std::make_unique<CurlTransfer>(std::move(request), std::move(done), Clock::now());
    {
      const std::lock_guard lock(mutex_);
      incoming_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_.get());
  }

 private:
  void run() {
    while (accept_incoming()) {
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      collect_finished();
      expire_waiting();
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(time_to_wait().count()), nullptr);
    }
    abandon_all();
  }

  /// False when it is time to go.
  bool accept_incoming() {
    std::vector<TransferPtr> arrived;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      arrived.swap(incoming_);
    }
    for (TransferPtr& transfer : arrived) {
      if (const auto located = transfer->locate(); !located) {
        transfer->finish_unsent(located.error().text);
        continue;
      }
      next_expiry_ = std::min(next_expiry_, transfer->deadline());
      const std::string origin = transfer->origin();
      origins_[origin].waiting.push_back(std::move(transfer));
      start_waiting(origin);
    }
    return true;
  }

  void start_waiting(const std::string& name) {
    Origin& origin = origins_[name];
    while (origin.running < options_.max_connections_per_host && !origin.waiting.empty()) {
      TransferPtr transfer = std::move(origin.waiting.front());
      origin.waiting.pop_front();
      if (start(transfer)) ++origin.running;
    }
    if (origin.running == 0) origins_.erase(name);
  }

  bool start(TransferPtr& transfer) {
    const auto now = Clock::now();
    if (now >= transfer->deadline()) {
      transfer->finish_unsent("timed out waiting for a free connection");
      return false;
    }
    if (const auto prepared = transfer->prepare(options_, now); !prepared) {
      transfer->finish_unsent(prepared.error().text);
      return false;
    }
    CURL* easy = transfer->handle();
    if (const CURLMcode code = curl_multi_add_handle(multi_.get(), easy); code != CURLM_OK) {
      transfer->finish_unsent(curl_multi_strerror(code));
      return false;
    }
    running_.emplace(easy, std::move(transfer));
    return true;
  }

  void collect_finished() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = running_.find(message->easy_handle);
      const TransferPtr transfer = std::move(found->second);
      running_.erase(found);
      curl_multi_remove_handle(multi_.get(), transfer->handle());
      transfer->finish(code);
      --origins_[transfer->origin()].running;
      start_waiting(transfer->origin());
    }
  }

  void expire_waiting() {
    const auto now = Clock::now();
    if (now < next_expiry_) return;
    next_expiry_ = Clock::time_point::max();
    for (auto& [name, origin] : origins_) {
      for (const TransferPtr& transfer : origin.waiting) {
        if (now >= transfer->deadline()) {
          transfer->finish_unsent("timed out waiting for a free connection");
        } else {
          next_expiry_ = std::min(next_expiry_, transfer->deadline());
        }
      }
      std::erase_if(origin.waiting, [now](const TransferPtr& transfer) { return now >= transfer->deadline(); });
    }
  }

  [[nodiscard]] std::chrono::milliseconds time_to_wait() const {
    const auto now = Clock::now();
    if (next_expiry_ >= now + k_longest_poll) return k_longest_poll;
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(next_expiry_ - now), std::chrono::milliseconds{0});
  }

  void abandon_all() {
    const std::string why = "shutting down";
    for (auto& [easy, transfer] : std::exchange(running_, {})) {
      curl_multi_remove_handle(multi_.get(), easy);
      transfer->finish_abandoned(why);
    }
    for (auto& [name, origin] : std::exchange(origins_, {})) {
      for (const TransferPtr& transfer : origin.waiting) transfer->finish_unsent(why);
    }
    // A receiver may have asked for more meanwhile.
    for (;;) {
      std::vector<TransferPtr> arrived;
      {
        const std::lock_guard lock(mutex_);
        arrived.swap(incoming_);
      }
      if (arrived.empty()) return;
      for (const TransferPtr& transfer : arrived) transfer->finish_unsent(why);
    }
  }

  CurlOptions options_;
  std::mutex mutex_;
  std::vector<TransferPtr> incoming_;
  bool stopping_ = false;

  // From here on the thread's alone. Transfers go before the multi handle that knows them.
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::map<CURL*, TransferPtr> running_;
  std::map<std::string, Origin> origins_;
  Clock::time_point next_expiry_ = Clock::time_point::max();
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<HttpTransport> make_curl_transport(CurlOptions options) {
  return std::make_unique<CurlTransport>(std::move(options));
}

ClientResponse fetch(ClientRequest request) {
  std::promise<ClientResponse> promise;
  auto answer = promise.get_future();
  const auto transport = make_curl_transport({});
  transport->send(std::move(request), [&promise](ClientResponse response) { promise.set_value(std::move(response)); });
  return answer.get();
}

}  // namespace zs::net
