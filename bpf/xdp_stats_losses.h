/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Frames that got the verdict XDP_TX or XDP_REDIRECT and were lost all the same. The pinned
 * PERCPU_HASH map xdp_stats_losses holds for each reason how many frames of the device were lost.
 */
#ifndef XDP_STATS_LOSSES_H
#define XDP_STATS_LOSSES_H

#include <linux/types.h>

#define XDP_STATS_LOSSES_NAME	 "xdp_stats_losses"
#define XDP_STATS_LOSSES_REASONS 128

/* Errors that are no errno. */
/* Dropped by a bulk that reported no error: a full queue, or a devmap's own program. */
#define XDP_STATS_LOST_UNSENT 0
/* The driver could not transmit the frame, and did not say why. */
#define XDP_STATS_LOST_EXCEPTION 1

/* The key; the value is a __u64, the number of frames. */
struct xdp_stats_loss {
	/* XDP_TX or XDP_REDIRECT */
	__u32 action;
	/* The kernel's error, a negative errno, or XDP_STATS_LOST_... */
	__s32 error;
};

#endif /* XDP_STATS_LOSSES_H */
