# A command that is started every few seconds: to load and relocate the shared C++ library takes half of its time.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-libstdc++ -static-libgcc)
check_cxx_source_compiles("#include <string>\nint main(int count, char **) { return std::to_string(count).size() > 9; }"
                          XDP_STATS_STATIC_CXX) # some distributions package the static library apart
set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
check_cxx_source_compiles("int main() {}" XDP_STATS_PACKED_RELOCATIONS) # binutils 2.38 and glibc 2.36
unset(CMAKE_REQUIRED_LINK_OPTIONS)

function(link_cxx_library_statically target)
  # The sanitizers bring the shared one.
  if(XDP_STATS_STATIC_CXX AND NOT XDP_STATS_SANITIZE AND NOT XDP_STATS_FUZZ)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  endif()
  if(XDP_STATS_PACKED_RELOCATIONS)
    target_link_options(${target} PRIVATE -Wl,-z,pack-relative-relocs)
  endif()
endfunction()
