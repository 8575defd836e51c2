#include <csignal>
#include <exception>

#include "cli/arguments.hpp"
#include "cli/output.hpp"

int main(int argc, char** argv) {
  // A reader that goes away (`| head`) or a peer that hangs up is an error at the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  using namespace zs::cli;
  try {
    const Parsed parsed = parse_arguments(argc, argv);
    return static_cast<int>(parsed.verb == nullptr ? parsed.exit : parsed.verb(parsed.options));
  } catch (const std::exception& trouble) {
    return static_cast<int>(fail_with(Exit::failed, trouble.what()));
  }
}
