// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/select_devices.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "base/netdev.h"
#include "loader/attach/whereabouts.h"
#include "pinning/pin_path.h"

namespace xdpstats {
namespace {

void add_once(std::vector<std::string> &devices, const std::string &device) {
  if (std::find(devices.begin(), devices.end(), device) == devices.end()) {
    devices.push_back(device);
  }
}

Result<void> add_matching(std::vector<std::string> &devices, const std::string &pattern,
                          const std::vector<std::string> &names) {
  bool matched = false;
  for (const std::string &name : names) {
    if (matches(pattern, name)) {
      matched = true;
      add_once(devices, name);
    }
  }
  return matched ? Result<void>{} : failure("no device matches '" + pattern + "'");
}

} // namespace

bool is_pattern(const std::string &word) { return word.find_first_of("*?[") != std::string::npos; }

bool matches(const std::string &pattern, const std::string &name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

Result<std::vector<std::string>> select_devices(const std::vector<std::string> &words,
                                                const std::string &pin_root, Among among) {
  if (words.empty()) {
    return std::vector<std::string>(); // --status of whatever is pinned
  }
  const auto present = read_netdevs();
  if (!present) {
    return Failure(present.error());
  }
  const auto pinned = list_pinned_devices(pin_root);
  if (!pinned) {
    return Failure(pinned.error());
  }
  std::vector<std::string> names = *pinned;
  if (among == Among::kPresent) {
    names.clear();
    for (const auto &[name, device] : *present) {
      names.push_back(name);
    }
  }
  std::vector<std::string> devices;
  for (const std::string &word : words) {
    if (present->contains(word) || std::binary_search(pinned->begin(), pinned->end(), word)) {
      add_once(devices, word);
      continue;
    }
    // The kernel finds a device by an alternative name, and answers with its own.
    const auto named = read_netdev(word);
    if (named && *named) {
      add_once(devices, (*named)->name);
    } else if (!is_pattern(word)) {
      add_once(devices, word);
    } else if (auto matched = add_matching(devices, word, names); !matched) {
      return Failure(matched.error());
    }
  }
  return devices;
}

Result<std::vector<std::string>> gone_devices(const std::string &pin_root) {
  const auto here = read_network_view();
  if (!here) {
    return Failure(here.error());
  }
  const auto pinned = list_pinned_devices(pin_root);
  if (!pinned) {
    return Failure(pinned.error());
  }
  std::vector<std::string> gone;
  for (const std::string &name : *pinned) {
    const auto pins = DevicePins::open(pin_root, name);
    if (!pins) {
      return Failure(pins.error());
    }
    const auto counted = find_counted_device(*pins, *here);
    if (!counted) {
      return Failure(counted.error());
    }
    if (counted->place == Whereabouts::Place::kNowhere && !here->devices.contains(name)) {
      gone.push_back(name);
    }
  }
  return gone;
}

} // namespace xdpstats
