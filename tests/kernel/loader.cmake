bpf_object(linear programs/linear.bpf.c)

xdp_stats_test(pin_root_lock LABEL kernel SOURCES pin_root_lock_test.cc LIBS loader_command
               WRAP flock nanosleep)

xdp_stats_test(loader LABEL kernel
  SOURCES pinned.cc loader/loader_test.cc loader/concurrent_test.cc loader/count_test.cc
          loader/foreground_test.cc loader/foreign_test.cc loader/group_test.cc
          loader/identity_test.cc loader/lock_test.cc loader/out_of_memory_test.cc loader/refusal_test.cc
          loader/rerun_test.cc
          loader/stranger_test.cc loader/undo_test.cc loader/unload_test.cc
  LIBS loader_command loader_support nlohmann_json::nlohmann_json)
add_library(fail_memory MODULE loader/fail_memory.c)
target_link_libraries(fail_memory PRIVATE xdp_stats_warnings)
target_compile_definitions(kernel_loader PRIVATE
  FAIL_CALL="$<TARGET_FILE:fail_call>"
  FAIL_MEMORY="$<TARGET_FILE:fail_memory>"
  PROGRAMS="${CMAKE_CURRENT_BINARY_DIR}"
  SUPPORT_PROGRAMS="${CMAKE_BINARY_DIR}/tests/support"
  READ_STATS="$<TARGET_FILE:read_stats>"
  XDP_STATS="$<TARGET_FILE:xdp-stats>")
add_dependencies(kernel_loader
  fail_call fail_memory read_stats xdp-stats
  linear_bpf_object replacement_bpf_object sender_bpf_object verdicts_bpf_object
  verdicts_shared_bpf_object)
