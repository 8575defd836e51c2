#pragma once
// Where clients come in: a TCP port, a Unix socket.

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "net/server_core.hpp"

namespace zs::net {

/// Both on the first worker's thread.
class Door {
 public:
  virtual ~Door() = default;
  virtual void accept() = 0;
  virtual void close() = 0;
};

using Workers = std::vector<std::shared_ptr<Worker>>;

/// Of the address and port in the options; tells the port that it got. Errors as Server::start().
[[nodiscard]] Result<std::shared_ptr<Door>> listen_on_port(const std::shared_ptr<ServerCore>& core,
                                                           const Workers& workers, std::uint16_t& port);
/// Of the socket in the options.
[[nodiscard]] Result<std::shared_ptr<Door>> listen_on_socket(const std::shared_ptr<ServerCore>& core,
                                                             const Workers& workers);

}  // namespace zs::net
