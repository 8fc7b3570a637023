// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The kernel's options: what its configuration says, or else what happens when one tries. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>
#include <bpf/btf.h>
#include "doctor.h"

static const struct kernel_option {
	const char *name, *gives;
	int since[2]; /* the first kernel that has it, if that is not older than all we run on */

	/* To be tried: what is there only with the option. Nothing: it shows in use only. */
	const char *sign; /* a file */
	enum bpf_prog_type type;
	enum bpf_attach_type attach; /* 0: to load a program of that type is enough */
	enum bpf_map_type map;
} kernel_options[] = {
	{ "CONFIG_BPF_SYSCALL", "all of BPF", .type = BPF_PROG_TYPE_SOCKET_FILTER },
	{ "CONFIG_BPF_JIT", "full speed", .sign = "/proc/sys/net/core/bpf_jit_enable" },
	{ "CONFIG_BPF_EVENTS", "tracing", .type = BPF_PROG_TYPE_KPROBE },
	{ "CONFIG_KPROBE_EVENTS", "kprobe, ksyscall",
	  .sign = "/sys/bus/event_source/devices/kprobe" },
	{ "CONFIG_UPROBE_EVENTS", "uprobe, usdt",
	  .sign = "/sys/bus/event_source/devices/uprobe" },
	{ "CONFIG_FTRACE_SYSCALLS", "system calls' tracepoints",
	  .sign = "/sys/kernel/tracing/events/syscalls" },
	{ "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "fentry, fexit, fmod_ret",
	  .type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_FENTRY },
	{ "CONFIG_FPROBE", "kprobe.multi", { 5, 18 }, .type = BPF_PROG_TYPE_KPROBE, .attach = BPF_TRACE_KPROBE_MULTI },
	{ "CONFIG_BPF_LSM", "lsm", .type = BPF_PROG_TYPE_LSM },
	{ "CONFIG_CGROUP_BPF", "cgroup", .type = BPF_PROG_TYPE_CGROUP_DEVICE },
	{ "CONFIG_NET_CLS_BPF", "tc", .sign = NULL },
	{ "CONFIG_NET_SCH_INGRESS", "tc's clsact", .sign = NULL },
	{ "CONFIG_NET_XGRESS", "tcx", { 6, 6 }, .type = BPF_PROG_TYPE_SCHED_CLS, .attach = BPF_TCX_INGRESS },
	{ "CONFIG_NETKIT", "netkit", { 6, 7 }, .type = BPF_PROG_TYPE_SCHED_CLS, .attach = BPF_NETKIT_PRIMARY },
	{ "CONFIG_NETFILTER_BPF_LINK", "netfilter", { 6, 4 }, .type = BPF_PROG_TYPE_NETFILTER },
	{ "CONFIG_XDP_SOCKETS", "AF_XDP", .map = BPF_MAP_TYPE_XSKMAP },
	{ "CONFIG_LWTUNNEL_BPF", "lwt", .sign = NULL },
	{ "CONFIG_SCHED_CLASS_EXT", "schedulers", { 6, 12 }, .sign = "/sys/kernel/sched_ext" },
};

/*
 * Load and attach a program that does nothing: for tracing, to a function that only the kernel's
 * own tests call; for the network, to no interface, which the kernel says only if it knows the
 * attach type. Returns 0 or -errno, EAGAIN where that proves nothing.
 */
static int try_attach(enum bpf_prog_type type, enum bpf_attach_type attach)
{
	const char *function = "bpf_fentry_test1";
	bool is_fentry = attach == BPF_TRACE_FENTRY;
	LIBBPF_OPTS(bpf_link_create_opts, create);
	int program, link;

	if (is_fentry && (!kernel_btf() || !kernel_type_id(function, BTF_KIND_FUNC)))
		return -EAGAIN;
	if (attach == BPF_TRACE_KPROBE_MULTI) {
		create.kprobe_multi.syms = &function;
		create.kprobe_multi.cnt = 1;
	}
	program = load_nothing(type, attach, is_fentry ? function : NULL, 0);
	if (program < 0)
		return program;
	link = bpf_link_create(program, 0, attach, &create);
	close(program);
	if (link >= 0)
		close(link);
	return link >= 0 || link == -ENODEV ? 0 : link;
}

