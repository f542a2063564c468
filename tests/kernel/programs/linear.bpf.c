// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A user's program that accepts no multi-buffer frames. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp")
int linear(struct xdp_md *ctx)
{
	return xdp_stats_count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
