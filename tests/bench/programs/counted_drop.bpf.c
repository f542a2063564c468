// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Our header in a program that drops: nothing comes after it that could hide the cost of counting. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp.frags")
int counted_drop(struct xdp_md *ctx)
{
	return xdp_stats_count(ctx, XDP_DROP);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
