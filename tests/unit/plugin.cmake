xdp_stats_test(plugin LABEL unit
  SOURCES plugin_collector_test.cc plugin_config_test.cc
          plugin_values_test.cc plugin_watch_test.cc
  LIBS plugin_core)

# The plugin finds the functions of the daemon in the executable, as in a real collectd.
xdp_stats_test(plugin_module LABEL unit SOURCES plugin_module_test.cc LIBS fake_collectd)
set_target_properties(unit_plugin_module PROPERTIES ENABLE_EXPORTS ON)
