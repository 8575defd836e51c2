// libFuzzer's way in.
#include <cstddef>

#include "demand.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  // Nothing is empty text to us, as it is to a server, not text that is nowhere.
  zs::fuzz::run(size == 0 ? std::string_view("") : std::string_view(reinterpret_cast<const char*>(bytes), size));
  return 0;
}
