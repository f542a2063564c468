// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Somebody else's program that lets everything pass. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp.frags")
int passes(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
