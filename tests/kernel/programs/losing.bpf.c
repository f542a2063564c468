// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A user's program that sends frames on, in each of the ways in which they can be lost: the first
 * byte after the Ethernet header says how, the second where to. And a devmap's program that drops
 * them.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"
#include "losing.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LOSING_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, LOSING_TARGETS);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} devmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, LOSING_TARGETS);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} devmap_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, LOSING_TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} xskmap SEC(".maps");

static __always_inline int decide(__u8 how, __u32 where)
{
	__u32 *target;

	switch (how) {
	case LOSING_REDIRECT:
		target = bpf_map_lookup_elem(&targets, &where);
		return target ? bpf_redirect(*target, 0) : XDP_ABORTED;
	case LOSING_DEVMAP:
		return bpf_redirect_map(&devmap, where, 0);
	case LOSING_DEVMAP_HASH:
		return bpf_redirect_map(&devmap_hash, where, 0);
	case LOSING_BROADCAST:
		return bpf_redirect_map(&devmap, 0, BPF_F_BROADCAST);
	case LOSING_SOCKET:
		return bpf_redirect_map(&xskmap, where, 0);
	default:
		return how;
	}
}

SEC("xdp")
int losing(struct xdp_md *ctx)
{
	__u8 *rule = (void *)(long)ctx->data + ETH_HLEN;

	if ((void *)(rule + 2) > (void *)(long)ctx->data_end)
		return xdp_stats_count(ctx, XDP_ABORTED);
	return xdp_stats_count(ctx, decide(rule[0], rule[1]));
}

SEC("xdp/devmap")
int dropping(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
