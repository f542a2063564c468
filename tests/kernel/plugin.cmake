xdp_stats_test(plugin_in_kernel LABEL kernel SOURCES plugin_in_kernel_test.cc
               LIBS fake_collectd test_support)
set_target_properties(kernel_plugin_in_kernel PROPERTIES ENABLE_EXPORTS ON)
target_compile_definitions(kernel_plugin_in_kernel PRIVATE
  XDP_STATS_LOAD="$<TARGET_FILE:xdp-stats-load>")
add_dependencies(kernel_plugin_in_kernel xdp-stats-load)
