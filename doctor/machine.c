// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The machine: who we are on it, and what is mounted, set and allowed. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/perf_event.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "doctor.h"

/* Read the first line of @path into @buf, without its end. Returns whether it could; sets errno. */
static bool read_line(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return false;
	errno = 0;
	ok = fgets(buf, size, file);
	fclose(file);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

/* Has @path a line with @word? */
static bool file_has(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[4096];

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, word);
	if (file)
		fclose(file);
	return found;
}

static bool has_capability(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	syscall(SYS_capget, &header, data);
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/* The first namespace of each kind has a number that the kernel's source fixes (proc_ns.h). */
static bool in_first_namespace(const char *kind, unsigned int number)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &st) || st.st_ino == number;
}

static bool is_on(const char *path, unsigned int magic)
{
	struct statfs fs;

	return !statfs(path, &fs) && (unsigned int)fs.f_type == magic;
}

static void check_user(void)
{
	static const struct {
		int number;
		const char *name;
	} all[] = {
		{ CAP_BPF, "BPF" },
		{ CAP_PERFMON, "PERFMON" },
		{ CAP_NET_ADMIN, "NET_ADMIN" },
		{ CAP_SYS_ADMIN, "SYS_ADMIN" },
		{ CAP_SYS_RESOURCE, "SYS_RESOURCE" },
		{ CAP_DAC_READ_SEARCH, "DAC_READ_SEARCH" },
	};
	bool bpf = has_capability(CAP_SYS_ADMIN) ||
		   (has_capability(CAP_BPF) && has_capability(CAP_PERFMON));
	bool enough = bpf && has_capability(CAP_NET_ADMIN) && has_capability(CAP_DAC_READ_SEARCH);
	enum verdict verdict = enough ? OK : bpf || geteuid() ? NOTE :
								PROBLEM;
	const char *cure = "run the examples with sudo, as make run does";
	char has[128] = "", *end = has;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (has_capability(all[i].number))
			end += sprintf(end, " CAP_%s", all[i].name);
	if (!geteuid())
		cure = "start the container with --privileged";
	if (!in_first_namespace("user", 0xeffffffd)) {
		verdict = PROBLEM;
		cure = "be root of the machine: root of a user namespace (a rootless container) "
		       "may not load BPF programs";
	}
	print_check("user", verdict, cure, "uid %d%s%s", geteuid(),
		    *has ? " with" : " without capabilities", has);
}

/* What kind of machine, and what proves it. */
static void check_kind(void)
{
	static const char *const marks[] = { "/run/.containerenv", "/.dockerenv",
					     "/run/systemd/container" };
	const char *mark = "no /.dockerenv or the like", *vm = NULL;
	struct utsname name;

	uname(&name);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!access(marks[i], F_OK))
			mark = marks[i];
	if (file_has("/proc/cpuinfo", " hypervisor"))
		vm = "the flag hypervisor in /proc/cpuinfo";
	else if (!access("/sys/hypervisor/type", F_OK))
		vm = "/sys/hypervisor/type";
	else if (!access("/proc/device-tree/hypervisor", F_OK))
		vm = "/proc/device-tree/hypervisor";

	if (strcasestr(name.release, "microsoft")) /* first, as it has PID namespaces too */
		print_check("machine", NOTE,
			    "wsl --update brings another kernel, and so does kernel= in .wslconfig",
			    "WSL, by the kernel's name");
	else if (!in_first_namespace("pid", 0xeffffffc))
		print_check("machine", NOTE,
			    "the kernel is the host's: what is missing must be mounted or allowed "
			    "from there, as docker run --privileged does",
			    "a container: a PID namespace of its own, and %s", mark);
	else if (vm) /* one made of a container's image has the mark of that, and is none */
		print_check("machine", OK, NULL, "a VM: %s", vm);
	else
		print_check("machine", OK, NULL, "no container, nor a VM that shows");
}

static void check_kernel(void)
{
	enum verdict verdict = kernel_is_at_least(5, 10) ? OK : NOTE;
	struct utsname name;

	if (!kernel_is_at_least(5, 8))
		verdict = PROBLEM;
	uname(&name);
	print_check("kernel", verdict,
		    "Linux 5.10 or later, on which the examples are tested; they need 5.8",
		    "%s, %s", name.release, name.machine);
}

static void check_memlock(void)
{
	bool charged = !kernel_is_at_least(5, 11), raised = has_capability(CAP_SYS_RESOURCE);
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };
	char value[64] = "unlimited";

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		snprintf(value, sizeof(value), "%llu KiB", limit.rlim_cur / 1024ULL);
	if (!charged)
		print_check("memlock", OK, NULL, "%s; BPF maps do not count since Linux 5.11",
			    value);
	else if (raised || limit.rlim_cur >= (64 << 20))
		print_check("memlock", OK, NULL, "%s; libbpf raises it where it may", value);
	else
		print_check("memlock", geteuid() ? NOTE : PROBLEM,
			    geteuid() ? "run the examples with sudo" :
					"ulimit -l unlimited; for a container, docker run --ulimit memlock=-1",
			    "%s; before Linux 5.11 BPF maps count", value);
}

static void check_btf(void)
{
	const char *path = "/sys/kernel/btf/vmlinux";
	const char *cure = "a kernel with CONFIG_DEBUG_INFO_BTF=y";
	const struct btf *btf = kernel_btf();
	int err = errno;

	if (access(path, F_OK))
		print_check("BTF", btf ? NOTE : PROBLEM, cure, "there is no %s%s", path,
			    btf ? "; libbpf has found a file with it elsewhere" : "");
	else if (btf)
		print_check("BTF", OK, NULL, "%s: %u types", path, btf__type_cnt(btf) - 1);
	else
		print_check("BTF", PROBLEM, cure, "libbpf cannot read %s: %s", path, strerror(err));
}

