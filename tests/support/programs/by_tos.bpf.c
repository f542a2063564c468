// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Somebody else's program for network cards with several queues: its verdict is the type of service of an
 * IPv4 frame, redirected is out of the card it came in on, and it knows which queue brought how many.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} queues SEC(".maps");

SEC("xdp")
int verdict_by_tos(struct xdp_md *ctx)
{
	struct ethhdr *ethernet = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(ethernet + 1);
	__u32 queue = ctx->rx_queue_index;
	__u64 *frames;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end ||
	    ethernet->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	frames = bpf_map_lookup_elem(&queues, &queue);
	if (frames)
		__sync_fetch_and_add(frames, 1);
	if (ip->tos == XDP_REDIRECT)
		return bpf_redirect(ctx->ingress_ifindex, 0);
	return ip->tos;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
