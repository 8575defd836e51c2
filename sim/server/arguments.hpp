#pragma once
// The command line of zohosim.

#include <cstdint>
#include <string>

#include "core/options.hpp"
#include "server/service.hpp"

namespace zohosim {

struct Arguments {
  Options options;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8090;
  Beginning beginning;
  std::string write_org_file;  // a snapshot goes there at the end
};

/// Reads the command line; prints help or what is wrong and ends the program in those cases (0 and 2).
[[nodiscard]] Arguments read_arguments(int argc, char** argv);

}  // namespace zohosim
