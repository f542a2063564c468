// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The least that an XDP program can do. Everything else is compared with it. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp.frags")
int bare(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp.frags")
int bare_untyped(void *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp.frags")
int bare_drop(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
