// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A user's program that the verifier refuses: it reads a byte that may be behind the packet. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

SEC("xdp")
int refused(struct xdp_md *ctx)
{
	return xdp_stats_count(ctx, *(signed char *)(long)ctx->data);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
