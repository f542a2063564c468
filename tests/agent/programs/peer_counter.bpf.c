// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts with the header that xdp-tools installs and the programs of xdp-tutorial share, and with
 * nothing of ours: this is what their pinned maps look like.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_stats_kern_user.h>
#include <xdp/xdp_stats_kern.h>

SEC("xdp")
int peer_counter(struct xdp_md *ctx)
{
	return xdp_stats_record_action(ctx, XDP_DROP);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
