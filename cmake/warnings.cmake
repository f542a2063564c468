# Every target of ours is compiled with these. They are errors where CMAKE_COMPILE_WARNING_AS_ERROR is set, as the presets
# of the checks do, so that both compilers stay clean. Whoever builds a release may have another compiler.
add_library(xdp_stats_warnings INTERFACE)
target_compile_options(xdp_stats_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wvla)
if(XDP_STATS_SANITIZE)
  target_compile_options(xdp_stats_warnings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(xdp_stats_warnings INTERFACE -fsanitize=address,undefined)
endif()
if(XDP_STATS_FUZZ)
  # Tells libFuzzer which ways an input took.
  target_compile_options(xdp_stats_warnings INTERFACE -fsanitize=fuzzer-no-link)
endif()
