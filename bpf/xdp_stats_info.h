/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The info record: who counts a device's verdicts, and since when. It is the one entry of the pinned
 * ARRAY map xdp_stats_info, which xdp-stats-load freezes: nobody changes it by system call. Every
 * change is a new map that is renamed over the old pin. A reader therefore sees one record or the
 * other, and need not open it again as long as the directory's time of change (ctime) stays the same.
 *
 * Fields are only ever appended. A reader accepts every ABI number from 2 on and a value that is
 * larger than the struct it knows, and reads what it knows.
 */
#ifndef XDP_STATS_INFO_H
#define XDP_STATS_INFO_H

#include <linux/types.h>

#define XDP_STATS_INFO_NAME "xdp_stats_info"
#define XDP_STATS_INFO_ABI  2

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
/* A follower keeps this record up to date. */
#define XDP_STATS_INFO_FOLLOW (1U << 0)
/* The device's program has components: it gets another id when one joins or leaves. */
#define XDP_STATS_INFO_DISPATCHER (1U << 1)
/* Nobody knows for how long verdicts went uncounted; uncovered_ns is what is known. */
#define XDP_STATS_INFO_UNCOVERED_UNKNOWN (1U << 2)
/* Somebody with privilege looked at the programs: nothing counts, although the ids are as recorded. */
#define XDP_STATS_INFO_NOT_COUNTING (1U << 3)
/* Lost frames are counted as well (--losses), each component of a chain (--components). */
#define XDP_STATS_INFO_LOSSES	  (1U << 4)
#define XDP_STATS_INFO_COMPONENTS (1U << 5)
/* A follower began to count this device. Whoever else does takes the flag away. */
#define XDP_STATS_INFO_BY_FOLLOWER (1U << 6)

/* Slaves of a bond, as far as there is room. */
#define XDP_STATS_INFO_SLAVES 16
/* Programs in libxdp's dispatcher, at most. */
#define XDP_STATS_INFO_CHAIN 10

struct xdp_stats_info {
	/*
	 * Counts the changes. ABI 1 was written in place: there the first and the last word hold the
	 * same number unless the record was read while it was being written.
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

	/* From ABI 2 on. */

	/* Of the network namespace that holds the device. Never used twice, as the inode is. */
	__u64 netns_cookie;
	/* When every verdict was last known to be counted: ns since 1970 UTC. */
	__u64 checked_at;
	/* Ifindexes of the slaves of a bond in native mode, whose frames are counted as the bond's. */
	__u32 slave_count;
	__u32 slaves[XDP_STATS_INFO_SLAVES];
	/* The device's programs in the order in which they run: the names of their functions in BTF. */
	__u32 chain_count;
	char chain[XDP_STATS_INFO_CHAIN][64];
};

/* The size of ABI 1. */
#define XDP_STATS_INFO_ABI_1_SIZE 168

#ifdef __cplusplus
static_assert(sizeof(struct xdp_stats_info) == 896, "the info record is an ABI");
#else
_Static_assert(sizeof(struct xdp_stats_info) == 896, "the info record is an ABI");
#endif

#endif /* XDP_STATS_INFO_H */
