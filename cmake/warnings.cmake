# Every target of ours is compiled with these; warnings are errors so that both compilers stay clean.
add_library(xdp_stats_warnings INTERFACE)
target_compile_options(xdp_stats_warnings INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wvla -Werror)
if(XDP_STATS_SANITIZE)
  target_compile_options(xdp_stats_warnings INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_link_options(xdp_stats_warnings INTERFACE -fsanitize=address,undefined)
endif()
