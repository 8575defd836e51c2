# Warnings are an interface target; they are errors only where CI asks for it, so that a newer
# compiler never stops a user's build.
add_library(zs_warnings INTERFACE)
target_compile_options(zs_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough)
option(ZS_WERROR "Treat warnings as errors" OFF)
if(ZS_WERROR)
  target_compile_options(zs_warnings INTERFACE -Werror)
endif()
