// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load one of the iterators of bps.bpf.c, and print what it says; or pin it, for cat. */
#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "example.h"
#include "view.h"
#include "bps.skel.h"

static struct bps_bpf *skel;
static struct bpf_map_info map;	   /* that of --id, */
static __u32 key_size, value_size; /* and how much of it an element brings */

/* The one program that is to be loaded. */
static struct bpf_program *choose_program(void)
{
	switch (wanted.view - views) {
	case PS:
		if (kernel_type_id("bpf_copy_from_user_task", BTF_KIND_FUNC))
			return skel->progs.on_task_with_args;
		warn("without arguments, which only a kernel with bpf_copy_from_user_task() (Linux "
		     "5.18) can read");
		return skel->progs.on_task;
	case LSOF:
		if (!kernel_type_id("bpf_iter__task_vma", BTF_KIND_STRUCT))
			warn("only the names of files, as iterators may call bpf_d_path() since Linux "
			     "5.12");
		return skel->progs.on_file;
	case SS:
		if (wanted.kill && !kernel_type_id("bpf_sock_destroy", BTF_KIND_FUNC))
			skip("--kill needs Linux 6.5 (bpf_sock_destroy)");
		return wanted.udp ? skel->progs.on_udp : skel->progs.on_tcp;
	case CGROUP:
		if (!kernel_type_id("bpf_iter__cgroup", BTF_KIND_STRUCT))
			skip("this kernel has no iterator of cgroups, which Linux 6.1 brought");
		return skel->progs.on_cgroup;
	default:
		return skel->progs.on_element;
	}
}

/* Set @info to what only a part of all objects is iterated by. */
static void set_scope(union bpf_iter_link_info *info)
{
	__u32 size = sizeof(map);
	int fd;

	switch (wanted.view - views) {
	case PS:
	case LSOF:
		/* The thread that the process has its PID from. 5.10 ignores this without a word;
		 * the program looks at the PID too. */
		info->task.tid = wanted.pid;
		return;
	case CGROUP:
		info->cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
		info->cgroup.cgroup_fd = wanted.cgroup ? open_cgroup(wanted.cgroup) : 0;
		return;
	case MAP:
		fd = bpf_map_get_fd_by_id(wanted.map_id);
		if (fd < 0 && errno == EPERM)
			fail("cannot open a map by its ID, which takes CAP_SYS_ADMIN");
		if (fd < 0 || bpf_map_get_info_by_fd(fd, &map, &size))
			die("cannot open the map with ID %u", wanted.map_id);
		info->map.map_fd = fd;
		key_size = map.key_size;
		value_size = map.value_size;
		if (map.type == BPF_MAP_TYPE_PERCPU_HASH || map.type == BPF_MAP_TYPE_PERCPU_ARRAY ||
		    map.type == BPF_MAP_TYPE_LRU_PERCPU_HASH) /* one after the other */
			value_size = (value_size + 7) / 8 * 8 * possible_cpus();
	}
}

/*
 * Read the next objects into @buf of @size bytes; 0 at the end. @size is as much as the kernel
 * itself has room for, so what it returns are whole objects.
 */
static size_t read_objects(int iterator, char *buf, size_t size)
{
	ssize_t n;

	do /* it returns after a million objects that the program left out, to not stay in there */
		n = read(iterator, buf, size);
	while (n < 0 && errno == EAGAIN && running());
	if (n < 0 && errno == EOPNOTSUPP && wanted.view == &views[CGROUP])
		fail("more cgroups than the kernel shows at one time\n"
		     "  hint: -c CGROUP shows those of a part");
	if (n < 0 && errno != EAGAIN)
		die("cannot read from the iterator");
	return n < 0 ? 0 : n;
}

/* Show what there is now. Each iterator that is made of the link starts at the first object. */
static unsigned long long show(struct bpf_link *link)
{
	size_t room = 8 * sysconf(_SC_PAGESIZE), n;
	int iterator = bpf_iter_create(bpf_link__fd(link));
	unsigned long long count = 0;
	char *buf = malloc(room);

	if (iterator < 0 || !buf)
		die("cannot start to iterate");
	while (running() && (n = read_objects(iterator, buf, room))) {
		for (size_t at = 0; at < n; count++)
			at += print_object(skel->obj, buf + at, key_size, value_size);
		flush_output();
	}
	free(buf);
	close(iterator);
	if (count && !options.json && wanted.view != &views[MAP])
		count--; /* the header */
	return count;
}

static void pin(struct bpf_link *link)
{
	char *parent = strdup(wanted.pin), *slash = parent ? strrchr(parent, '/') : NULL;
	struct statfs fs;

	if (slash)
		slash[slash == parent] = '\0';
	if (parent && !statfs(slash ? parent : ".", &fs) && fs.f_type != BPF_FS_MAGIC)
		fail("cannot pin to %s, which is not in a BPF file system\n"
		     "  hint: systems have one at /sys/fs/bpf, or: mount -t bpf -o mode=0700 bpf DIRECTORY",
		     wanted.pin);
	if (bpf_link__pin(link, wanted.pin))
		die("cannot pin to %s", wanted.pin);
	warn("pinned: cat %s shows it, rm %s ends that", wanted.pin, wanted.pin);
	free(parent);
}

/*
 * Some kernels reject every program for some iterators and load the others: Linux 6.18 does so with
 * bpf_map_elem where a hypervisor forbids the kernel to patch its code. @section is "iter/NAME".
 */
static void skip_if_iterator_refused(const char *section)
{
	char function[64];

	snprintf(function, sizeof(function), "bpf_iter_%s", strchr(section, '/') + 1);
	skip_if_refused(section, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, function);
}

int main(int argc, char **argv)
{
	union bpf_iter_link_info info = {};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_program *program, *chosen;
	unsigned long long shown = 0;
	struct bpf_link *link;

	parse_options(&argp, argc, argv);
	set_scope(&info);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = bps_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* One program is wanted. Of the others, this kernel may not even have the iterator. */
	chosen = choose_program();
	kernel_btf__free();
	bpf_object__for_each_program(program, skel->obj)
		bpf_program__set_autoload(program, program == chosen);

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->as_text = !options.json;
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->wanted_port = wanted.port;
	skel->rodata->kill = wanted.kill;
	skel->rodata->key_size = key_size;
	skel->rodata->value_size = value_size;
	for (int c = 0; c < 256; c++) /* JSON can keep them all */
		skel->rodata->shown_as[c] = !options.json && (c < ' ' || c == 0x7f) ? '?' : c;
	skel->rodata->shown_as[0] = ' ';

	/* Load: fit the program to this kernel's types, and verify it. */
	if (bps_bpf__load(skel)) {
		skip_if_iterator_refused(bpf_program__section_name(chosen));
		die("cannot load the BPF object");
	}

	/* Attach: nothing runs yet. This binds the program to what it iterates over. */
	link = bpf_program__attach_iter(chosen, &opts);
	if (!link)
		die("cannot attach to %s", bpf_program__section_name(chosen));

	if (wanted.pin) {
		pin(link);
	} else {
		if (wanted.interval)
			attached("%s", bpf_program__section_name(chosen));
		do
			shown += show(link);
		while (wanted.interval && wait_for_summary(wanted.interval, 0));
		report(shown, 0); /* an object that finds no room comes again: none can be lost */
		if (skel->bss->not_killed)
			warn("%llu of them could not be ended", skel->bss->not_killed);
	}

	bpf_link__destroy(link);
	bps_bpf__destroy(skel);
	return 0;
}
