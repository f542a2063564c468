// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake_collectd/fake_collectd.h"

extern "C" {
#include "collectd/core/daemon/collectd.h"

#include "collectd/core/daemon/plugin.h"
}

#include <dlfcn.h>

#include <cstdarg>
#include <cstdio>
#include <deque>
#include <map>
#include <stdexcept>
#include <utility>

namespace {

struct Daemon {
  std::map<std::string, int (*)(oconfig_item_t *)> config_callbacks;
  std::map<std::string, int (*)()> init_callbacks;
  std::map<std::string, int (*)()> shutdown_callbacks;
  std::map<std::string, std::pair<plugin_read_cb, user_data_t>> read_callbacks;
  std::vector<xdpstats::test::DispatchedValue> values;
  std::vector<std::string> notifications;
  std::vector<std::string> log;
  bool refuse_read = false;
  bool throw_in_dispatch = false;
  bool discard = false;
  bool freed = false;
  cdtime_t now = 0;
};

Daemon daemon_state;

void free_user_data(const user_data_t &user_data) {
  if (user_data.free_func != nullptr) {
    user_data.free_func(user_data.data);
    daemon_state.freed = true;
  }
}

// The callback that was registered under our name, which must be the only one.
template <typename Callback> Callback only(const std::map<std::string, Callback> &callbacks) {
  if (callbacks.size() != 1 || callbacks.begin()->first != "xdp_stats") {
    throw std::runtime_error("the plugin has not registered exactly one callback 'xdp_stats'");
  }
  return callbacks.begin()->second;
}

// A tree of oconfig items, whose strings are not const, together with the memory it uses.
class OconfigTree {
public:
  explicit OconfigTree(const xdpstats::ConfigItem &item) { fill(root_, item, nullptr); }
  oconfig_item_t *root() { return &root_; }

private:
  void fill(oconfig_item_t &to, const xdpstats::ConfigItem &from, oconfig_item_t *parent) {
    to = {};
    to.key = text(from.key);
    to.parent = parent;
    auto &values = values_.emplace_back();
    for (const auto &value : from.values) {
      values.push_back(oconfig_value(value));
    }
    to.values = values.data();
    to.values_num = static_cast<int>(values.size());
    auto &children = items_.emplace_back(from.children.size());
    for (size_t i = 0; i < from.children.size(); ++i) {
      fill(children[i], from.children[i], &to);
    }
    to.children = children.data();
    to.children_num = static_cast<int>(children.size());
  }

  oconfig_value_t oconfig_value(const xdpstats::ConfigItem::Value &value) {
    oconfig_value_t result = {};
    if (const auto *string = std::get_if<std::string>(&value)) {
      result.type = OCONFIG_TYPE_STRING;
      result.value.string = text(*string);
    } else if (const auto *boolean = std::get_if<bool>(&value)) {
      result.type = OCONFIG_TYPE_BOOLEAN;
      result.value.boolean = *boolean ? 1 : 0;
    } else {
      result.type = OCONFIG_TYPE_NUMBER;
      result.value.number = std::get<double>(value);
    }
    return result;
  }

  char *text(const std::string &string) { return texts_.emplace_back(string).data(); }

  // Deques, because their elements never move.
  std::deque<std::string> texts_;
  std::deque<std::vector<oconfig_value_t>> values_;
  std::deque<std::vector<oconfig_item_t>> items_;
  oconfig_item_t root_;
};

} // namespace

