/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How losing.bpf.c sends a frame on: an action (enum xdp_action), or one of these. */
#ifndef XDP_STATS_TESTS_LOSING_H
#define XDP_STATS_TESTS_LOSING_H

#define LOSING_TARGETS 8

#define LOSING_REDIRECT	   10 /* to the ifindex in `targets` */
#define LOSING_DEVMAP	   11
#define LOSING_DEVMAP_HASH 12
#define LOSING_BROADCAST   13 /* to all of `devmap` */
#define LOSING_SOCKET	   14 /* to an AF_XDP socket */

#endif /* XDP_STATS_TESTS_LOSING_H */
