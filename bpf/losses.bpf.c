// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts frames that were to be transmitted or redirected and were lost, for the device that they
 * came in on. One set of these programs serves all devices of a pin root. Compiled twice: with
 * reads of kernel memory by helper calls, and with typed access (XDP_STATS_TYPED), for kernels that
 * forbid those helpers.
 *
 * Each lost frame is reported by one of these tracepoints only, with one exception: drivers report a
 * failed redirect by xdp_exception once more.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "kernel_types.h"
#include "losses.h"
#include "observer.h"
#include "xdp_stats_losses.h"

#ifdef XDP_STATS_TYPED
#define ON(tracepoint)	   SEC("tp_btf/" #tracepoint)
#define READ(object, path) ((object)->path)
#else
#define ON(tracepoint) SEC("raw_tp/" #tracepoint)
#define READ(object, path)                                                                         \
	({                                                                                         \
		__typeof__((object)->path) read_value;                                             \
		bpf_core_read(&read_value, sizeof(read_value), &(object)->path);                   \
		read_value;                                                                        \
	})
#endif

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, XDP_STATS_LOSSES_REASONS);
	__type(key, struct xdp_stats_loss);
	__type(value, __u64);
} reasons SEC(".maps");

/* For each counted device, by its observer_key(): its xdp_stats_losses. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, LOSSES_DEVICES);
	__type(key, __u64);
	__array(values, typeof(reasons));
} losses SEC(".maps");

static __always_inline int count(struct net_device *dev, __u32 action, __s32 error, __u64 frames)
{
	struct xdp_stats_loss loss = {action, error};
	struct net *net = READ(dev, nd_net.net);
	__u64 key = observer_key(READ(net, net_cookie), (__u32)READ(dev, ifindex));
	void *map = bpf_map_lookup_elem(&losses, &key);
	__u64 *counter;

	if (!map)
		return 0;
	counter = bpf_map_lookup_elem(map, &loss);
	if (!counter) {
		__u64 none = 0;

		/* Another CPU may be faster: then this fails, and what it made is found. */
		bpf_map_update_elem(map, &loss, &none, BPF_NOEXIST);
		counter = bpf_map_lookup_elem(map, &loss);
	}
	/* No other program runs on this CPU meanwhile: frames are sent with bottom halves off. */
	if (counter)
		*counter += frames;
	return 0;
}

static __always_inline bool runs(struct net_device *dev, int mode, struct bpf_prog *prog,
				 bool *runs_any)
{
	struct bpf_prog *own = READ(dev, xdp_state[mode].prog);
	struct bpf_xdp_link *link = READ(dev, xdp_state[mode].link);

	if (link)
		own = READ(link, link.prog);
	if (own)
		*runs_any = true;
	return own == prog;
}

/*
 * A generic redirect that the target cannot transmit is reported as an XDP_TX of the target, and a
 * wrong verdict of a devmap's program likewise. A device that runs no program of its own is the
 * slave of a bond.
 */
static __always_inline bool is_verdict_of(struct net_device *dev, struct bpf_prog *prog)
{
	bool runs_any = false;

	return runs(dev, 0, prog, &runs_any) || runs(dev, 1, prog, &runs_any) ||
	       runs(dev, 2, prog, &runs_any) || !runs_any;
}

ON(xdp_redirect_err)
int redirect_err(__u64 *ctx)
{
	return count((void *)ctx[0], XDP_REDIRECT, (int)ctx[3], 1);
}

ON(xdp_exception)
int exception(__u64 *ctx)
{
	/* XDP_REDIRECT: drivers report here what xdp_redirect_err has reported. */
	if ((__u32)ctx[2] != XDP_TX || !is_verdict_of((void *)ctx[0], (void *)ctx[1]))
		return 0;
	return count((void *)ctx[0], XDP_TX, XDP_STATS_LOST_EXCEPTION, 1);
}

ON(xdp_bulk_tx)
int bulk_tx(__u64 *ctx)
{
	int drops = (int)ctx[2];

	return drops > 0 ? count((void *)ctx[0], XDP_TX, (int)ctx[3], (__u32)drops) : 0;
}

ON(xdp_devmap_xmit)
int devmap_xmit(__u64 *ctx)
{
	int drops = (int)ctx[3];

	return drops > 0 ? count((void *)ctx[0], XDP_REDIRECT, (int)ctx[4], (__u32)drops) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
