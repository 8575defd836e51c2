// `customer`: what the platform said of somebody, what Zoho holds, and how it came to that.
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"
#include "links/views.hpp"

namespace zs::cli {

Exit customer(const Options& options) {
  if (options.names.size() != 1) return fail_with(Exit::usage, "customer wants one user id");
  const auto reader = open_reader(options);
  if (!reader) return reader.error();
  const auto story = links::customer_json(**reader, options.names.front());
  if (!story) return fail_with(Exit::unreachable, story.error().text);
  if (!*story) return fail_with(Exit::failed, "no event has told of the user " + printable(options.names.front()));
  return print(options.json ? **story + "\n" : customer_text(**story)) ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
