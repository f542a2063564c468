# What Debian's build flags ask for; tests/package/hardening looks at the result.

# No trace of where the sources are: the same sources make the same binaries.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(XDP_STATS_SANITIZE)
  return() # fortified functions hide from the sanitizers
endif()

include(CheckPIESupported)
check_pie_supported(LANGUAGES C CXX)
add_compile_options(-fstack-protector-strong -fstack-clash-protection -Wformat -Wformat-security)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  # The distribution's compiler may have defined it already; without optimisation it warns.
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
