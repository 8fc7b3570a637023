// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * sweep [-v] CGROUP OBJECT...: does this kernel load and attach each program of these BPF objects?
 *
 * The objects are CLANG/DIRECTORY/NAME.bpf.o. Prints a line for each program, tab-separated:
 *
 *	DIRECTORY/NAME  PROGRAM  SECTION  CLANG  KERNEL  VERDICT  INSTRUCTIONS  ATTACHED
 *
 * KERNEL is its series and flavor ("6.12-cloud-amd64"). VERDICT is "loads" or the errno.
 * INSTRUCTIONS is how many the verifier processed, 0 if the program does not load. ATTACHED is
 * "attaches" or the errno, or "-" where that was not tried: only the program's own loader knows what
 * to attach it to, or another clang built it than the first object. Each program is judged alone,
 * with the constants and sizes of maps that its source has.
 * Programs for network interfaces are attached to lo, which should be that of a new network
 * namespace, and those for cgroups to CGROUP, which should be new and empty. -v shows what libbpf
 * and the verifier say when a program does not load.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "example.h"

#define LOG_SIZE 4096 /* for the verifier's statistics */

static int cgroup = -1;
static unsigned int lo;
static char kernel[sizeof(((struct utsname *)NULL)->release)];
static bool verbose;

/*
 * The linker puts these in the place of libbpf's (--wrap), which would read the kernel's BTF for
 * every object: half of the time that this takes of its own. A libbpf.so is not affected.
 */
struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);
void __wrap_btf__free(struct btf *btf);
static struct btf *vmlinux;

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (!vmlinux)
		vmlinux = __real_btf__load_vmlinux_btf();
	return vmlinux;
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf != vmlinux)
		__real_btf__free(btf);
}

/* Let @prog be for some function, if its section does not say for which. */
static void choose_function(struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);
	const char *function = "security_file_open";

	switch (bpf_program__expected_attach_type(prog)) {
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
		break;
	default:
		return;
	}
	if (strchr(section, '/'))
		return;
	if (strchr(section, '.')) /* sleepable, as system calls are */
#if defined(__x86_64__)
		function = "__x64_sys_close";
#elif defined(__aarch64__)
		function = "__arm64_sys_close";
#endif
	bpf_program__set_attach_target(prog, 0, function);
}

/* Attach @prog as a filter of tc, and away with it again. Returns a negative errno on failure. */
static int attach_tc(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = lo, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(prog));
	int err = bpf_tc_hook_create(&hook);

	if (err)
		return err;
	err = bpf_tc_attach(&hook, &opts);
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS; /* all of the qdisc */
	bpf_tc_hook_destroy(&hook);
	return err;
}

/* The same as a filter of a socket. */
static int attach_socket(const struct bpf_program *prog)
{
	int fd = bpf_program__fd(prog), sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = setsockopt(sock, SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)) ? -errno : 0;

	close(sock);
	return err;
}

/* To a clock that ticks while this process runs. */
static struct bpf_link *attach_perf_event(const struct bpf_program *prog)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000 * 1000 * 1000,
	};
	int event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	struct bpf_link *link = bpf_program__attach_perf_event(prog, event);

	if (!link && event >= 0)
		close(event);
	return link;
}

static struct bpf_link *attach_to_netns(const struct bpf_program *prog)
{
	int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct bpf_link *link = bpf_program__attach_netns(prog, netns);

	close(netns);
	return link;
}

/* Attach @prog and detach it. Returns what is to be said of it. */
static const char *try_attach(const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_netfilter_opts, netfilter, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
		    .priority = 1);
	enum bpf_attach_type attach_type = bpf_program__expected_attach_type(prog);
	struct bpf_link *link = NULL;
	int err = 0;

	errno = 0;
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_XDP:
		if (attach_type != BPF_XDP) /* for an entry of a map */
			return "-";
		link = bpf_program__attach_xdp(prog, lo);
		break;
	case BPF_PROG_TYPE_SCHED_CLS:
		if (attach_type == BPF_NETKIT_PRIMARY || attach_type == BPF_NETKIT_PEER)
			return "-";
		if (attach_type == BPF_TCX_INGRESS || attach_type == BPF_TCX_EGRESS)
			link = bpf_program__attach_tcx(prog, lo, NULL);
		else
			err = attach_tc(prog);
		break;
	case BPF_PROG_TYPE_SOCKET_FILTER:
		err = attach_socket(prog);
		break;
	case BPF_PROG_TYPE_PERF_EVENT:
		link = attach_perf_event(prog);
		break;
	case BPF_PROG_TYPE_NETFILTER:
		link = bpf_program__attach_netfilter(prog, &netfilter);
		break;
	case BPF_PROG_TYPE_FLOW_DISSECTOR:
	case BPF_PROG_TYPE_SK_LOOKUP:
		link = attach_to_netns(prog);
		break;
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_SOCK_OPS:
		link = bpf_program__attach_cgroup(prog, cgroup);
		break;
	default:
		if (attach_type == BPF_LSM_CGROUP)
			link = bpf_program__attach_cgroup(prog, cgroup);
		else if (strchr(bpf_program__section_name(prog), '/')) /* it says to what */
			link = bpf_program__attach(prog);
		else
			return "-";
		/* Some iterators want a map or a cgroup. */
		if (!link && attach_type == BPF_TRACE_ITER && (errno == EINVAL || errno == EBADF))
			return "-";
		if (!link && errno == EOPNOTSUPP) /* libbpf attaches no such programs by itself */
			return "-";
	}
	if (!link && !err)
		err = -errno;
	bpf_link__destroy(link);
	return err ? error_name(-err) : "attaches";
}

