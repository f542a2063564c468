/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table by which an observer tells the devices of one observed program apart. User space writes
 * it through a shared mapping, one aligned 8-byte store for each change, while the program reads.
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
};

/*
 * A device, in whichever network namespace it is. By the namespace's cookie, as unlike an inode
 * number it is never given to another one: a key that is left behind matches nothing ever after.
 */
static inline __attribute__((always_inline)) __u64 observer_key(__u64 netns_cookie, __u32 ifindex)
{
	return netns_cookie << 32 | ifindex;
}

/* Where the search for a key begins; it goes on at the next slot, after the last at the first. */
static inline __attribute__((always_inline)) __u32 observer_first_slot(__u64 key)
{
	return ((__u32)(key >> 32) ^ (__u32)key) & (OBSERVER_SLOTS - 1);
}

#endif /* XDP_STATS_OBSERVER_H */
