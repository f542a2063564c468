// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Counts like the built-in counter, but in the ways in which others do it; all pass the frame. All
 * are in xdp.frags, so that they accept multi-buffer frames, even if they count them wrongly.
 */
#include <linux/bpf.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

struct record {
	__u64 packets;
	__u64 bytes;
};

struct counters {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XDP_REDIRECT + 1);
	__type(key, __u32);
	__type(value, struct record);
} percpu SEC(".maps");

/* The frames of a test run come in on the loopback device, number 1. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__array(values, struct counters);
} devices SEC(".maps") = {.values = {[1] = &percpu}};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XDP_REDIRECT + 1);
	__type(key, __u32);
	__type(value, struct record);
} shared SEC(".maps");

/* As the header of xdp-tools and xdp-tutorial: misses what is in the fragments. */
SEC("xdp.frags")
int linear(struct xdp_md *ctx)
{
	__u32 action = XDP_PASS;
	struct record *record = bpf_map_lookup_elem(&percpu, &action);

	if (!record)
		return XDP_ABORTED;
	record->packets++;
	record->bytes += ctx->data_end - ctx->data;
	return action;
}

/* Exact, by the kernel's helper for every frame. */
SEC("xdp.frags")
int helper(struct xdp_md *ctx)
{
	__u32 action = XDP_PASS;
	struct record *record = bpf_map_lookup_elem(&percpu, &action);

	if (!record)
		return XDP_ABORTED;
	record->packets++;
	record->bytes += bpf_xdp_get_buff_len(ctx);
	return action;
}

/* One program for all devices, each with counters of its own: loaded and verified once. */
SEC("xdp.frags")
int one_for_all(struct xdp_md *ctx)
{
	__u32 action = XDP_PASS;
	__u32 device = ctx->ingress_ifindex;
	void *counters = bpf_map_lookup_elem(&devices, &device);
	struct record *record;

	if (!counters)
		return XDP_ABORTED;
	record = bpf_map_lookup_elem(counters, &action);
	if (!record)
		return XDP_ABORTED;
	record->packets++;
	record->bytes += ctx->data_end - ctx->data;
	return action;
}

/* As tutorials do: one record for all CPUs, and atomic adds. Misses what is in the fragments. */
SEC("xdp.frags")
int atomic(struct xdp_md *ctx)
{
	__u32 action = XDP_PASS;
	struct record *record = bpf_map_lookup_elem(&shared, &action);

	if (!record)
		return XDP_ABORTED;
	__sync_fetch_and_add(&record->packets, 1);
	__sync_fetch_and_add(&record->bytes, ctx->data_end - ctx->data);
	return action;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
