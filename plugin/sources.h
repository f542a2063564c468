// SPDX-License-Identifier: BSD-2-Clause
// Everything that the collector asks the kernel. Tests put their own answers in here.
#pragma once

#include <string>
#include <vector>

#include "pinning/device_reader.h"

namespace xdpstats {

/// Each function does what pinning/device_reader.h says about the one that KernelSources calls.
class Sources {
public:
  Sources() = default;
  Sources(const Sources &) = delete;
  Sources &operator=(const Sources &) = delete;
  virtual ~Sources() = default;

  [[nodiscard]] virtual Result<std::vector<std::string>> list() = 0;
  [[nodiscard]] virtual Result<NetworkView> network() = 0;
  [[nodiscard]] virtual Result<DeviceSample> read(const std::string &device,
                                                  const Result<NetworkView> &network) = 0;
  [[nodiscard]] virtual Result<DeviceSample> read_foreign(const std::string &label,
                                                          const std::string &path) = 0;
};

/// The running kernel.
class KernelSources : public Sources {
public:
  explicit KernelSources(std::string pin_root) : reader_(std::move(pin_root)) {}

  Result<std::vector<std::string>> list() override { return reader_.list(); }
  Result<NetworkView> network() override { return reader_.look_around(); }
  Result<DeviceSample> read(const std::string &device,
                            const Result<NetworkView> &network) override {
    return reader_.read(device, network);
  }
  Result<DeviceSample> read_foreign(const std::string &label, const std::string &path) override {
    return read_foreign_map(label, path);
  }

private:
  DeviceReader reader_;
};

} // namespace xdpstats
