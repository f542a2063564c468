// SPDX-License-Identifier: BSD-2-Clause
#include "loader/tasks/foreground.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "loader/attach/attach.h"
#include "loader/attach/counting_object.h"
#include "loader/attach/device_state.h"
#include "loader/attach/ownership.h"
#include "loader/observe/observation.h"
#include "loader/pins/counters_maps.h"
#include "loader/pins/info_writer.h"
#include "loader/system/capabilities.h"

namespace xdpstats {
namespace {

Result<CountingObject> open_object(const CountRequest &request) {
  return request.source == Source::kProgram
             ? open_user_program(request.program)
             : open_builtin(request.map_kind.value_or(MapKind::kPerCpu));
}

Result<DeviceState> examine_free_device(const std::string &device) {
  auto state = examine_device(device);
  if (state && (state->netdev.program_id != 0 || state->netdev.hw_id != 0)) {
    return failure("cannot attach to '" + device + "': it already runs XDP program " +
                       quoted_programs(*state),
                   "--observe counts its verdicts; if it is ours, xdp-stats --watch 1 shows its "
                   "counters");
  }
  return state;
}

} // namespace

Result<ForegroundCounter> ForegroundCounter::start(const CountRequest &request,
                                                   const std::string &device) {
  const bool observes = request.source == Source::kObserve;
  if (auto allowed = observes
                         ? require_capabilities({CAP_SYS_ADMIN}, "observe an XDP program")
                         : require_capabilities({CAP_NET_ADMIN, CAP_BPF}, "attach an XDP program");
      !allowed) {
    return Failure(allowed.error());
  }
  std::optional<CountingObject> object;
  MapKind kind = request.map_kind.value_or(MapKind::kPerCpu);
  if (!observes) {
    auto opened = open_object(request);
    if (!opened) {
      return Failure(opened.error());
    }
    kind = opened->map_kind;
    object = std::move(*opened);
  }
  auto counters = create_counters(kind);
  if (!counters) {
    return Failure(counters.error());
  }
  UniqueFd reader(::fcntl(counters->fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!reader.valid()) {
    return os_failure("cannot duplicate a map's descriptor", errno);
  }
  auto map = StatsMap::adopt(std::move(reader), "counters of " + device);
  if (!map) {
    return Failure(map.error());
  }
  ForegroundCounter counter(std::move(*map), device);
  const auto begun =
      observes ? counter.observe(*counters) : counter.attach(request, *object, *counters);
  if (!begun) {
    return Failure(begun.error());
  }
  return counter;
}

Result<void> ForegroundCounter::attach(const CountRequest &request, CountingObject &object,
                                       const CountersMap &counters) {
  const auto state = examine_free_device(device_);
  if (!state) {
    return Failure(state.error());
  }
  const auto netns = current_netns();
  if (!netns) {
    return Failure(netns.error());
  }
  if (auto handed = object.use_counters(counters.fd.get()); !handed) {
    return handed;
  }
  const auto attachment = attach_while_open(*state, object, request.attach.mode, link_);
  if (!attachment) {
    return Failure(attachment.error());
  }
  NewCounter who;
  who.mode = request.source == Source::kProgram ? XDP_STATS_MODE_PROGRAM : XDP_STATS_MODE_BUILTIN;
  who.device = device_;
  who.netdev = attachment->netdev;
  who.attach_mode = attachment->netdev.attach_mode;
  who.program_id = attachment->program_id;
  who.program_name = attachment->program_name;
  who.netns = *netns;
  who.build_id = object.build_id;
  info_ = next_info({}, who, true);
  return {};
}

Result<void> ForegroundCounter::observe(const CountersMap &counters) {
  const auto table = read_netdevs();
  const auto netns = current_netns();
  if (!table || !netns) {
    return Failure(!table ? table.error() : netns.error());
  }
  const auto state = examine_device(device_);
  if (!state) {
    return Failure(state.error());
  }
  auto target = find_observe_target(device_, state->netdev);
  if (!target) {
    return Failure(target.error());
  }
  auto slaves = counted_slaves(*table, state->netdev);
  ObserverCode code;
  auto observer = Observer::attach(code, device_, *target, counters);
  if (!observer) {
    return Failure(observer.error());
  }
  if (auto added = observer->add(device_keys(*netns, state->netdev, slaves), counters.fd.get());
      !added) {
    return added;
  }
  observer_ = std::move(*observer);
  info_ = observation_info(
      {}, device_, Observation{*netns, state->netdev, std::move(slaves), std::move(*target), 0}, 0,
      0, true);
  return {};
}

Result<DeviceSample> ForegroundCounter::sample(const Result<NetworkView> &network) const {
  auto counters = map_.read();
  if (!counters) {
    return Failure(counters.error());
  }
  DeviceSample sample;
  sample.name = device_;
  sample.counters = *counters;
  sample.map_id = map_.id();
  sample.read_at = std::chrono::steady_clock::now();
  sample.info = info_;
  sample.verdict = judge_counting(info_, network);
  return sample;
}

} // namespace xdpstats
