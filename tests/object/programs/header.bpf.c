// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A user's program; compiled once for each option of the header. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp.frags")
int my_prog(struct xdp_md *ctx)
{
	return xdp_stats_count(ctx, XDP_DROP);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
