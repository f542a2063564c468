// SPDX-License-Identifier: BSD-2-Clause
#include "collectd/core/daemon/plugin.h" // bad
#include "plugin/values.h"
