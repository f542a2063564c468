// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A function that replacement.bpf.c replaces. libxdp's dispatcher has one for each program. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int replaceable_part(struct xdp_md *ctx)
{
	volatile int verdict = XDP_PASS;

	return ctx ? verdict : XDP_ABORTED;
}

SEC("xdp")
int replaceable(struct xdp_md *ctx)
{
	return replaceable_part(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
