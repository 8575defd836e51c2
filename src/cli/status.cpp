// `status`: how things stand, as the running daemon sees it.
#include "cli/command.hpp"
#include "cli/environment.hpp"
#include "cli/output.hpp"
#include "cli/render.hpp"

namespace zs::cli {

Exit status(const Options& options) {
  auto client = connect(options);
  if (!client) return client.error();
  const net::ClientResponse answer = client->send("GET", "/v1/status");
  if (answer.exchange != net::Exchange::answered || answer.status != 200) {
    const Refusal refusal = refusal_of(answer, client->url());
    return fail_with(refusal.exit, refusal.text);
  }
  return print(options.json ? answer.body + "\n" : status_text(answer.body)) ? Exit::done : Exit::failed;
}

}  // namespace zs::cli
