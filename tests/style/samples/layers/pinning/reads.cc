// SPDX-License-Identifier: BSD-2-Clause
#include "pinning/reads.h"

#include <xdp/libxdp.h> // bad

#include "base/fd.h"
#include "bpf/xdp_stats_info.h"
#include "display/table.h"           // bad
#include "loader/pins/device_pins.h" // bad
