/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp_stats.bpf.h: count the verdicts of your own XDP program.
 *
 *	#include <linux/bpf.h>
 *	#include <bpf/bpf_helpers.h>
 *	#include "xdp_stats.bpf.h"
 *
 *	SEC("xdp.frags") int my_prog(struct xdp_md *ctx)
 *	{
 *		return xdp_stats_count(ctx, XDP_DROP);
 *	}
 *
 * and load it with `xdp-stats-load --dev eth0 --pin --program my.bpf.o:my_prog`. No other file of
 * xdp-stats is needed. These macros may be defined before it is included:
 *
 * XDP_STATS_SHARED_MAP
 *	One record for all CPUs, counted with atomic adds, instead of one for each CPU.
 * XDP_STATS_FAST_LENGTH
 *	The frame's length without a helper call for single-buffer frames. Needs kernel 6.2 (kfunc
 *	bpf_cast_to_kern_ctx), and CAP_PERFMON to load.
 * XDP_STATS_LINEAR_LENGTH
 *	The frame's length from the context's pointers alone: exact for a program in SEC("xdp"),
 *	which never sees a multi-buffer frame, too small in SEC("xdp.frags").
 *
 * The default asks the kernel's helper for the length: exact everywhere from kernel 5.18 on.
 */
#ifndef XDP_STATS_BPF_H
#define XDP_STATS_BPF_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* One record for each XDP action, indexed by the action's number (enum xdp_action). */
#define XDP_STATS_ACTIONS  5
#define XDP_STATS_MAP_NAME "xdp_stats_map"

/*
 * packets: frames that got this verdict. bytes: their length as XDP saw it, Ethernet header and all
 * fragments included, frame check sequence not. Layout shared with xdp-tools and xdp-tutorial.
 */
struct xdp_stats_record {
	__u64 packets;
	__u64 bytes;
};

/* XDP_STATS_RECORD_ONLY: for programs of xdp-stats, which are given their maps when loaded. */
#if defined(__bpf__) && !defined(XDP_STATS_RECORD_ONLY)

struct {
#ifdef XDP_STATS_SHARED_MAP
	__uint(type, BPF_MAP_TYPE_ARRAY);
#else
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
#endif
	__uint(max_entries, XDP_STATS_ACTIONS);
	__type(key, __u32);
	__type(value, struct xdp_stats_record);
} xdp_stats_map SEC(".maps");

#ifdef XDP_STATS_FAST_LENGTH
/* For CO-RE this is the kernel's struct xdp_buff; it does not clash with that of a vmlinux.h. */
struct xdp_buff___xdp_stats {
	__u32 flags;
} __attribute__((preserve_access_index));

extern void *bpf_cast_to_kern_ctx(void *ctx) __attribute__((section(".ksyms")));
#endif

static __always_inline __u64 xdp_stats_frame_length(struct xdp_md *ctx)
{
#if defined(XDP_STATS_LINEAR_LENGTH)
	return (__u64)ctx->data_end - (__u64)ctx->data;
#elif defined(XDP_STATS_FAST_LENGTH)
	const struct xdp_buff___xdp_stats *buff = bpf_cast_to_kern_ctx(ctx);

	/* Any flag: all are about fragments. If a new one is not, the helper still gives the length. */
	if (__builtin_expect(buff->flags, 0))
		return bpf_xdp_get_buff_len(ctx);
	return (__u64)ctx->data_end - (__u64)ctx->data;
#else
	return bpf_xdp_get_buff_len(ctx);
#endif
}

/*
 * Counts the frame under `action` and returns `action`. A number that is no XDP action is counted
 * as aborted, which is what the kernel makes of it.
 */
static __always_inline int xdp_stats_count(struct xdp_md *ctx, int action)
{
	/*
	 * Before the lookup: ctx is still in the register of the argument, and only the length has to
	 * be kept across the call.
	 */
	__u64 length = xdp_stats_frame_length(ctx);
	__u32 key = (__u32)action < XDP_STATS_ACTIONS ? (__u32)action : XDP_ABORTED;
	struct xdp_stats_record *record = bpf_map_lookup_elem(&xdp_stats_map, &key);

	if (record) {
#ifdef XDP_STATS_SHARED_MAP
		__sync_fetch_and_add(&record->packets, 1);
		__sync_fetch_and_add(&record->bytes, length);
#else
		/* No other program runs on this CPU meanwhile: XDP runs with bottom halves off. */
		record->packets++;
		record->bytes += length;
#endif
	}
	return action;
}

#endif /* __bpf__ && !XDP_STATS_RECORD_ONLY */
#endif /* XDP_STATS_BPF_H */
