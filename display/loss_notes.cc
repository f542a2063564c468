// SPDX-License-Identifier: BSD-2-Clause
#include "display/loss_notes.h"

#include <cerrno>

#include "base/text.h"

namespace xdpstats {
namespace {

// Of each action; they are sorted by the number of frames.
constexpr size_t kMostReasons = 3;

} // namespace

std::string loss_meaning(uint32_t action, int32_t error) {
  const bool tx = action == XDP_TX;
  switch (-error) {
  case -XDP_STATS_LOST_EXCEPTION:
    return "the driver could not send them";
  case XDP_STATS_LOST_UNSENT:
    return tx ? "the queue was full"
              : "the target's queue was full, or its own program dropped them";
  case EOPNOTSUPP:
    return "the target does not take XDP frames";
  case ENXIO:
    return tx ? "the other end does not take XDP frames"
              : "the target, or its other end, does not take XDP frames";
  case ENETDOWN:
    return "the target is down";
  case EMSGSIZE:
    return "larger than the target's MTU";
  case EINVAL:
    return "there is no such target";
  case ENOSPC:
  case ENOBUFS:
  case ENOMEM:
    return "no room in the target";
  default:
    return "";
  }
}

std::vector<std::string> loss_notes(const DeviceSample &sample) {
  std::vector<std::string> notes;
  for (const uint32_t action : kLossActions) {
    const std::string start = printable(sample.name) + ": " + kActionNames[action] + ": ";
    size_t reasons = 0;
    for (const LostFrames &lost : sample.losses.value_or(Losses())) {
      if (lost.action != action || ++reasons > kMostReasons) {
        continue;
      }
      const std::string meaning = loss_meaning(action, lost.error);
      notes.push_back(start + group_thousands(lost.packets) + " " + loss_reason(lost.error) +
                      (meaning.empty() ? "" : " (" + meaning + ")"));
    }
    if (reasons > kMostReasons) {
      notes.push_back(start + "and " + std::to_string(reasons - kMostReasons) + " more reasons");
    }
  }
  return notes;
}

} // namespace xdpstats
