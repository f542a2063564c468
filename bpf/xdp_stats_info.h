/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The info record: who counts a device's verdicts, and since when. Written by xdp-stats-load into
 * the one entry of the pinned ARRAY map xdp_stats_info, read by anyone. After each change the writer
 * touches the directory that the map is pinned in: as long as the directory's time of change (ctime)
 * stays the same, a reader need not read the record again.
 */
#ifndef XDP_STATS_INFO_H
#define XDP_STATS_INFO_H

#include <linux/types.h>

#define XDP_STATS_INFO_NAME "xdp_stats_info"
#define XDP_STATS_INFO_ABI  1

enum xdp_stats_mode {
	/* Pinned, but nothing counts yet. */
	XDP_STATS_MODE_NONE = 0,
	/* Our program counts every frame as PASS. */
	XDP_STATS_MODE_BUILTIN = 1,
	/* A tracing program counts the verdicts of somebody else's program. */
	XDP_STATS_MODE_OBSERVE = 2,
	/* The user's program counts through xdp_stats.bpf.h. */
	XDP_STATS_MODE_PROGRAM = 3,
};

/* How the netdev's program is attached. The numbers are those of enum xdp_attach_mode of libxdp. */
enum xdp_stats_attach_mode {
	XDP_STATS_ATTACH_NONE = 0,
	XDP_STATS_ATTACH_NATIVE = 1,
	XDP_STATS_ATTACH_SKB = 2,
	XDP_STATS_ATTACH_HW = 3,
};

/* Flags. */
#define XDP_STATS_INFO_FOLLOW (1U << 0) /* a follower keeps this record up to date */

struct xdp_stats_info {
	/*
	 * The first and the last word hold the same number; the writer changes both with each update.
	 * If they differ, the record was read while it was being written: read it again.
	 */
	__u32 generation;
	/* XDP_STATS_INFO_ABI */
	__u32 abi;
	/* enum xdp_stats_mode */
	__u32 mode;
	/* XDP_STATS_INFO_... */
	__u32 flags;
	__u32 ifindex;
	/* enum xdp_stats_attach_mode */
	__u32 attach_mode;
	/* The program that rtnetlink named for the device when counting was attached; 0: none. */
	__u32 netdev_program_id;
	/* The program whose verdicts are counted: the same, or a component of a dispatcher. */
	__u32 counted_program_id;
	/* Of the network namespace that holds the device. */
	__u64 netns_inode;
	/* When the counters were zero: ns since 1970 UTC (CLOCK_REALTIME). */
	__u64 created_at;
	/* When the present attachment began to count, same clock. */
	__u64 attached_at;
	/* FNV-1a hash of the object that counts: distinguishes a newer build from this one. */
	__u64 build_id;
	/* For how long since created_at verdicts went uncounted, as far as that was noticed. */
	__u64 uncovered_ns;
	/* How often counting was moved to another program since created_at. */
	__u64 changes;
	/* NUL-terminated. */
	char device[16];
	/* The counted program's function by its name in BTF, cut to 63 characters. */
	char program[64];
	__u32 reserved;
	__u32 generation_end;
};

#ifdef __cplusplus
static_assert(sizeof(struct xdp_stats_info) == 168, "the info record is an ABI");
#else
_Static_assert(sizeof(struct xdp_stats_info) == 168, "the info record is an ABI");
#endif

#endif /* XDP_STATS_INFO_H */
