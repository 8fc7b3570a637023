/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a file descriptor to the kernel's struct file. */
#ifndef FILE_BPF_H
#define FILE_BPF_H

#include <bpf/bpf_core_read.h>

/*
 * The open file of descriptor @fd in the current process, or NULL. The pointer may become invalid
 * at any time: read through it with BPF_CORE_READ().
 */
static __always_inline struct file *file_of(__u32 fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd);
	return file;
}

#endif
