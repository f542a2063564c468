// SPDX-License-Identifier: BSD-2-Clause
#include "collectd/core/daemon/plugin.h"
#include "formats/snapshot.h" // bad
#include "pinning/device_reader.h"
