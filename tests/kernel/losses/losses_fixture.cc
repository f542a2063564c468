// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/losses/losses_fixture.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "loader/system/program_info.h"
#include "pinning/pin_path.h"
#include "pinning/stats_map.h"
#include "tests/support/value_or_throw.h"

namespace xdpstats::test {
namespace {

// Guests have no udev that would make its node.
UniqueFd open_tun() {
  const std::string node = "/tmp/xdp-stats-tun-" + std::to_string(::getpid());
  UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!fd.valid() && ::mknod(node.c_str(), S_IFCHR | 0600, ::makedev(10, 200)) == 0) {
    fd.reset(::open(node.c_str(), O_RDWR | O_CLOEXEC));
    ::unlink(node.c_str());
  }
  return fd;
}

} // namespace

Lost pinned_losses(const std::string &device) {
  const auto map = value_or_throw(LossesMap::open(PinPath(kDefaultPinRoot, device).losses_map));
  Lost all;
  for (const LostFrames &lost : value_or_throw(map.read())) {
    all[std::string(kActionNames.at(lost.action)) + " " + loss_reason(lost.error)] = lost.packets;
  }
  return all;
}

UniqueFd map_of(const std::string &device, const std::string &name) {
  for (const uint32_t id :
       value_or_throw(program_by_id(pinned_info(device).counted_program_id)).map_ids) {
    UniqueFd map(bpf_map_get_fd_by_id(id));
    bpf_map_info info = {};
    __u32 length = sizeof(info);
    if (map.valid() && bpf_obj_get_info_by_fd(map.get(), &info, &length) == 0 &&
        name == info.name) {
      return map;
    }
  }
  throw std::runtime_error("the program of " + device + " has no map '" + name + "'");
}

void send_to(const std::string &device, uint64_t count, uint8_t how, uint8_t where, size_t size) {
  LiveFrames(device).send(count, make_frame(size, {how, where}));
}

FullTap::FullTap(const std::string &name, unsigned length) : fd_(open_tun()) {
  ifreq request = {};
  name.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (!fd_.valid() || ::ioctl(fd_.get(), TUNSETIFF, &request) != 0) {
    throw Unsupported("no tap devices here: " + std::string(std::strerror(errno)));
  }
  run_or_throw({"ip", "link", "set", name, "txqueuelen", std::to_string(length), "up"});
}

void add_plain_pair(const std::string &one, const std::string &other, unsigned mtu) {
  run_or_throw({"ip", "link", "add", one, "mtu", std::to_string(mtu), "type", "veth", "peer",
                "name", other, "mtu", std::to_string(mtu)});
  for (const auto &device : {one, other}) {
    run_or_throw({"ip", "link", "set", device, "up"});
  }
}

void LossesTest::count(const std::string &device, const Command &more) {
  Command command = {"--dev",   device, "--pin", "--program", PROGRAMS "/losing.bpf.o:losing",
                     "--losses"};
  command.insert(command.end(), more.begin(), more.end());
  load_well(command);
}

} // namespace xdpstats::test
