#include "harness/load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace zs::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  explicit Socket(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
      throw std::runtime_error("cannot connect to " + url);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Connection {
  Socket socket;
  std::string in;
  Clock::time_point sent{};
  bool waits = false;
};

/// The length of a whole answer at the start of `in`; 0: more is to come.
std::size_t whole_answer(std::string_view in) {
  const std::size_t head = in.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t length = 0;
  for (const std::string_view name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = in.substr(0, head).find(name);
    if (at == std::string_view::npos) continue;
    std::from_chars(in.data() + at + name.size(), in.data() + head, length);
  }
  const std::size_t all = head + 4 + length;
  return in.size() >= all ? all : 0;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("a connection broke while sending");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

Loaded post(const Load& load, const std::function<std::string(std::uint64_t)>& body) {
  std::vector<Connection> connections;
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < load.connections; ++i) {
    connections.push_back({Socket(load.url), {}, {}, false});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(i);
    epoll_ctl(poll, EPOLL_CTL_ADD, connections.back().socket.fd(), &event);
  }
  Loaded out;
  std::uint64_t next = 0;
  std::uint64_t waiting = 0;
  const auto began = Clock::now();
  const auto send_next = [&](Connection& one) {
    if (next == load.most || Clock::now() - began > load.length) return;
    const std::string content = body(next++);
    std::string request = "POST " + load.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer test-key\r\n";
    request += "Content-Type: " + load.content_type + "\r\nContent-Length: " + std::to_string(content.size());
    request += "\r\n\r\n" + content;
    one.sent = Clock::now();
    one.waits = true;
    ++waiting;
    send_all(one.socket.fd(), request);
  };
  for (Connection& one : connections) send_next(one);
  std::array<epoll_event, 256> events{};
  std::array<char, 16'384> bytes{};
  while (waiting > 0) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 30'000);
    if (ready <= 0) throw std::runtime_error("no answer for 30 s");
    for (int i = 0; i < ready; ++i) {
      Connection& one = connections[events.at(static_cast<std::size_t>(i)).data.u32];
      const auto got = recv(one.socket.fd(), bytes.data(), bytes.size(), 0);
      if (got <= 0) throw std::runtime_error("a connection was closed in the middle");
      one.in.append(bytes.data(), static_cast<std::size_t>(got));
      const std::size_t size = whole_answer(one.in);
      if (size == 0) continue;
      const bool is_taken = one.in.compare(9, 3, "202") == 0;
      one.in.erase(0, size);
      --waiting;
      one.waits = false;
      if (is_taken) {
        ++out.answered;
        out.latency_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - one.sent).count());
      } else {
        ++out.refused;
      }
      send_next(one);
    }
  }
  close(poll);
  out.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return out;
}

}  // namespace zs::bench
