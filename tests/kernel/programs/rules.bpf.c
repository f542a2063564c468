// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Somebody else's program, which knows nothing of us: its verdict is the first byte after the
 * Ethernet header, as a signed number.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#ifdef UNTYPED
#define ARGUMENT void *argument
#else
#define ARGUMENT struct xdp_md *argument
#endif

SEC("xdp.frags")
int somebody_elses_rules(ARGUMENT)
{
	struct xdp_md *ctx = argument;
	signed char *rule = (void *)(long)ctx->data + ETH_HLEN;

	if ((void *)(rule + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	return *rule;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
