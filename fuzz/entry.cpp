// libFuzzer's way in.
#include <cstddef>

#include "demand.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  zs::fuzz::run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
