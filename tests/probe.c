// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * probe FEATURE: does this kernel have it? Status 0: yes, 1: no, 2: there is no such FEATURE here.
 * Asked by tests/needs, to judge whether a test case may be skipped. So it asks the kernel itself,
 * and not the code that skips.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "example.h"

/* Load and attach an empty program for the kernel function @function through a trampoline. */
static bool has_trampoline(enum bpf_prog_type type, enum bpf_attach_type attach_type,
			   const char *function)
{
	int link, program = load_nothing(type, attach_type, function, 0);

	if (program < 0)
		return false;
	link = bpf_raw_tracepoint_open(NULL, program);
	close(program);
	if (link < 0)
		return false;
	close(link);
	return true;
}

static bool has_fentry(void)
{
	return has_trampoline(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "tcp_v4_connect");
}

static bool has_fmod_ret(void)
{
	return has_trampoline(BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "security_file_open");
}

static bool has_lsm(void)
{
	return has_trampoline(BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_inode_unlink");
}

static bool has_map_iterator(void)
{
	return !try_load(BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "bpf_iter_bpf_map_elem", 0);
}

static bool has_kprobe_multi(void)
{
	const char *function = "vfs_read";
	LIBBPF_OPTS(bpf_link_create_opts, opts, .kprobe_multi.syms = &function,
		    .kprobe_multi.cnt = 1);
	int link, program = load_nothing(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, NULL, 0);

	if (program < 0)
		return false;
	link = bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	close(program);
	if (link < 0)
		return false;
	close(link);
	return true;
}

/* Without a path the kernel says EBADF where it knows the kind of link, and EINVAL where it does not. */
static bool has_uprobe_multi(void)
{
	unsigned long offset = 0;
	LIBBPF_OPTS(bpf_link_create_opts, opts, .uprobe_multi.path = "/",
		    .uprobe_multi.offsets = &offset, .uprobe_multi.cnt = 1);
	int link, program = load_nothing(BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, NULL, 0);

	if (program < 0)
		return false;
	link = bpf_link_create(program, 0, BPF_TRACE_UPROBE_MULTI, &opts);
	close(program);
	return link == -EBADF;
}

static const struct {
	const char *name;
	bool (*test)(void);
} features[] = {
	{ "fentry", has_fentry },
	{ "fmod_ret", has_fmod_ret },
	{ "lsm", has_lsm },
	{ "iter/bpf_map_elem", has_map_iterator },
	{ "kprobe.multi", has_kprobe_multi },
	{ "uprobe.multi", has_uprobe_multi },
};

int main(int argc, char **argv)
{
	libbpf_set_print(NULL);
	for (size_t i = 0; argc == 2 && i < sizeof(features) / sizeof(*features); i++)
		if (!strcmp(argv[1], features[i].name))
			return features[i].test() ? 0 : 1;
	fprintf(stderr, "usage: probe FEATURE, one of:");
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		fprintf(stderr, " %s", features[i].name);
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}
