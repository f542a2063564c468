// SPDX-License-Identifier: BSD-2-Clause
#include "tests/bench/devices.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "bare.skel.h"
#include "base/fd.h"
#include "pinning/pin_path.h"
#include "tests/support/pins.h"
#include "tests/support/process.h"
#include "tests/support/veth.h"

namespace xdpstats::bench {

CountedDevices::CountedDevices() : program_({"empty", bare__elf_bytes, "bare"}) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  if (bpf_obj_get_info_by_fd(program_.program(), &info, &length) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot look at a program");
  }
  program_id_ = info.id;
}

std::string CountedDevices::name(size_t number) const { return "eth" + std::to_string(number); }

void CountedDevices::grow_to(size_t count) {
  add_devices(size_, count);
  for (; size_ < count; ++size_) {
    const std::string device = name(size_);
    // In generic mode: attaching to a driver takes longer, and readers see no difference.
    const int error = bpf_xdp_attach(static_cast<int>(test::ifindex_of(device)), program_.program(),
                                     XDP_FLAGS_SKB_MODE, nullptr);
    if (error != 0) {
      throw std::system_error(-error, std::generic_category(), "cannot attach to " + device);
    }
    xdp_stats_info info = test::make_info(device);
    info.attach_mode = XDP_STATS_ATTACH_SKB;
    info.netdev_program_id = program_id_;
    info.counted_program_id = program_id_;
    test::pin_device(kDefaultPinRoot, device,
                     {{{7, 434}, {11, 682}, {13, 806}, {17, 1054}, {19, 1178}}}, info);
  }
}

void add_devices(size_t first, size_t count) {
  char path[] = "/tmp/xdp-stats-bench.XXXXXX";
  const UniqueFd file(::mkstemp(path));
  if (!file.valid()) {
    throw std::system_error(errno, std::generic_category(), "cannot make a file below /tmp");
  }
  std::ofstream batch(path);
  // In pairs: an even number and the odd one after it.
  for (size_t number = (first + 1) / 2 * 2; number < count; number += 2) {
    batch << "link add eth" << number << " type veth peer name eth" << number + 1 << "\n";
  }
  batch.close();
  const auto added = test::run({"ip", "-batch", path});
  std::filesystem::remove(path);
  if (added.status != 0) {
    throw std::runtime_error("cannot add devices: " + added.err);
  }
}

} // namespace xdpstats::bench
