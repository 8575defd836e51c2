#pragma once
// The command line's switches for what Zoho's documents leave open: one for each "unconfirmed" of options.hpp.

#include "core/options.hpp"

namespace CLI {
class App;
}

namespace zohosim {

void add_doubts(CLI::App& app, Options& options);

}  // namespace zohosim
