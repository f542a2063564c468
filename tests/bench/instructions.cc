// SPDX-License-Identifier: BSD-2-Clause
// Instructions per packet: what each way of counting adds to an XDP program that does nothing. The
// duration of a test run is this number only on an emulated machine on which an instruction takes a
// nanosecond (tests/vm/run --icount). Prints one JSON object.
#include <bpf/bpf.h>
#include <linux/if_ether.h>
#include <net/if.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "bare.skel.h"
#include "base/netdev.h"
#include "builtin_percpu.skel.h"
#include "builtin_percpu_fast.skel.h"
#include "builtin_shared.skel.h"
#include "builtin_shared_fast.skel.h"
#include "loader/observe/observe_target.h"
#include "loader/observe/observer.h"
#include "loader/system/xdp_handles.h"
#include "maps.skel.h"
#include "tests/support/value_or_throw.h"
#include "unfiltered.skel.h"
#include "ways.skel.h"

namespace xdpstats {
namespace {

constexpr int kRepeat = 200000;

using test::value_or_throw;

void check(int error, const char *what) {
  if (error != 0) {
    throw std::runtime_error(std::string("cannot ") + what + ": " + std::to_string(error));
  }
}

template <typename Skeleton> using Owned = std::unique_ptr<Skeleton, Closer<Skeleton::destroy>>;

template <typename Skeleton> Owned<Skeleton> load() {
  Owned<Skeleton> skeleton(Skeleton::open_and_load());
  check(skeleton ? 0 : errno, "load a program");
  return skeleton;
}

uint32_t measure(int program) {
  const std::vector<char> frame(ETH_ZLEN);
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
              .data_size_in = static_cast<__u32>(frame.size()), .repeat = kRepeat);
  check(bpf_prog_test_run_opts(program, &options), "run a program");
  return options.duration;
}

// The target, as the loader would find it on a device.
ObserveTarget target_of(int program, const char *function, bool typed) {
  bpf_prog_info info = {};
  __u32 length = sizeof(info);
  bpf_func_info first = {};
  info.nr_func_info = 1;
  info.func_info_rec_size = sizeof(first);
  info.func_info = reinterpret_cast<__u64>(&first);
  check(bpf_obj_get_info_by_fd(program, &info, &length), "look at a program");
  ObserveTarget target;
  target.program = UniqueFd(bpf_prog_get_fd_by_id(info.id));
  target.program_id = info.id;
  target.function_id = first.type_id;
  target.function = function;
  target.typed = typed;
  return target;
}

CountersMap new_counters(MapKind kind) {
  const Owned<maps> skeleton(maps::open());
  if (kind == MapKind::kShared) {
    bpf_map__set_type(skeleton->maps.xdp_stats_map, BPF_MAP_TYPE_ARRAY);
  }
  check(maps::load(skeleton.get()), "create maps");
  return {UniqueFd(::dup(bpf_map__fd(skeleton->maps.xdp_stats_map))), 0, kind};
}

enum class Place { kOwn, kTable };

uint32_t observed(int program, const char *function, bool typed, MapKind kind,
                  const ObserverKeys &keys, Place place = Place::kOwn) {
  const CountersMap own = new_counters(kind);
  const CountersMap others = new_counters(kind);
  const int counters = (place == Place::kOwn ? own : others).fd.get();
  ObserverCode code;
  auto observer =
      value_or_throw(Observer::attach(code, "lo", target_of(program, function, typed), own));
  for (const uint64_t key : keys) {
    if (auto added = observer.add({key}, counters); !added) {
      throw std::runtime_error(added.error().message);
    }
  }
  return measure(program);
}

uint32_t observed_unfiltered(int program) {
  const Owned<unfiltered> skeleton(unfiltered::open());
  check(bpf_program__set_attach_target(skeleton->progs.unfiltered, program, "bare"),
        "choose what to trace");
  check(unfiltered::load(skeleton.get()), "load the unfiltered observer");
  check(unfiltered::attach(skeleton.get()), "attach the unfiltered observer");
  return measure(program);
}

nlohmann::ordered_json measure_all() {
  const Owned<bare> target = load<bare>();
  const int program = bpf_program__fd(target->progs.bare);
  const int untyped = bpf_program__fd(target->progs.bare_untyped);
  const uint64_t cookie = value_or_throw(current_netns()).cookie;
  // The frames of a test run come in on the loopback device.
  const uint64_t own = observer_key(cookie, ::if_nametoindex("lo"));
  // A large number of devices, numbered as the kernel does it.
  ObserverKeys many;
  for (uint32_t ifindex = 900; ifindex > 0; --ifindex) {
    many.push_back(observer_key(cookie, ifindex));
  }
  // The other devices occupy all slots that ours may have, except the last.
  ObserverKeys crowd;
  for (uint32_t place = OBSERVER_PROBES - 1; place > 0; --place) {
    crowd.push_back(own + place * OBSERVER_SLOTS);
  }
  crowd.push_back(own);
  constexpr auto kPerCpu = MapKind::kPerCpu;
  constexpr auto kTable = Place::kTable;
  constexpr auto kShared = MapKind::kShared;
  nlohmann::ordered_json figures;
  figures["bare"] = measure(program);
  figures["observed"] = observed_unfiltered(program);
  figures["observed_filter"] = observed(program, "bare", true, kPerCpu, {own});
  figures["observed_filter_table"] = observed(program, "bare", true, kPerCpu, {own}, kTable);
  figures["observed_filter_900_devices"] = observed(program, "bare", true, kPerCpu, many, kTable);
  figures["observed_filter_last_place"] = observed(program, "bare", true, kPerCpu, crowd, kTable);
  figures["observed_filter_other_device"] =
      observed(program, "bare", true, kPerCpu, {own + 2}, kTable);
  figures["observed_filter_array"] = observed(program, "bare", true, kShared, {own});
  figures["observed_filter_untyped"] = observed(untyped, "bare_untyped", false, kPerCpu, {own});
  const Owned<ways> other = load<ways>();
  figures["linear"] = measure(bpf_program__fd(other->progs.linear));
  figures["helper"] = measure(bpf_program__fd(other->progs.helper));
  figures["one_for_all"] = measure(bpf_program__fd(other->progs.one_for_all));
  figures["atomic"] = measure(bpf_program__fd(other->progs.atomic));
  figures["builtin_percpu"] = measure(bpf_program__fd(load<builtin_percpu>()->progs.xdp_stats));
  figures["builtin_array"] = measure(bpf_program__fd(load<builtin_shared>()->progs.xdp_stats));
  // The loader takes these if the kernel has the kfunc.
  libbpf_set_print(nullptr);
  if (const Owned<builtin_percpu_fast> fast(builtin_percpu_fast::open_and_load()); fast) {
    figures["builtin_percpu_fast"] = measure(bpf_program__fd(fast->progs.xdp_stats));
  }
  if (const Owned<builtin_shared_fast> fast(builtin_shared_fast::open_and_load()); fast) {
    figures["builtin_array_fast"] = measure(bpf_program__fd(fast->progs.xdp_stats));
  }
  return figures;
}

} // namespace
} // namespace xdpstats

int main() {
  try {
    std::cout << xdpstats::measure_all().dump(2) << std::endl;
    return 0;
  } catch (const std::exception &error) {
    std::cerr << "xdp-stats-instructions: " << error.what() << '\n';
    return 1;
  }
}