extern "C" {

static char fake_hostname[] = "fake-host";
char *hostname_g = fake_hostname;

int plugin_register_complex_config(const char *type, int (*callback)(oconfig_item_t *)) {
  daemon_state.config_callbacks[type] = callback;
  return 0;
}

int plugin_register_init(const char *name, plugin_init_cb callback) {
  daemon_state.init_callbacks[name] = callback;
  return 0;
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback) {
  daemon_state.shutdown_callbacks[name] = callback;
  return 0;
}

int plugin_register_complex_read(const char *, const char *name, plugin_read_cb callback, cdtime_t,
                                 user_data_t const *user_data) {
  if (daemon_state.refuse_read) {
    free_user_data(*user_data);
    return -1;
  }
  daemon_state.read_callbacks[name] = {callback, *user_data};
  return 0;
}

int plugin_dispatch_values(value_list_t const *list) {
  if (daemon_state.throw_in_dispatch) {
    throw std::runtime_error("out of everything");
  }
  if (daemon_state.discard) {
    return 0;
  }
  const auto part = [](const char *first, const char *second) {
    return std::string(first) + "-" + second;
  };
  if (list->values_len != 1 || list->host[0] != '\0' || list->interval != 0) {
    throw std::runtime_error("not one value, or host or interval not left to the daemon");
  }
  daemon_state.values.push_back(
      {part(list->plugin, list->plugin_instance) + "/" + part(list->type, list->type_instance),
       list->values[0].derive, list->time});
  return 0;
}

int plugin_dispatch_notification(const notification_t *notification) {
  if (std::string(notification->plugin) != "xdp_stats" ||
      std::string(notification->host) != fake_hostname || notification->time == 0) {
    throw std::runtime_error("a notification without plugin, host or time");
  }
  const char *severity = notification->severity == NOTIF_OKAY      ? "OKAY "
                         : notification->severity == NOTIF_WARNING ? "WARNING "
                                                                   : "FAILURE ";
  daemon_state.notifications.push_back(std::string(severity) + notification->plugin_instance +
                                       ": " + notification->message);
  return -1; // as collectd returns if nobody listens
}

void plugin_log(int level, const char *format, ...) {
  char message[1024];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  const char *severity = level == LOG_INFO ? "INFO " : level == LOG_WARNING ? "WARNING " : "ERROR ";
  daemon_state.log.push_back(std::string(severity) + message);
}

cdtime_t cdtime(void) { return ++daemon_state.now; }

} // extern "C"

namespace xdpstats::test {

FakeCollectd::FakeCollectd() : plugin_(nullptr) {
  daemon_state = Daemon();
  plugin_ = ::dlopen(XDP_STATS_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  void *symbol = plugin_ == nullptr ? nullptr : ::dlsym(plugin_, "module_register");
  if (symbol == nullptr) {
    throw std::runtime_error(::dlerror());
  }
  reinterpret_cast<void (*)()>(symbol)();
}

FakeCollectd::~FakeCollectd() {
  for (const auto &[name, callback] : daemon_state.shutdown_callbacks) {
    callback();
  }
  for (const auto &[name, read] : daemon_state.read_callbacks) {
    free_user_data(read.second);
  }
  ::dlclose(plugin_);
}

int FakeCollectd::configure(const std::vector<ConfigItem> &children) {
  OconfigTree tree(ConfigItem{"Plugin", {"xdp_stats"}, children});
  return only(daemon_state.config_callbacks)(tree.root());
}

int FakeCollectd::init() { return only(daemon_state.init_callbacks)(); }

int FakeCollectd::read() {
  auto [callback, user_data] = only(daemon_state.read_callbacks);
  return callback(&user_data);
}

std::vector<DispatchedValue> FakeCollectd::take_values() {
  return std::exchange(daemon_state.values, {});
}

std::vector<std::string> FakeCollectd::take_notifications() {
  return std::exchange(daemon_state.notifications, {});
}

std::vector<std::string> FakeCollectd::take_log() { return std::exchange(daemon_state.log, {}); }

void FakeCollectd::refuse_read_callback() { daemon_state.refuse_read = true; }

void FakeCollectd::throw_when_dispatching(bool on) { daemon_state.throw_in_dispatch = on; }

void FakeCollectd::discard_values(bool on) { daemon_state.discard = on; }

bool FakeCollectd::user_data_freed() const { return daemon_state.freed; }

} // namespace xdpstats::test
