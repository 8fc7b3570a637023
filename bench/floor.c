// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The floor: linked with an example's loader and -Wl,--wrap=bpf_prog_load, this makes the same tool
 * with empty programs on the same hooks, attached in the same way. Every program of an example
 * is called on_SOMETHING; what libbpf and the loaders try out by loading is not, and stays.
 */
#include <bpf/bpf.h>
#include <string.h>

int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count, struct bpf_prog_load_opts *opts);
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count, struct bpf_prog_load_opts *opts);

/* What lets everything pass. */
static int verdict(enum bpf_prog_type type)
{
	switch (type) {
	case BPF_PROG_TYPE_XDP:
		return 2; /* XDP_PASS */
	case BPF_PROG_TYPE_SCHED_CLS:
		return -1; /* TC_ACT_UNSPEC, which is TCX_NEXT */
	case BPF_PROG_TYPE_CGROUP_SKB:
		return 1;
	default:
		return 0;
	}
}

int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count, struct bpf_prog_load_opts *opts)
{
	struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = verdict(type) },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	if (!name || strncmp(name, "on_", 3))
		return __real_bpf_prog_load(type, name, license, insns, count, opts);
	/* These describe the instructions that are not there. */
	opts->func_info = opts->line_info = NULL;
	opts->func_info_cnt = opts->line_info_cnt = 0;
	return __real_bpf_prog_load(type, name, license, nothing, 2, opts);
}
