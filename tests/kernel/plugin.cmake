xdp_stats_test(plugin_in_kernel LABEL kernel SOURCES plugin_in_kernel_test.cc
               LIBS fake_collectd loader_support)
set_target_properties(kernel_plugin_in_kernel PROPERTIES ENABLE_EXPORTS ON)
