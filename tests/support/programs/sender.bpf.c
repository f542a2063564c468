// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Forwards each frame of a live test run to one device. The kernel uses the page of a frame again
 * as the receiver left it, so the beginning is written again each time.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "sender.h"

const volatile __u32 target_ifindex;
__u64 head[SENDER_HEAD_WORDS];

SEC("xdp")
int sender(struct xdp_md *ctx)
{
	__u64 *data = (void *)(long)ctx->data;

	if ((void *)(data + SENDER_HEAD_WORDS) > (void *)(long)ctx->data_end)
		return XDP_DROP;
#pragma unroll
	for (int i = 0; i < SENDER_HEAD_WORDS; i++)
		data[i] = head[i];
	return bpf_redirect(target_ifindex, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
