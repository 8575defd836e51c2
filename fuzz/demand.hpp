#pragma once
// What a fuzz target says of every input: a demand that does not hold ends the process, and the fuzzer (or the test
// that replays the corpus) keeps the input that broke it.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <source_location>
#include <string>
#include <string_view>

namespace zs::fuzz {

inline void demand(bool holds, std::string_view what, std::string_view seen = {},
                   std::source_location here = std::source_location::current()) {
  if (holds) return;
  std::cerr << here.file_name() << ':' << here.line() << ": demanded that " << what << '\n' << seen << std::endl;
  std::abort();
}

/// Cuts the first line off: a target's inputs begin with a word on what is to be done with the rest.
inline std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

/// Each target is this function: any bytes in, demands inside.
void run(std::string_view input);

}  // namespace zs::fuzz
