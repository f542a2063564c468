/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How an observer tells the devices of the observed program apart. User space changes this through a
 * shared mapping while the program reads: each change is one aligned store of 8 bytes.
 */
#ifndef XDP_STATS_OBSERVER_H
#define XDP_STATS_OBSERVER_H

#include <linux/types.h>

#define OBSERVER_SLOTS	1024U /* a power of two */
#define OBSERVER_PROBES 8U    /* how far from its first slot a key may be */

/* Keys that no device has: namespace cookies begin with 1. */
#define OBSERVER_EMPTY	 0ULL /* never used: a search ends here */
#define OBSERVER_REMOVED 1ULL /* was used: a search goes on */

struct observer_table {
	__u64 keys[OBSERVER_SLOTS];
	/* The device whose counters the program itself names, or OBSERVER_EMPTY. Looked at first. */
	__u64 own;
};

/*
 * The key of a device, in any network namespace. It contains the namespace's cookie and not its inode
 * number, because a cookie is never used again: a key that is left behind never matches anything.
 */
static inline __attribute__((always_inline)) __u64 observer_key(__u64 netns_cookie, __u32 ifindex)
{
	return netns_cookie << 32 | ifindex;
}

/* The slot where the search for a key begins. It goes on at the next slot, and wraps around. */
static inline __attribute__((always_inline)) __u32 observer_first_slot(__u64 key)
{
	return ((__u32)(key >> 32) ^ (__u32)key) & (OBSERVER_SLOTS - 1);
}

#endif /* XDP_STATS_OBSERVER_H */
