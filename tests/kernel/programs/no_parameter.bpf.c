// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program that does not look at its frames. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp.frags")
int blind(void)
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
