# A command that is started every few seconds: to load and relocate the shared C++ library takes half of its time.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-libstdc++ -static-libgcc)
check_cxx_source_compiles("#include <string>\nint main(int count, char **) { return std::to_string(count).size() > 9; }"
                          XDP_STATS_STATIC_CXX) # some distributions package the static library apart
unset(CMAKE_REQUIRED_LINK_OPTIONS)

function(link_cxx_library_statically target)
  # The sanitizers bring the shared one.
  if(XDP_STATS_STATIC_CXX AND NOT XDP_STATS_SANITIZE AND NOT XDP_STATS_FUZZ)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()
