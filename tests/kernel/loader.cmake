bpf_object(linear programs/linear.bpf.c)

xdp_stats_test(pin_root_lock LABEL kernel SOURCES pin_root_lock_test.cc LIBS loader_command
               WRAP flock nanosleep)

xdp_stats_test(loader LABEL kernel
  SOURCES pinned.cc loader/loader_test.cc loader/concurrent_test.cc loader/count_test.cc
          loader/foreground_test.cc loader/foreign_test.cc loader/group_test.cc
          loader/hint_test.cc loader/hostile_test.cc loader/identity_test.cc loader/lock_test.cc
          loader/out_of_memory_test.cc loader/refusal_test.cc
          loader/rerun_test.cc
          loader/storm_test.cc loader/stranger_test.cc loader/undo_test.cc loader/unload_test.cc
  LIBS loader_command loader_support nlohmann_json::nlohmann_json)
add_library(fail_memory MODULE loader/fail_memory.c)
target_link_libraries(fail_memory PRIVATE xdp_stats_warnings)
add_executable(without_bpf loader/without_bpf.c)
target_link_libraries(without_bpf PRIVATE xdp_stats_warnings)
target_compile_definitions(kernel_loader PRIVATE
  FAIL_CALL="$<TARGET_FILE:fail_call>"
  FAIL_MEMORY="$<TARGET_FILE:fail_memory>"
  PROGRAMS="${CMAKE_CURRENT_BINARY_DIR}"
  SUPPORT_PROGRAMS="${CMAKE_BINARY_DIR}/tests/support"
  READ_STATS="$<TARGET_FILE:read_stats>"
  WITHOUT_BPF="$<TARGET_FILE:without_bpf>"
  XDP_STATS_LOAD="$<TARGET_FILE:xdp-stats-load>"
  XDP_STATS="$<TARGET_FILE:xdp-stats>")
add_dependencies(kernel_loader
  adjusts_head_bpf_object refused_bpf_object
  fail_call fail_memory pass_bpf_object read_stats rules_no_btf_bpf_object without_bpf xdp-stats
  linear_bpf_object replacement_bpf_object sender_bpf_object verdicts_bpf_object
  verdicts_shared_bpf_object)
