// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The observer: runs at the end of somebody else's XDP program and counts its verdict for the
 * device that the frame came in on. One observer serves every device that runs the observed
 * program, so the cost of a frame does not depend on the number of devices. A program mostly serves
 * one device, so the first has its counters named in the observer's program, and only the others are
 * looked up. There are four programs, of which the loader loads one: for per-CPU or for shared
 * counters, and for a target whose argument is declared `struct xdp_md *` or something else, which
 * needs probe reads and is slower.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define XDP_STATS_RECORD_ONLY
#include "xdp_stats.bpf.h"
#include "kernel_types.h"
#include "observer.h"

#define HAS_FRAGS (1U << 0) /* XDP_FLAGS_HAS_FRAGS of include/net/xdp.h */

/* SKB_DATA_ALIGN of include/linux/skbuff.h, with the cache lines of x86-64, arm64 and riscv64. */
#define CACHE_ALIGNED(size) (((size) + 63) & ~63ULL)

struct observer_table devices;

/* The counters of the device `devices.own`, which the loader puts in the place of these. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDP_STATS_ACTIONS);
	__type(key, __u32);
	__type(value, struct xdp_stats_record);
} own SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XDP_STATS_ACTIONS);
	__type(key, __u32);
	__type(value, struct xdp_stats_record);
} own_shared SEC(".maps");

/* For each slot of `devices`: the counters of the device in it. The loader sets the inner type. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, OBSERVER_SLOTS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} counters SEC(".maps");

static __always_inline void *find_counters(__u64 key)
{
	__u32 slot = observer_first_slot(key);

#pragma unroll
	for (__u32 probe = 0; probe < OBSERVER_PROBES; probe++) {
		__u64 found = *(volatile __u64 *)&devices.keys[slot];

		if (found == key)
			return bpf_map_lookup_elem(&counters, &slot);
		if (found == OBSERVER_EMPTY)
			return NULL;
		slot = (slot + 1) & (OBSERVER_SLOTS - 1);
	}
	return NULL;
}

static __always_inline struct xdp_stats_record *find_record(__u64 key, int verdict, bool shared)
{
	__u32 action = (__u32)verdict < XDP_STATS_ACTIONS ? (__u32)verdict : XDP_ABORTED;
	void *map;

	if (__builtin_expect(*(volatile __u64 *)&devices.own == key, 1))
		return shared ? bpf_map_lookup_elem(&own_shared, &action)
			      : bpf_map_lookup_elem(&own, &action);
	map = find_counters(key);
	return map ? bpf_map_lookup_elem(map, &action) : NULL;
}

static __always_inline int add(struct xdp_stats_record *record, __u64 length, bool shared)
{
	if (shared) {
		__sync_fetch_and_add(&record->packets, 1);
		__sync_fetch_and_add(&record->bytes, length);
	} else {
		/* No other program runs on this CPU meanwhile: XDP runs with bottom halves off. */
		record->packets++;
		record->bytes += length;
	}
	return 0;
}

static __always_inline struct xdp_stats_record *find_typed(__u64 *ctx, bool shared)
{
	struct xdp_buff *xdp = (void *)ctx[0];
	struct net_device *dev = xdp->rxq->dev;

	return find_record(observer_key(dev->nd_net.net->net_cookie, (__u32)dev->ifindex),
			   (int)ctx[1], shared);
}

static __always_inline int count_fragments(__u64 *ctx, bool shared)
{
	struct xdp_stats_record *record = find_typed(ctx, shared);

	return record ? add(record, bpf_xdp_get_buff_len((void *)ctx[0]), shared) : 0;
}

/* Not inlined: with the helper's call in it, every frame would save and restore more registers. */
static __noinline int observe_fragments(__u64 *ctx)
{
	return count_fragments(ctx, false);
}

static __noinline int observe_fragments_shared(__u64 *ctx)
{
	return count_fragments(ctx, true);
}

static __always_inline int count_typed(__u64 *ctx, bool shared)
{
	struct xdp_buff *xdp = (void *)ctx[0];
	struct xdp_stats_record *record;

	/* Any flag: all are about fragments. If a new one is not, the helper still gives the length. */
	if (__builtin_expect(xdp->flags, 0))
		return shared ? observe_fragments_shared(ctx) : observe_fragments(ctx);
	record = find_typed(ctx, shared);
	return record ? add(record, (__u64)xdp->data_end - (__u64)xdp->data, shared) : 0;
}

static __always_inline int count_untyped(__u64 *ctx, bool shared)
{
	__u64 argument, verdict, length;
	struct xdp_stats_record *record;
	struct xdp_buff *xdp;
	struct net_device *dev;

	if (bpf_get_func_arg(ctx, 0, &argument) || bpf_get_func_ret(ctx, &verdict))
		return 0;
	xdp = (void *)argument;
	dev = BPF_CORE_READ(xdp, rxq, dev);
	record = find_record(observer_key(BPF_CORE_READ(dev, nd_net.net, net_cookie),
					  (__u32)BPF_CORE_READ(dev, ifindex)),
			     (int)verdict, shared);
	if (!record)
		return 0;
	length = (__u64)BPF_CORE_READ(xdp, data_end) - (__u64)BPF_CORE_READ(xdp, data);
	if (__builtin_expect(BPF_CORE_READ(xdp, flags) & HAS_FRAGS, 0)) {
		/* xdp_get_shared_info_from_buff(): at the very end of the first buffer. */
		__u64 end =
		    (__u64)BPF_CORE_READ(xdp, data_hard_start) + BPF_CORE_READ(xdp, frame_sz);
		__u64 size = bpf_core_type_size(struct skb_shared_info);
		struct skb_shared_info *info = (void *)(end - CACHE_ALIGNED(size));

		length += BPF_CORE_READ(info, xdp_frags_size);
	}
	return add(record, length, shared);
}

SEC("fexit")
int observe(__u64 *ctx)
{
	return count_typed(ctx, false);
}

SEC("fexit")
int observe_shared(__u64 *ctx)
{
	return count_typed(ctx, true);
}

SEC("fexit")
int observe_untyped(__u64 *ctx)
{
	return count_untyped(ctx, false);
}

SEC("fexit")
int observe_untyped_shared(__u64 *ctx)
{
	return count_untyped(ctx, true);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
