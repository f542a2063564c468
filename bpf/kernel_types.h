/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The fields of the kernel's structures that our programs read; CO-RE finds their offsets at load
 * time.
 */
#ifndef XDP_STATS_KERNEL_TYPES_H
#define XDP_STATS_KERNEL_TYPES_H

#include <linux/types.h>

#define XDP_MODES 3 /* __MAX_XDP_MODE of the kernel */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct net {
	__u64 net_cookie;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct bpf_link {
	struct bpf_prog *prog;
};

struct bpf_xdp_link {
	struct bpf_link link;
};

struct bpf_xdp_entity {
	struct bpf_prog *prog;
	struct bpf_xdp_link *link;
};

struct net_device {
	int ifindex;
	possible_net_t nd_net;
	struct bpf_xdp_entity xdp_state[XDP_MODES];
};

struct xdp_rxq_info {
	struct net_device *dev;
};

struct skb_shared_info {
	__u32 xdp_frags_size;
};

struct xdp_buff {
	void *data;
	void *data_end;
	void *data_hard_start;
	struct xdp_rxq_info *rxq;
	__u32 frame_sz;
	__u32 flags;
};
#pragma clang attribute pop

#endif
