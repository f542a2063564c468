// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An observer that counts for any device: shows what observing costs without the device table. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "xdp_stats.bpf.h"

struct xdp_buff {
	void *data;
	void *data_end;
	__u32 flags;
} __attribute__((preserve_access_index));

SEC("fexit")
int unfiltered(__u64 *ctx)
{
	struct xdp_buff *xdp = (void *)ctx[0];
	__u32 action = (__u32)ctx[1] < XDP_STATS_ACTIONS ? (__u32)ctx[1] : XDP_ABORTED;
	struct xdp_stats_record *record = bpf_map_lookup_elem(&xdp_stats_map, &action);
	__u64 length = (__u64)xdp->data_end - (__u64)xdp->data;

	if (__builtin_expect(xdp->flags & 1, 0))
		length = bpf_xdp_get_buff_len((void *)xdp);
	if (record) {
		record->packets++;
		record->bytes += length;
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
