/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The info record: who counts a device's verdicts, and since when. Written by xdp-stats-load into
 * the one entry of the pinned ARRAY map xdp_stats_info, read by anyone. Whoever writes it touches
 * the directory that it is pinned in, afterwards: readers that saw the record need not read it again
 * as long as the directory's time of change (ctime) stays the same.
 */
#ifndef XDP_STATS_INFO_H
#define XDP_STATS_INFO_H

#include <linux/types.h>

#define XDP_STATS_INFO_NAME "xdp_stats_info"
#define XDP_STATS_INFO_ABI  1

enum xdp_stats_mode {
	XDP_STATS_MODE_NONE = 0,    /* pinned, but nothing counts yet */
	XDP_STATS_MODE_BUILTIN = 1, /* our program counts every frame as PASS */
	XDP_STATS_MODE_OBSERVE =
	    2, /* a tracing program counts the verdicts of somebody else's program */
	XDP_STATS_MODE_PROGRAM = 3, /* the user's program counts through xdp_stats.bpf.h */
};

/*
 * How the netdev's program is attached: numbers of enum xdp_attach_mode of libxdp.
 */
enum xdp_stats_attach_mode {
	XDP_STATS_ATTACH_NONE = 0,
	XDP_STATS_ATTACH_NATIVE = 1,
	XDP_STATS_ATTACH_SKB = 2,
	XDP_STATS_ATTACH_HW = 3,
};

/* Flags: what a reader should know of who counts. */
#define XDP_STATS_INFO_FOLLOW (1U << 0) /* a follower keeps this record up to date */

struct xdp_stats_info {
	/*
	 * First and last word hold the same number; the writer changes both with each update. A
	 * reader that finds them different has read while the record was written, and reads again.
	 */
	__u32 generation;
	__u32 abi;  /* XDP_STATS_INFO_ABI */
	__u32 mode; /* enum xdp_stats_mode */
	__u32 flags;
	__u32 ifindex;
	__u32 attach_mode;	  /* enum xdp_stats_attach_mode */
	__u32 netdev_program_id;  /* what rtnetlink named for the device when counting was attached;
				     0: none */
	__u32 counted_program_id; /* whose verdicts are counted: the same, or a component of a
				     dispatcher */
	__u64 netns_inode;	  /* of the network namespace that holds the device */
	__u64 created_at;	  /* the counters' zero, ns since 1970 UTC (CLOCK_REALTIME) */
	__u64 attached_at;	  /* when the present attachment began to count, same clock */
	__u64
	    build_id; /* FNV-1a hash of the object that counts: tells a newer build from this one */
	__u64 uncovered_ns; /* time since created_at during which verdicts went uncounted, as far as
			       noticed */
	__u64 changes;	    /* how often counting was moved to another program since created_at */
	char device[16];    /* NUL-terminated */
	char program[64];   /* BTF name of the counted program's function, cut to 63 characters */
	__u32 reserved;
	__u32 generation_end;
};

#ifdef __cplusplus
static_assert(sizeof(struct xdp_stats_info) == 168, "the info record is an ABI");
#else
_Static_assert(sizeof(struct xdp_stats_info) == 168, "the info record is an ABI");
#endif

#endif /* XDP_STATS_INFO_H */
