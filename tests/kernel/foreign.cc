// SPDX-License-Identifier: BSD-2-Clause
#include "tests/kernel/foreign.h"

#include <bpf/bpf.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "tests/support/veth.h"
#include "tests/support/wait.h"

namespace xdpstats::test {
namespace {

const char *mode_of(const Way &way) { return way.generic ? "skb" : "native"; }

// With xdp-loader 1.3.1, libxdp builds a dispatcher that accepts no multi-buffer frames, whatever
// the section of the program is called; a device with a large MTU then refuses it.
void attach_with_frags(const Way &way, const std::string &device, const std::string &program,
                       unsigned priority) {
  const std::unique_ptr<xdp_program, void (*)(xdp_program *)> opened(
      xdp_program__open_file(program_file(program).c_str(), nullptr, nullptr), xdp_program__close);
  if (libxdp_get_error(opened.get()) != 0) {
    static_cast<void>(
        const_cast<std::unique_ptr<xdp_program, void (*)(xdp_program *)> &>(opened).release());
    throw std::runtime_error("cannot open " + program);
  }
  int error = xdp_program__set_xdp_frags_support(opened.get(), true);
  if (error == 0) {
    error = xdp_program__set_run_prio(opened.get(), priority);
  }
  if (error == 0) {
    error = xdp_program__attach(opened.get(), static_cast<int>(ifindex_of(device)),
                                way.generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
  }
  if (error != 0) {
    throw std::runtime_error("cannot attach " + program + ": " + std::to_string(error));
  }
}

void attach_by_loader(const Way &way, const std::string &device, const std::string &program,
                      unsigned priority, bool frags) {
  if (frags) {
    attach_with_frags(way, device, program, priority);
    return;
  }
  run_or_throw({"xdp-loader", "load", "-m", mode_of(way), "-P", std::to_string(priority), device,
                program_file(program)});
}

template <typename NextId> std::vector<uint32_t> all_ids(NextId next) {
  std::vector<uint32_t> ids;
  __u32 id = 0;
  while (next(id, &id) == 0) {
    ids.push_back(id);
  }
  return ids;
}

std::string added(const char *kind, const std::vector<uint32_t> &before,
                  const std::vector<uint32_t> &now) {
  std::string text;
  for (const uint32_t id : now) {
    if (std::find(before.begin(), before.end(), id) == before.end()) {
      text += std::string(kind) + " " + std::to_string(id) + "\n";
    }
  }
  return text;
}

} // namespace

std::string program_file(const std::string &name) { return PROGRAMS "/" + name + ".bpf.o"; }

const std::vector<Way> &ways_to_attach() {
  static const std::vector<Way> ways = {{"IpNative", By::kIp, false},
                                        {"IpGeneric", By::kIp, true},
                                        {"BpftoolNative", By::kBpftool, false},
                                        {"BpftoolGeneric", By::kBpftool, true},
                                        {"LoaderNative", By::kLoader, false},
                                        {"LoaderGeneric", By::kLoader, true},
                                        {"LoaderSecondNative", By::kLoaderSecond, false},
                                        {"LoaderSecondGeneric", By::kLoaderSecond, true},
                                        {"LoaderThirdNative", By::kLoaderThird, false},
                                        {"LoaderThirdGeneric", By::kLoaderThird, true}};
  return ways;
}

void attach_by_ip(const std::string &device, const std::string &program, bool generic) {
  run_or_throw({"ip", "link", "set", device, generic ? "xdpgeneric" : "xdpdrv", "obj",
                program_file(program), "sec", "xdp.frags"});
}

void attach(const Way &way, const std::string &device, const std::string &program, bool frags) {
  const std::string pinned = "/sys/fs/bpf/" + device + "_" + program;
  switch (way.by) {
  case By::kIp:
    attach_by_ip(device, program, way.generic);
    return;
  case By::kBpftool:
    run_or_throw({"bpftool", "prog", "load", program_file(program), pinned, "type", "xdp"});
    run_or_throw({"bpftool", "net", "attach", way.generic ? "xdpgeneric" : "xdpdrv", "pinned",
                  pinned, "dev", device});
    return;
  case By::kLoaderThird:
    attach_by_loader(way, device, "pass", 10, frags);
    [[fallthrough]];
  case By::kLoaderSecond:
    attach_by_loader(way, device, "pass", 20, frags);
    [[fallthrough]];
  case By::kLoader:
    attach_by_loader(way, device, program, 30, frags);
    return;
  }
}

void observe(const std::string &device, const Command &more) {
  Command command = {"--dev", device, "--pin", "--observe"};
  command.insert(command.end(), more.begin(), more.end());
  load_well(command);
}

KernelObjects kernel_objects() {
  return {all_ids(bpf_prog_get_next_id), all_ids(bpf_link_get_next_id),
          all_ids(bpf_map_get_next_id)};
}

std::string left_behind(const KernelObjects &before) {
  std::string left;
  static_cast<void>(holds_in_time([&] {
    const KernelObjects now = kernel_objects();
    left = added("program", before.programs, now.programs) +
           added("link", before.links, now.links) + added("map", before.maps, now.maps);
    return left.empty();
  }));
  return left;
}

} // namespace xdpstats::test
