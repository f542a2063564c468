// SPDX-License-Identifier: BSD-2-Clause
#include "display/quantity.h"

#include "base/text.h"

namespace xdpstats {

std::string quantity_name(Quantity quantity) {
  switch (quantity) {
  case Quantity::kPackets:
    return "packets";
  case Quantity::kBytes:
    return "bytes";
  case Quantity::kPacketRate:
    return "packets/s";
  case Quantity::kBitRate:
    return "bits/s";
  }
  return "";
}

std::string quantity_text(Quantity quantity, const xdp_stats_record &record,
                          const std::optional<Rate> &rate) {
  switch (quantity) {
  case Quantity::kPackets:
    return group_thousands(record.packets);
  case Quantity::kBytes:
    return group_thousands(record.bytes);
  case Quantity::kPacketRate:
    return rate ? scale_rate(rate->packets) : "-";
  case Quantity::kBitRate:
    return rate ? scale_rate(rate->bits) : "-";
  }
  return "";
}

} // namespace xdpstats
