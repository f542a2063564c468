// SPDX-License-Identifier: BSD-2-Clause
// One round of reading: which devices are pinned, their counters, who counts them, and whether
// anybody still does.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/netdev.h"
#include "base/result.h"
#include "pinning/counting_state.h"
#include "pinning/info_record.h"
#include "pinning/pin_path.h"
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

/// Reads the pins of devices, over and over. One look at a device's directory tells whether a pin
/// was replaced or the info record written; where neither has happened for a second, counters are
/// kept open from one round to the next, and the record is kept for as long as it says that all is
/// well. Not safe for use from several threads at once.
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
  /// A device's pins, and what is kept of them for as long as their directory stays as it is.
  struct Kept {
    explicit Kept(PinPath paths) : pins(std::move(paths)) {}

    PinPath pins;
    struct stat directory = {};
    std::chrono::steady_clock::time_point since; ///< when it was first seen like that
    std::optional<StatsMap> stats;
    std::optional<xdp_stats_info> info;

    [[nodiscard]] bool settled() const;
  };

  [[nodiscard]] Kept &look_at(const std::string &device);
  [[nodiscard]] static Result<DeviceSample> read_counters(const std::string &device, Kept &kept);

  std::string pin_root_;
  UniqueFd root_; ///< the pin root as last listed
  std::map<std::string, Kept> kept_;
};

/// Counters of this layout that somebody else pinned at `path`. Nothing is known of who counts: no
/// info, and a verdict kUnknown without a reason.
[[nodiscard]] Result<DeviceSample> read_foreign_map(const std::string &label,
                                                    const std::string &path);

} // namespace xdpstats
