// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* How a tool fails: one line that says what, and a hint where the cause can be proved. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "example.h"
#include "internal.h"

/* Print "TOOL: MESSAGE" without an end of line, after whatever stdout still holds. A message can have
 * names that strangers chose: of its control bytes only the line break before a hint is obeyed. */
static void say(const char *prefix, const char *fmt, va_list args)
{
	char text[2 * PATH_MAX], *hint;

	vsnprintf(text, sizeof(text), fmt, args); /* first of all: it may have %m */
	hint = strstr(text, "\n  hint: ");
	if (hint)
		*hint++ = '\0';
	fflush(stdout);
	fprintf(stderr, "%s: %s", program_invocation_short_name, prefix);
	print_text(stderr, text, sizeof(text));
	if (hint) {
		fputc('\n', stderr);
		print_text(stderr, hint, strlen(hint));
	}
}

static bool has_capability(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

	if (syscall(SYS_capget, &header, data))
		return true; /* nothing is proved */
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

/* Is @word in the first line of file @path? No, where there is no such file. */
static bool file_says(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	char line[256] = "";
	bool found;

	if (!file)
		return false;
	found = fgets(line, sizeof(line), file) && strstr(line, word);
	fclose(file);
	return found;
}

/* access(2), but with the capabilities that we have: plain access() asks without them. */
static bool exists(const char *path)
{
	return !faccessat(AT_FDCWD, path, F_OK, AT_EACCESS);
}

static bool missing(const char *path)
{
	return !exists(path) && errno == ENOENT;
}

static bool memlock_is_low(void)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_MEMLOCK, &limit) && limit.rlim_cur < (64 << 20);
}

static bool perf_is_forbidden(void)
{
	FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "re");
	int level = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &level) != 1)
		level = 0;
	fclose(file);
	return level > 2;
}

const char *admin_hint;

/* In the first user namespace all IDs are themselves; only there do capabilities count for BPF. */
static bool in_user_namespace(void)
{
	FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned long inside = 0, outside = 0, count = 0xffffffff;
	bool is_first;

	if (!file)
		return false;
	is_first = fscanf(file, "%lu %lu %lu", &inside, &outside, &count) != 3 ||
		   (!inside && !outside && count == 0xffffffff);
	fclose(file);
	return !is_first;
}

struct cause {
	const char *hint;
	int status;
};

/*
 * What is behind errno @err, as far as a look at the machine proves it. The order matters:
 * a cause comes before those that would only be seen because of it.
 */
static struct cause diagnose(int err)
{
	bool refused = err == EPERM || err == EACCES;

