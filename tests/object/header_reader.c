// SPDX-License-Identifier: BSD-2-Clause
// A C program that reads the counters needs the same names, but not the code for the kernel.
#include "bpf/xdp_stats.bpf.h"
#include "bpf/xdp_stats_info.h"

_Static_assert(sizeof(struct xdp_stats_record) == 16, "the layout of xdp-tools");
_Static_assert(XDP_STATS_ACTIONS == 5, "the actions of enum xdp_action");

const char *header_reader_names(void);

const char *header_reader_names(void) { return XDP_STATS_MAP_NAME " " XDP_STATS_INFO_NAME; }
