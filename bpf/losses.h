/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the programs that count lost frames and the loader agree on. */
#ifndef XDP_STATS_LOSSES_SET_H
#define XDP_STATS_LOSSES_SET_H

/* Devices of one pin root whose losses are counted, at most; slaves of bonds count as well. */
#define LOSSES_DEVICES 8192

#endif /* XDP_STATS_LOSSES_SET_H */
