#pragma once
// For tests: peers that speak in bytes, so that they can break every rule that Beast and curl keep.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace zs::net::testing {

class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {
    if (fd_ < 0) throw std::runtime_error("no socket");
    // A test that waits for bytes which never come fails instead of hanging.
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int at_once = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket() { close(); }

  static RawSocket connect(std::uint16_t port) {
    RawSocket client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    if (::connect(client.fd_, as_generic(&address), sizeof address) != 0) throw std::runtime_error("not connected");
    return client;
  }

  /// Listens on a free port of the loopback.
  static RawSocket listen() {
    RawSocket listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(0);
    if (::bind(listener.fd_, as_generic(&address), sizeof address) != 0 || ::listen(listener.fd_, 16) != 0) {
      throw std::runtime_error("not listening");
    }
    return listener;
  }

  [[nodiscard]] std::uint16_t port() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(fd_, static_cast<sockaddr*>(static_cast<void*>(&address)), &size);
    return ntohs(static_cast<sockaddr_in*>(static_cast<void*>(&address))->sin_port);
  }

  [[nodiscard]] RawSocket accept() const { return RawSocket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)); }
  /// Wakes a thread that waits in accept() or in a read.
  void shut_down() const { ::shutdown(fd_, SHUT_RDWR); }
  void half_close() const { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  /// False if the peer has gone.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  enum class End { eof, reset, silence };

  /// Everything up to the end of the connection.
  std::pair<std::string, End> read_all() {
    std::string all = std::exchange(pending_, {});
    for (;;) {
      const End end = read_some(all);
      if (got_) continue;
      return {std::move(all), end};
    }
  }

  /// Up to and with `mark`; the rest stays for the next call. Empty if the connection ends before.
  std::string read_until(std::string_view mark) {
    for (;;) {
      if (const auto at = pending_.find(mark); at != std::string::npos) return take(at + mark.size());
      read_some(pending_);
      if (!got_) return {};
    }
  }

  std::string read_exactly(std::size_t count) {
    while (pending_.size() < count) {
      read_some(pending_);
      if (!got_) return {};
    }
    return take(count);
  }

  /// A head and the body that its Content-Length announces.
  std::string read_message() {
    std::string message = read_until("\r\n\r\n");
    const auto length = message.find("Content-Length: ");
    if (length == std::string::npos) return message;
    return message + read_exactly(std::strtoul(message.c_str() + length + 16, nullptr, 10));
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  static const sockaddr* as_generic(const sockaddr_in* address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(address));
  }

  End read_some(std::string& to) {
    std::array<char, 16384> piece{};
    const ssize_t size = ::recv(fd_, piece.data(), piece.size(), 0);
    got_ = size > 0;
    if (got_) to.append(piece.data(), static_cast<std::size_t>(size));
    if (size == 0) return End::eof;
    return errno == ECONNRESET ? End::reset : End::silence;
  }

  std::string take(std::size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  }

  int fd_;
  bool got_ = false;
  std::string pending_;
};

}  // namespace zs::net::testing