/* Does what the option gives work? Returns as try_attach() does. */
static int try(const struct kernel_option *option)
{
	int supported, fd;
	char dir[128];

	if (option->sign) {
		if (!faccessat(AT_FDCWD, option->sign, F_OK, AT_EACCESS))
			return 0;
		if (errno != ENOENT)
			return -errno;
		strcpy(dir, option->sign);
		*strrchr(dir, '/') = '\0';
		return access(dir, F_OK) ? -EAGAIN : -ENOENT; /* is what it would be in mounted? */
	}
	if (option->attach)
		return try_attach(option->type, option->attach);
	supported = option->map ? libbpf_probe_bpf_map_type(option->map, NULL) :
				  libbpf_probe_bpf_prog_type(option->type, NULL);
	if (supported == 1)
		return 0;
	/* It does not tell why, which may be a want of privileges. */
	fd = option->map ? bpf_map_create(option->map, NULL, 4, 4, 1, NULL) :
			   load_nothing(option->type, 0, NULL, 0);
	if (fd < 0)
		return fd;
	close(fd);
	return -EOPNOTSUPP;
}

/* Read the configuration, as text or compressed, after a newline. Returns whether it is one. */
static bool read_config(const char *path, char *config, size_t size)
{
	gzFile file = gzopen(path, "re");
	int n;

	if (!file)
		return false;
	n = gzread(file, config + 1, size - 2);
	gzclose(file);
	config[0] = '\n';
	config[n > 0 ? n + 1 : 1] = '\0';
	return strstr(config, "\nCONFIG_");
}

/* Is the option y or m in the configuration? If so, @how gets which. */
static bool is_set(const char *config, const char *name, char *how)
{
	char line[64];
	const char *found;

	snprintf(line, sizeof(line), "\n%s=", name);
	found = strstr(config, line);
	if (!found)
		return false;
	snprintf(how, 2, "%s", found + strlen(line));
	return *how == 'y' || *how == 'm';
}

static void check_option(const struct kernel_option *option, const char *config)
{
	bool is_old = *option->since && !kernel_is_at_least(option->since[0], option->since[1]);
	enum verdict missing = option == kernel_options ? PROBLEM : NOTE; /* the first is vital */
	char cure[128], how[128];
	int err = -EAGAIN;

	snprintf(cure, sizeof(cure), "a kernel with %s=y", option->name);
	if (is_old)
		snprintf(cure, sizeof(cure), "Linux %d.%d or later", option->since[0],
			 option->since[1]);
	if (config && !is_set(config, option->name, how)) {
		print_check(option->name, missing, cure, "%s: not set", option->gives);
		return;
	}

	/* That it is set does not mean that it works. */
	if (option->sign || option->type || option->map)
		err = try(option);
	if (!err && !config) {
		strcpy(how, "tried, works");
	} else if ((err == -EPERM || err == -EACCES) && geteuid()) {
		if (!config) {
			print_unseen(option->name);
			return;
		}
		err = 0;
	} else if (err == -EAGAIN) {
		if (!config) {
			print_check(option->name, NOTE,
				    "see which examples run; or have /boot/config-RELEASE",
				    "%s: not seen", option->gives);
			return;
		}
		err = 0;
	} else if (err) {
		if (option->sign)
			snprintf(how, sizeof(how), "there is no %s", option->sign);
		else
			snprintf(how, sizeof(how), "refused with %s", error_name(-err));
		if (config)
			strcpy(cure, "it is set, so look for what forbids it: lockdown, dmesg");
	}
	print_check(option->name, err ? missing : OK, cure, "%s: %s", option->gives, how);
}

void check_kernel_options(void)
{
	static char config[1 << 20]; /* those of distributions have 300 KB */
	char boot[128], *path = "/proc/config.gz";
	struct utsname name;

	uname(&name);
	snprintf(boot, sizeof(boot), "/boot/config-%s", name.release);
	if (!read_config(path, config, sizeof(config)))
		path = read_config(boot, config, sizeof(config)) ? boot : NULL;
	print_header("KERNEL OPTION", 39);
	if (path)
		print_check("configuration", OK, NULL, "%s", path);
	else
		print_check("configuration", OK, NULL, "neither /proc/config.gz nor %s: by trying",
			    boot);
	for (size_t i = 0; i < sizeof(kernel_options) / sizeof(*kernel_options); i++)
		check_option(&kernel_options[i], path ? config : NULL);
}
