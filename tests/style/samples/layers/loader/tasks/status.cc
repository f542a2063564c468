// SPDX-License-Identifier: BSD-2-Clause
#include <sys/capability.h>
#include <xdp/libxdp.h>

#include "display/table.h"
#include "loader/follow/follow.h" // bad
#include "loader/observe/observer.h"
