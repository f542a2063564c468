// SPDX-License-Identifier: BSD-2-Clause
// One round of reading: which devices are pinned, their counters, who counts them, and whether
// anybody still does.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pinning/counting_state.h"
#include "pinning/info_record.h"
#include "pinning/netdev.h"
#include "pinning/result.h"
#include "pinning/stats_map.h"

namespace xdpstats {

/// The network devices at one instant, and the namespace they are in. Taken once for each round of
/// reading, however many devices are pinned.
struct NetworkView {
  NetdevTable devices;
  uint64_t netns_inode = 0;
};

[[nodiscard]] Result<NetworkView> read_network_view();

/// kUnknown, with the reason, if `network` is a failure.
[[nodiscard]] CountingVerdict judge_counting(const xdp_stats_info &info,
                                             const Result<NetworkView> &network);

/// What a device's pins say at one instant.
struct DeviceSample {
  std::string name; ///< the device, or the label of a map that somebody else pinned
  Counters counters = {};
  uint32_t map_id = 0; ///< another id than before: the counters are those of another map
  std::chrono::steady_clock::time_point read_at; ///< when the counters were read
  std::optional<xdp_stats_info> info;            ///< nullopt: there is none, or none we can read
  CountingVerdict verdict = {CountingState::kUnknown, {}};
};

/// Reads the pins of devices, over and over. The descriptors of info maps are kept from one round
/// to the next; counters are opened by path each time, so that a replaced pin is followed.
/// Not safe for use from several threads at once.
class DeviceReader {
public:
  explicit DeviceReader(std::string pin_root) : pin_root_(std::move(pin_root)) {}

  /// Devices that have a directory below the pin root, sorted. Forgets what was kept of others.
  [[nodiscard]] Result<std::vector<std::string>> list();

  /// Fails if the counters cannot be read, with code ENOENT if none are pinned. An info record that
  /// is missing or unreadable, or a failed `network`, is no failure: the verdict is then kUnknown
  /// and gives the reason.
  [[nodiscard]] Result<DeviceSample> read(const std::string &device,
                                          const Result<NetworkView> &network);

private:
  /// An info map and the pin it was opened from.
  struct KeptInfo {
    struct stat pin;
    InfoMap map;
  };

  [[nodiscard]] Result<xdp_stats_info> read_info(const std::string &device,
                                                 const std::string &path);

  std::string pin_root_;
  std::map<std::string, KeptInfo> kept_;
};

/// Counters of this layout that somebody else pinned at `path`. Nothing is known of who counts: no
/// info, and a verdict kUnknown without a reason.
[[nodiscard]] Result<DeviceSample> read_foreign_map(const std::string &label,
                                                    const std::string &path);

} // namespace xdpstats
