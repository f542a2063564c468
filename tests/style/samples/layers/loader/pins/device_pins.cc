// SPDX-License-Identifier: BSD-2-Clause
#include "builtin_percpu.skel.h"
#include "loader/attach/attach.h" // bad
#include "loader/options.h"       // bad
#include "loader/system/xdp_handles.h"
#include "pinning/pin_path.h"
