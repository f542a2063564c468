// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A user's program that takes the Ethernet header off and puts it back: it changes the packet. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp")
int adjusts_head(struct xdp_md *ctx)
{
	if (bpf_xdp_adjust_head(ctx, ETH_HLEN) || bpf_xdp_adjust_head(ctx, -ETH_HLEN))
		return xdp_stats_count(ctx, XDP_ABORTED);
	return xdp_stats_count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
