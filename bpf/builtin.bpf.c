// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The built-in counter: counts every frame as PASS and passes it. Compiled four times: with one
 * record for each CPU or one for all (XDP_STATS_SHARED_MAP), and with or without the kfunc that
 * makes the length of a single-buffer frame cheap (XDP_STATS_FAST_LENGTH); the loader chooses
 * before loading.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp.frags")
int xdp_stats(struct xdp_md *ctx)
{
	return xdp_stats_count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
