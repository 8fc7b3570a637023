// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What this kernel can do: its BTF lists what it has, and the rest only trying tells. */
#include <errno.h>
#include <bpf/btf.h>
#include <unistd.h>
#include "example.h"

static struct btf *vmlinux_btf;

const struct btf *kernel_btf(void)
{
	if (!vmlinux_btf)
		vmlinux_btf = btf__load_vmlinux_btf();
	return vmlinux_btf;
}

void kernel_btf__free(void)
{
	btf__free(vmlinux_btf);
	vmlinux_btf = NULL;
}

unsigned int kernel_type_id(const char *name, unsigned int kind)
{
	int id;

	if (!kernel_btf())
		die("cannot read the kernel's BTF");
	id = btf__find_by_name_kind(kernel_btf(), name, kind);
	return id > 0 ? id : 0;
}

int load_nothing(enum bpf_prog_type type, enum bpf_attach_type attach_type, const char *function,
		 unsigned int flags)
{
	const struct bpf_insn return_0[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach_type,
		    .prog_flags = flags);

	if (function) {
		opts.attach_btf_id = kernel_type_id(function, BTF_KIND_FUNC);
		if (!opts.attach_btf_id)
			return -ENOENT;
	}
	return bpf_prog_load(type, NULL, "GPL", return_0, 2, &opts);
}

int try_load(enum bpf_prog_type type, enum bpf_attach_type attach_type, const char *function,
	     unsigned int flags)
{
	int fd = load_nothing(type, attach_type, function, flags);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

void skip_if_refused(const char *what, enum bpf_prog_type type, enum bpf_attach_type attach_type,
		     const char *function)
{
	int err = errno;

	if (!try_load(BPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0) &&
	    try_load(type, attach_type, function, 0) == -EPERM)
		skip("this kernel takes no %s programs: it refuses even one that does nothing (and "
		     "takes the same for a tracepoint)",
		     what);
	errno = err;
}