static void check_security(void)
{
	const char *mount = "mount -t securityfs securityfs /sys/kernel/security";
	const char *unseen = "cannot be seen: securityfs is not mounted";
	bool mounted = is_on("/sys/kernel/security", SECURITYFS_MAGIC);
	char line[256], padded[300], cure[300];

	if (read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		print_check("lockdown", strstr(line, "[confidentiality]") ? PROBLEM : OK,
			    "boot without it: it keeps BPF from the kernel's memory", "%s", line);
	else
		print_check("lockdown", mounted ? OK : NOTE, mount, "%s",
			    mounted ? "this kernel has none" : unseen);

	if (!read_line("/sys/kernel/security/lsm", line, sizeof(line))) {
		print_check("LSMs", NOTE, mounted ? "a kernel with CONFIG_SECURITY=y" : mount, "%s",
			    mounted ? "this kernel has none" : unseen);
		return;
	}
	snprintf(padded, sizeof(padded), ",%s,", line);
	snprintf(cure, sizeof(cure), "boot with lsm=%s,bpf", line);
	if (strstr(padded, ",bpf,"))
		print_check("LSMs", OK, NULL, "%s", line);
	else
		print_check("LSMs", NOTE, cure, "%s; without bpf, programs for lsm never run",
			    line);
}

static void check_mounts(void)
{
	const char *tracing = "/sys/kernel/tracing", *old = "/sys/kernel/debug/tracing/events";
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *entry = NULL;

	while (mounts && (entry = getmntent(mounts)) && strcmp(entry->mnt_type, "cgroup2"))
		;
	print_check("cgroup2", entry ? OK : PROBLEM, "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
		    "%s", entry ? entry->mnt_dir : "not mounted");
	if (mounts)
		endmntent(mounts);

	if (is_on(tracing, TRACEFS_MAGIC))
		print_check("tracefs", OK, NULL, "%s", tracing);
	else if (!faccessat(AT_FDCWD, old, F_OK, AT_EACCESS)) /* looking at it mounts it */
		print_check("tracefs", OK, NULL, "/sys/kernel/debug/tracing");
	else if (errno == EACCES)
		print_unseen("tracefs");
	else if (access(tracing, F_OK))
		print_check("tracefs", PROBLEM, "a kernel with CONFIG_FTRACE=y",
			    "this kernel has none");
	else
		print_check("tracefs", PROBLEM, "mount -t tracefs tracefs /sys/kernel/tracing "
						"(make run does, for its own run)",
			    "not mounted");

	if (is_on("/sys/fs/bpf", BPF_FS_MAGIC))
		print_check("bpffs", OK, NULL, "/sys/fs/bpf");
	else
		print_check("bpffs", NOTE,
			    "mount -t bpf -o mode=0700 bpf /sys/fs/bpf (make run does, for its own run)",
			    "not mounted, so nothing can be pinned");
}

static void check_sysctls(void)
{
	static const struct {
		const char *name, *path, *meaning, *cure;
		int low, high; /* what is fine */
	} all[] = {
		{ "net.core.bpf_jit_enable", "/proc/sys/net/core/bpf_jit_enable",
		  "0: programs are interpreted, slowly; 2: their code is logged",
		  "sysctl net.core.bpf_jit_enable=1, of a kernel with CONFIG_BPF_JIT=y", 1, 1 },
		{ "kernel.bpf_stats_enabled", "/proc/sys/kernel/bpf_stats_enabled",
		  "each run of a program is measured, which takes time",
		  "sysctl kernel.bpf_stats_enabled=0", 0, 0 },
		{ "kernel.unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled",
		  "0: any user may load socket filters",
		  "sysctl kernel.unprivileged_bpf_disabled=2", 1, 2 },
		{ "kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid",
		  "above 2 Debian's kernels want CAP_SYS_ADMIN for perf events",
		  "sudo; or sysctl kernel.perf_event_paranoid=2", -1, 2 },
	};
	char line[32];

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const char *name = all[i].name, *cure = all[i].cure;
		int number;

		if (!read_line(all[i].path, line, sizeof(line))) {
			if (errno == EACCES || errno == EPERM)
				print_unseen(name);
			else
				print_check(name, NOTE, cure, "there is no %s", all[i].path);
			continue;
		}
		number = atoi(line);
		if ((number >= all[i].low && number <= all[i].high) ||
		    (all[i].low < 0 && has_capability(CAP_SYS_ADMIN))) /* paranoid about others */
			print_check(name, OK, NULL, "%s", line);
		else
			print_check(name, NOTE, cure, "%s (%s)", line, all[i].meaning);
	}
}

static void check_pmu(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_CPU_CYCLES,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	int err = errno;
	unsigned long long cycles = 0;

	if (fd < 0 && (err == EACCES || err == EPERM) && geteuid())
		print_unseen("PMU");
	else if (fd >= 0 && read(fd, &cycles, sizeof(cycles)) == sizeof(cycles) && cycles)
		print_check("PMU", OK, NULL, "counts hardware cycles");
	else
		print_check("PMU", NOTE,
			    "a VM has what its host passes on; without, profilers take a clock of "
			    "the kernel's",
			    "no hardware cycles: %s",
			    fd < 0 ? error_name(err) : "the counter stands still");
	if (fd >= 0)
		close(fd);
}

void check_machine(void)
{
	check_user();
	check_kind();
	check_kernel();
	check_memlock();
	check_btf();
	check_security();
	check_mounts();
	check_sysctls();
	check_pmu();
}
