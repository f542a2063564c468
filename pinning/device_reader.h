// SPDX-License-Identifier: BSD-2-Clause
// One round of reading: which devices are pinned, their counters, who counts them, and whether they
// are still counted.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cpu_list.h"
#include "base/fd.h"
#include "base/netdev.h"
#include "base/result.h"
#include "pinning/counting_state.h"
#include "pinning/info_record.h"
#include "pinning/losses_map.h"
#include "pinning/pin_path.h"
#include "pinning/stats_map.h"

namespace xdpstats {

/// The contents of a device's pins at one moment.
struct DeviceSample {
  /// The device as it is called now, or the label of a map that somebody else pinned.
  std::string name;
  Counters counters = {};
  uint32_t map_id = 0; ///< if it has changed, the counters are those of another map
  std::chrono::steady_clock::time_point read_at; ///< when the counters were read
  /// nullopt: there is no record, or none that we can read
  std::optional<xdp_stats_info> info;
  CountingVerdict verdict = {CountingState::kUnknown, {}};
  std::optional<Error> info_error; ///< why there is no info, where there should be
  bool per_cpu = false;            ///< whether `cpus` was asked for
  /// CPUs that are online or have counted something, ascending; nullopt: all share the counters.
  std::optional<std::vector<CpuCounters>> cpus;
  /// Frames lost after their verdict; nullopt: they are not counted, or could not be read.
  std::optional<Losses> losses;
  std::optional<Error> losses_error; ///< why they could not be read
};

/// Reads the pins of devices again and again. A single look at the directory of a device shows
/// whether a pin was replaced or the info record was written. If neither has happened for a second,
/// the counters are kept open from one round to the next, and the record is kept as long as it says
/// that all is well. Must not be used from several threads at the same time.
class DeviceReader {
public:
  explicit DeviceReader(std::string pin_root) : pin_root_(std::move(pin_root)) {}

  /// The devices that have a directory below the pin root, sorted. What was kept of other devices
  /// is dropped.
  [[nodiscard]] Result<std::vector<std::string>> list();

  /// The network, as far as reading needs it: what is asked of the kernel is about the devices
  /// whose record was kept. If that is not enough for one of them, read() looks at all devices.
  [[nodiscard]] Result<NetworkView> look_around();

  /// Fails if the counters cannot be read; the code is ENOENT if no counters are pinned. It is not
  /// a failure if the info record is missing or unreadable, or if `network` has failed: then the
  /// verdict is kUnknown and gives the reason, and info_error says what is wrong with the record.
  /// With `cpus`, the counters are also split over those CPUs.
  [[nodiscard]] Result<DeviceSample> read(const std::string &device,
                                          const Result<NetworkView> &network,
                                          const CpuLists *cpus = nullptr);

private:
  /// What is kept of a device's pins as long as their directory does not change.
  struct Kept {
    explicit Kept(PinPath paths) : pins(std::move(paths)) {}

    PinPath pins;
    struct stat directory = {};
    std::chrono::steady_clock::time_point since; ///< since when the directory has been like that
    std::optional<StatsMap> stats;
    std::optional<xdp_stats_info> info;
    std::optional<LossesMap> losses;

    [[nodiscard]] bool settled() const;
  };

  [[nodiscard]] Kept &look_at(const std::string &device);
  [[nodiscard]] static Result<DeviceSample> read_counters(const std::string &device, Kept &kept,
                                                          const CpuLists *cpus);
  [[nodiscard]] Result<DeviceSample> read_who_counts(DeviceSample sample, Kept &kept,
                                                     const Result<NetworkView> &network);
  static void read_losses(DeviceSample &sample, Kept &kept);

  /// The same view, or that of all devices if it is not.
  [[nodiscard]] const Result<NetworkView> &whole(const Result<NetworkView> &network);

  std::string pin_root_;
  UniqueFd root_;           ///< the pin root that was listed last
  struct stat listed_ = {}; ///< what it was like then, and since when it has been
  std::chrono::steady_clock::time_point listed_since_;
  std::optional<std::vector<std::string>> devices_; ///< kept as long as it does not change
  NetworkWatch network_;
  std::optional<Result<NetworkView>> whole_; ///< of this round
  std::map<std::string, Kept> kept_;
};

/// Reads counters of this layout that somebody else pinned at `path`. It is not known who counts:
/// no info, and the verdict kUnknown without a reason.
[[nodiscard]] Result<DeviceSample>
read_foreign_map(const std::string &label, const std::string &path, const CpuLists *cpus = nullptr);

} // namespace xdpstats
