// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Counts system calls: of one process, and of all its children. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
} __attribute__((preserve_access_index));

const volatile int process;
__u64 own;
__u64 children;

SEC("raw_tracepoint/sys_enter")
int count_call(void *ctx __attribute__((unused)))
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, tgid) == process)
		__sync_fetch_and_add(&own, 1);
	else if (BPF_CORE_READ(task, real_parent, tgid) == process)
		__sync_fetch_and_add(&children, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
