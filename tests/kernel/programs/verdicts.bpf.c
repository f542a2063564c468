// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A user's program whose verdict is the first byte after the Ethernet header, as a signed number.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp.frags")
int verdicts(struct xdp_md *ctx)
{
	signed char *rule = (void *)(long)ctx->data + ETH_HLEN;

	if ((void *)(rule + 1) > (void *)(long)ctx->data_end)
		return xdp_stats_count(ctx, XDP_ABORTED);
	return xdp_stats_count(ctx, *rule);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
