// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The maps that are pinned for a device, and no program: whoever counts (the built-in counter, the
 * user's program, the observer) is given xdp_stats_map. As all maps are defined here, their BTF, and
 * with it the field names in `bpftool map dump`, are the same in every mode. With `--map array`,
 * the loader changes the type of xdp_stats_map to ARRAY.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"
#include "xdp_stats_info.h"
#include "xdp_stats_losses.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_stats_info);
} xdp_stats_info SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XDP_STATS_LOSSES_REASONS);
	__type(key, struct xdp_stats_loss);
	__type(value, __u64);
} xdp_stats_losses SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";
