// SPDX-License-Identifier: BSD-2-Clause
#include "tests/support/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/fd.h"
#include "base/netdev.h"
#include "pinning/pin_path.h"

namespace xdpstats::test {
namespace {

void require(bool done, const char *what) {
  if (!done) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

void pin(int fd, const std::string &path) {
  if (::unlink(path.c_str()) != 0) {
    require(errno == ENOENT, "unlink");
  }
  require(bpf_obj_pin(fd, path.c_str()) == 0, "bpf_obj_pin");
}

} // namespace

xdp_stats_info make_info(const std::string &device) {
  xdp_stats_info info = {};
  info.generation = 1;
  info.generation_end = 1;
  info.abi = XDP_STATS_INFO_ABI;
  info.mode = XDP_STATS_MODE_BUILTIN;
  info.attach_mode = XDP_STATS_ATTACH_NATIVE;
  info.ifindex = if_nametoindex(device.c_str());
  const NetnsId netns = current_netns().value();
  info.netns_inode = netns.inode;
  info.netns_cookie = netns.cookie;
  // 2026-11-22 14:53:02 UTC
  info.created_at = 1'795'359'182'000'000'000;
  info.attached_at = info.created_at;
  device.copy(info.device, sizeof(info.device) - 1);
  std::strcpy(info.program, "xdp_stats");
  return info;
}

uint32_t pin_counters(const std::string &path, const Counters &counters, MapKind kind) {
  const bool shared = kind == MapKind::kShared;
  const UniqueFd fd(bpf_map_create(shared ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_PERCPU_ARRAY,
                                   XDP_STATS_MAP_NAME, sizeof(__u32), sizeof(xdp_stats_record),
                                   kActionCount, nullptr));
  require(fd.valid(), "bpf_map_create");
  std::vector<xdp_stats_record> values(shared ? 1
                                              : static_cast<size_t>(libbpf_num_possible_cpus()));
  for (__u32 action = 0; action < kActionCount; ++action) {
    values.back() = counters[action];
    require(bpf_map_update_elem(fd.get(), &action, values.data(), BPF_ANY) == 0,
            "bpf_map_update_elem");
  }
  pin(fd.get(), path);
  return map_info(fd.get(), path).value().id;
}

void pin_info(const std::string &path, const xdp_stats_info &info) {
  const UniqueFd fd(bpf_map_create(BPF_MAP_TYPE_ARRAY, XDP_STATS_INFO_NAME, sizeof(__u32),
                                   sizeof(xdp_stats_info), 1, nullptr));
  require(fd.valid(), "bpf_map_create");
  const __u32 key = 0;
  require(bpf_map_update_elem(fd.get(), &key, &info, BPF_ANY) == 0, "bpf_map_update_elem");
  pin(fd.get(), path);
}

uint32_t pin_device(const std::string &pin_root, const std::string &device,
                    const Counters &counters, const xdp_stats_info &info) {
  const PinPath pins(pin_root, device);
  std::filesystem::create_directories(pins.directory);
  pin_info(pins.info_map, info);
  return pin_counters(pins.stats_map, counters);
}

} // namespace xdpstats::test