	if (refused && admin_hint && geteuid() && !has_capability(CAP_SYS_ADMIN))
		return (struct cause){ admin_hint, EXIT_FAILED };
	if (refused && in_user_namespace())
		return (struct cause){ "this is a user namespace (a rootless container?), whose root has no "
				       "rights over the kernel: run it as root of the machine",
				       EXIT_FAILED };
	if (refused && !has_capability(CAP_SYS_ADMIN) &&
	    !(has_capability(CAP_BPF) && has_capability(CAP_PERFMON))) {
		if (geteuid())
			return (struct cause){ has_capability(CAP_BPF) ?
						       "run it with sudo (or grant CAP_PERFMON too)" :
						       "run it with sudo (or grant CAP_BPF and "
						       "CAP_PERFMON)",
					       EXIT_FAILED };
		return (struct cause){ "this root has neither CAP_BPF nor CAP_SYS_ADMIN (a "
				       "container?); start the container with --privileged",
				       EXIT_FAILED };
	}
	if (err == EPERM && geteuid() &&
	    !(has_capability(CAP_NET_ADMIN) && has_capability(CAP_SYS_ADMIN)))
		return (struct cause){ "run it with sudo (or grant CAP_NET_ADMIN too, which BPF for the "
				       "network takes; uprobes take CAP_SYS_ADMIN)",
				       EXIT_FAILED };
	if (err == EACCES && geteuid() && !has_capability(CAP_DAC_READ_SEARCH))
		return (struct cause){ "run it with sudo (or grant CAP_DAC_READ_SEARCH, to read what "
				       "only root may, as tracefs is; uprobes take CAP_SYS_ADMIN)",
				       EXIT_FAILED };
	if (err == EACCES && !has_capability(CAP_SYS_ADMIN) && perf_is_forbidden())
		return (struct cause){ "kernel.perf_event_paranoid is above 2, with which Debian's kernels "
				       "want CAP_SYS_ADMIN: run it with sudo, or set it to 2",
				       EXIT_FAILED };
	/* A program that reads the kernel's memory is then refused by the verifier, with EINVAL. */
	if ((refused || err == EINVAL) &&
	    file_says("/sys/kernel/security/lockdown", "[confidentiality]"))
		return (struct cause){ "the kernel is locked down ([confidentiality] in "
				       "/sys/kernel/security/lockdown), which forbids BPF to read "
				       "the kernel's memory; boot without it",
				       EXIT_SKIPPED };
	if (err == EPERM && !kernel_is_at_least(5, 11) && memlock_is_low())
		return (struct cause){ "kernels before 5.11 charge BPF maps to RLIMIT_MEMLOCK, which "
				       "is low here: ulimit -l unlimited",
				       EXIT_FAILED };
	if ((err == ESRCH || err == ENOENT || err == EINVAL) && missing("/sys/kernel"))
		return (struct cause){ "sysfs is not mounted: mount -t sysfs sysfs /sys", EXIT_FAILED };
	if ((err == ESRCH || err == ENOENT || err == EINVAL) && missing("/sys/kernel/btf/vmlinux"))
		return (struct cause){ "this kernel has no BTF (there is no /sys/kernel/btf/vmlinux); "
				       "it needs CONFIG_DEBUG_INFO_BTF=y",
				       EXIT_SKIPPED };
	if (err == ENOENT && missing("/sys/kernel/tracing/events") &&
	    missing("/sys/kernel/debug/tracing/events"))
		return (struct cause){ "tracefs is not mounted: mount -t tracefs tracefs "
				       "/sys/kernel/tracing",
				       EXIT_FAILED };
	return (struct cause){ NULL, EXIT_FAILED };
}

void die(const char *fmt, ...)
{
	int err = errno;
	struct cause cause = diagnose(err);
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(err));
	if (cause.hint)
		fprintf(stderr, "  hint: %s\n", cause.hint);
	else if (verifier_has_spoken)
		fprintf(stderr, "  hint: the verifier has rejected the program: %s"
				"docs/verifier/README.md explains %s\n",
			options.verbose ? "" : "-v shows its log, ", options.verbose ? "its messages" : "it");
	else if (!options.verbose)
		fprintf(stderr, "  hint: -v shows what libbpf and the verifier say\n");
	exit(cause.status);
}

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILED);
}

void skip(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("skipped: ", fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_SKIPPED);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

bool kernel_is_at_least(int major, int minor)
{
	int this_major = 0, this_minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%d.%d", &this_major, &this_minor);
	return this_major > major || (this_major == major && this_minor >= minor);
}

void need_path(const char *path, const char *what)
{
	if (missing(path) && !missing("/sys/kernel")) /* else, and where it is hidden, a later step says why */
		skip("this kernel has no %s (there is no %s)", what, path);
}

bool tracepoint_exists(const char *category, const char *name)
{
	/* libbpf looks in the same two places; the second is where old systems mount it. */
	static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[256];

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/events", roots[i]);
		if (!exists(path)) {
			if (errno != ENOENT)
				die("cannot read %s", path);
			continue;
		}
		snprintf(path, sizeof(path), "%s/events/%s/%s/id", roots[i], category, name);
		return exists(path);
	}
	errno = ENOENT;
	die("cannot find the kernel's tracepoints");
}
