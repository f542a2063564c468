# Tests are GoogleTest binaries in build/bin/tests; ctest knows each test as LABEL.SUITE.TEST.
include(GoogleTest)
# What is built for another architecture tells its tests where it can run: when ctest begins.
if(CMAKE_CROSSCOMPILING)
  set(CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE PRE_TEST)
endif()

# Seconds after which a test has failed. Kernel and agent tests also run in an emulated machine,
# about thirty times slower than here.
set(XDP_STATS_TIMEOUT_unit 60)
set(XDP_STATS_TIMEOUT_object 60)
set(XDP_STATS_TIMEOUT_kernel 240)
set(XDP_STATS_TIMEOUT_agent 300)
set(XDP_STATS_TIMEOUT_fleet 120)
set(XDP_STATS_TIMEOUT_long 900)

# Tests are compiled far more often than run: not optimised (so without fortified functions, which
# take that), and GoogleTest's headers once for all of them.
function(speed_up_compilation target)
  target_compile_options(${target} PRIVATE -U_FORTIFY_SOURCE -O0)
  get_property(owner GLOBAL PROPERTY XDP_STATS_TEST_HEADERS)
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h>)
    set_property(GLOBAL PROPERTY XDP_STATS_TEST_HEADERS ${target})
  endif()
endfunction()

# xdp_stats_test(NAME LABEL unit|object|kernel|agent|fleet|long SOURCES file... [LIBS target...]
#                [WRAP function...] [TIMEOUT seconds] [SERIAL] [ENVIRONMENT NAME=value...])
# builds build/bin/tests/LABEL_NAME. Binaries of label kernel, agent, fleet and long move into a private
# network namespace and bpffs by themselves (tests/support/namespace_main.cc). WRAP: libc or libbpf functions
# whose calls the test intercepts as __wrap_FUNCTION. SERIAL: no other test runs meanwhile. A skipped test is "Skipped" in ctest too.
function(xdp_stats_test name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "SERIAL" "LABEL;TIMEOUT" "SOURCES;LIBS;WRAP;ENVIRONMENT")
  if(NOT DEFINED XDP_STATS_TIMEOUT_${TEST_LABEL})
    message(FATAL_ERROR "xdp_stats_test(${name}): unknown label '${TEST_LABEL}'")
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT ${XDP_STATS_TIMEOUT_${TEST_LABEL}})
  endif()
  set(target ${TEST_LABEL}_${name})
  if(NOT TARGET ${TEST_LABEL}_tests)
    add_custom_target(${TEST_LABEL}_tests) # all binaries of a label
  endif()
  add_dependencies(${TEST_LABEL}_tests ${target})
  add_executable(${target} ${TEST_SOURCES})
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/tests)
  if(TEST_LABEL STREQUAL "unit" OR TEST_LABEL STREQUAL "object")
    set(main GTest::gtest_main)
  else()
    set(main test_namespace_main)
  endif()
  target_link_libraries(${target} PRIVATE ${TEST_LIBS} test_support ${main} GTest::gmock
                                          GTest::gtest xdp_stats_warnings)
  speed_up_compilation(${target})
  foreach(function IN LISTS TEST_WRAP)
    target_link_options(${target} PRIVATE -Wl,--wrap=${function})
  endforeach()
  gtest_discover_tests(${target}
    TEST_PREFIX ${TEST_LABEL}.
    NO_PRETTY_VALUES
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT} RUN_SERIAL ${TEST_SERIAL} ENVIRONMENT "${TEST_ENVIRONMENT}")
endfunction()