/* Print the line of @prog, whose load ended with @err; @log is the verifier's. */
static void print_program(const char *path, const struct bpf_program *prog, int err,
			  const char *log)
{
	static char first_clang[32]; /* what attaches does not depend on the compiler: try it once */
	const char *processed = strstr(log, "processed ");
	char clang[sizeof(first_clang)], name[128];

	if (sscanf(strstr(path, "clang-") ?: "", "%31[^/]/%127[^.]", clang, name) != 2)
		fail("%s is not CLANG/DIRECTORY/NAME.bpf.o", path);
	if (!*first_clang)
		strcpy(first_clang, clang);
	printf("%s\t%s\t%s\t%s\t%s\t%s\t%ld\t%s\n", name, bpf_program__name(prog),
	       bpf_program__section_name(prog), clang, kernel, err ? error_name(-err) : "loads",
	       processed && !err ? strtol(processed + strlen("processed "), NULL, 10) : 0,
	       err || strcmp(clang, first_clang) ? "-" : try_attach(prog));
	fflush(stdout);
}

/* Has this kernel maps of @type? The loaders of examples have others where it has not. */
static bool has_maps_of(enum bpf_map_type type)
{
	static char known[64]; /* 1 + the answer */

	if (type >= sizeof(known))
		return true;
	if (!known[type])
		known[type] = 1 + (libbpf_probe_bpf_map_type(type, NULL) != 0);
	return known[type] - 1;
}

/*
 * Load the object at @path with its @only program, or with all if that is -1, and print their
 * lines. Returns how many programs the object has, or a negative number, having printed
 * nothing, if not all load together.
 */
static int load(const char *path, int only)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);
	struct bpf_program *prog;
	struct bpf_map *map;
	int err, i, count = 0;
	char *logs;

	if (!obj)
		die("cannot open %s", path);
	bpf_object__for_each_program(prog, obj)
		count++;
	logs = calloc(count, LOG_SIZE);
	if (!logs)
		die("cannot allocate memory");
	i = 0;
	bpf_object__for_each_program(prog, obj) {
		bpf_program__set_autoload(prog, only < 0 || only == i);
		if (bpf_program__autoload(prog))
			choose_function(prog);
		if (!verbose) {
			bpf_program__set_log_level(prog, 4 /* BPF_LOG_STATS */);
			bpf_program__set_log_buf(prog, logs + i * LOG_SIZE, LOG_SIZE);
		}
		i++;
	}
	bpf_object__for_each_map(map, obj)
		bpf_map__set_autocreate(map, has_maps_of(bpf_map__type(map)));
	err = bpf_object__load(obj);
	i = 0;
	if (!err || only >= 0)
		bpf_object__for_each_program(prog, obj) {
			if (bpf_program__autoload(prog))
				print_program(path, prog, err, logs + i * LOG_SIZE);
			i++;
		}
	bpf_object__close(obj);
	free(logs);
	return err && only < 0 ? -count : count;
}

static int print_if_verbose(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return verbose && level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

/* Set @kernel: "6.12-cloud-amd64" of 6.12.95+deb12-cloud-amd64, "5.10-amd64" of 5.10.0-32-amd64. */
static void name_kernel(void)
{
	struct utsname name;
	const char *flavor;
	int major, minor;

	uname(&name);
	flavor = strchr(name.release, '-');
	if (flavor && isdigit(flavor[1]))
		flavor = strchr(flavor + 1, '-');
	if (sscanf(name.release, "%d.%d", &major, &minor) != 2)
		fail("what release is %s?", name.release);
	snprintf(kernel, sizeof(kernel), "%d.%d%s", major, minor, flavor ? flavor : "");
}

int main(int argc, char **argv)
{
	int count;

	if (argc > 1 && !strcmp(argv[1], "-v")) {
		verbose = true;
		argv++;
	}
	if (!argv[1] || !argv[2])
		fail("usage: sweep [-v] CGROUP OBJECT...");
	libbpf_set_print(print_if_verbose);
	name_kernel();
	lo = if_nametoindex("lo");
	cgroup = open_cgroup(argv[1]);
	for (argv += 2; *argv; argv++) {
		count = load(*argv, -1);
		for (int i = 0; i < -count; i++)
			load(*argv, i);
	}
	return 0;
}
