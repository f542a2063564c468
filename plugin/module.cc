// SPDX-License-Identifier: BSD-2-Clause
// The only file that knows collectd: its callbacks, its log, its value lists.
extern "C" {
#include "collectd/core/daemon/collectd.h"

#include "collectd/core/daemon/plugin.h"
}

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

#include "base/text.h"
#include "plugin/collector.h"
#include "plugin/config.h"
#include "plugin/sources.h"
#include "plugin/values.h"

namespace xdpstats {
namespace {

constexpr char kPluginName[] = "xdp_stats";

// collectd passes no user data to config and init callbacks. So the configuration is kept here
// until the init callback takes it.
Config &pending_config() {
  static Config config;
  return config;
}

template <size_t Size> void copy_text(char (&to)[Size], const std::string &from) {
  const size_t length = std::min(from.size(), Size - 1);
  std::memcpy(to, from.data(), length);
  to[length] = '\0';
}

void log_line(int severity, const std::string &message) {
  plugin_log(severity, "%s plugin: %s", kPluginName, printable(message).c_str());
}

// collectd is C: an exception that leaves a callback ends the agent. A read that failed still
// returns 0, as collectd would double its interval, up to a day, for anything else.
template <typename Body> int contain_exceptions(const char *doing, Body body) noexcept {
  try {
    body();
  } catch (const std::exception &exception) {
    plugin_log(LOG_ERR, "%s plugin: cannot %s: %s", kPluginName, doing, exception.what());
  } catch (...) {
    plugin_log(LOG_ERR, "%s plugin: cannot %s: unknown exception", kPluginName, doing);
  }
  return 0;
}

ConfigItem own_tree(const oconfig_item_t &item) {
  ConfigItem own;
  own.key = item.key;
  for (int i = 0; i < item.values_num; ++i) {
    const oconfig_value_t &value = item.values[i];
    switch (value.type) {
    case OCONFIG_TYPE_STRING:
      own.values.emplace_back(std::string(value.value.string));
      break;
    case OCONFIG_TYPE_BOOLEAN:
      own.values.emplace_back(value.value.boolean != 0);
      break;
    default:
      own.values.emplace_back(value.value.number);
    }
  }
  for (int i = 0; i < item.children_num; ++i) {
    own.children.push_back(own_tree(item.children[i]));
  }
  return own;
}

void dispatch_sample(const DeviceSample &sample, cdtime_t time) {
  value_list_t list = {};
  value_t value = {};
  list.values = &value;
  list.values_len = 1;
  list.time = time;
  copy_text(list.plugin, kPluginName);
  copy_text(list.plugin_instance, printable(sample.name));
  for (const auto &each : values_of(sample)) {
    copy_text(list.type, each.type);
    copy_text(list.type_instance, each.type_instance);
    value.derive = each.value;
    plugin_dispatch_values(&list);
  }
}

void dispatch_event(const Event &event, cdtime_t time) {
  const bool is_good = event.kind == EventKind::kInfo || event.kind == EventKind::kClear;
  log_line(is_good ? LOG_INFO : LOG_WARNING, event.message);
  if (event.kind != EventKind::kAlarm && event.kind != EventKind::kClear) {
    return;
  }
  notification_t notification = {};
  notification.severity = is_good ? NOTIF_OKAY : NOTIF_WARNING;
  notification.time = time;
  copy_text(notification.message, printable(event.message));
  copy_text(notification.host, hostname_g);
  copy_text(notification.plugin, kPluginName);
  copy_text(notification.plugin_instance, printable(event.instance));
  plugin_dispatch_notification(&notification);
}

int on_config(oconfig_item_t *block) {
  return contain_exceptions("take its configuration", [block] {
    for (const auto &warning : apply_config(own_tree(*block), pending_config())) {
      log_line(LOG_WARNING, warning);
    }
  });
}

int on_read(user_data_t *user_data) {
  return contain_exceptions("read the counters", [user_data] {
    const cdtime_t time = cdtime();
    const Interval interval = static_cast<Collector *>(user_data->data)->collect();
    for (const auto &sample : interval.samples) {
      dispatch_sample(sample, time);
    }
    for (const auto &event : interval.events) {
      dispatch_event(event, time);
    }
  });
}

int on_init() {
  return contain_exceptions("start", [] {
    Config config = std::exchange(pending_config(), Config());
    auto sources = std::make_unique<KernelSources>(config.pin_root);
    auto collector = std::make_unique<Collector>(std::move(config), std::move(sources));
    user_data_t user_data = {};
    user_data.data = collector.release();
    user_data.free_func = [](void *data) {
      const std::unique_ptr<Collector> owner(static_cast<Collector *>(data));
    };
    // If this fails, collectd frees the user data, although its header says that it does not.
    plugin_register_complex_read(nullptr, kPluginName, on_read, 0, &user_data);
  });
}

} // namespace
} // namespace xdpstats

extern "C" __attribute__((visibility("default"))) void module_register() {
  using namespace xdpstats;
  plugin_register_complex_config(kPluginName, on_config);
  plugin_register_init(kPluginName, on_init);
}
