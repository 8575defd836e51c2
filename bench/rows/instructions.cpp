// What an event costs in instructions, counted by callgrind: a figure that neither neighbours nor the disk disturb.
// Each step is run over few and over many events, and the difference counts, so that starting up does not.
#include <charconv>
#include <stdexcept>

#include "harness/report.hpp"
#include "harness/rows.hpp"
#include "process/child.hpp"

namespace zs::bench {
namespace {

double counted(const std::string& step, int events) {
  const process::TemporaryDirectory directory;
  const process::Finished done =
      process::run({{"/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                     ZS_BENCH_BIN "/store_work", step, std::to_string(events), (directory.path() / "work.db").string()},
                    {},
                    directory.path(),
                    "callgrind"},
                   std::chrono::minutes{10});
  const std::string_view k_mark = "Collected : ";
  const std::size_t at = done.output.find(k_mark);
  if (done.code != 0 || at == std::string::npos)
    throw std::runtime_error("valgrind said: " + done.output + " (scripts/setup.sh --bench installs it)");
  return std::stod(done.output.substr(at + k_mark.size()));
}

}  // namespace

void instructions(Size size) {
  print_heading("instructions", "instructions a sign-up, by callgrind");
  const int few = size == Size::quick ? 400 : 2'000;
  const int many = 3 * few;
  double before = 0;
  for (const std::string step : {"append", "fold", "plan"}) {
    show_progress(step);
    const double each = (counted(step, many) - counted(step, few)) / (many - few);
    Samples samples;
    samples.add(each - before);  // each step does those before it as well
    before = each;
    print_figure(step, samples, "");
  }
}

}  // namespace zs::bench
