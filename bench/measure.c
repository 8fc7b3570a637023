// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What a shell cannot measure well. TOOL, WORKLOAD, LOAD and TRIGGER are programs (or scripts) that
 * are run without arguments. One line of JSON for each:
 *
 *	measure trace EVENTS OUT ERR TOOL WORKLOAD
 *		Start TOOL with its output in the files OUT and ERR, wait until it is attached, run WORKLOAD
 *		twice, which makes EVENTS events and prints the ns of one, and end TOOL. The first time is
 *		what the workload feels; the second has the kernel's statistics on, which cost something
 *		themselves, and is what the programs take.
 *	measure packet REPEAT HEX OUT ERR TOOL
 *		The same, but run TOOL's programs on that packet by BPF_PROG_TEST_RUN.
 *	measure flood OUT ERR TOOL WORKLOAD
 *		The same, once: what is lost is then for TOOL to say.
 *	measure latency COUNT MARKED TOOL LOAD TRIGGER
 *		Start TOOL with its output in a pipe, and LOAD, if it is not empty, in the background. COUNT
 *		times run TRIGGER, and see after which time its line can be read: one that has TRIGGER's
 *		$MARK in it if MARKED is 1, else any.
 *	measure helpers
 *		The ns that a call of each helper takes (helpers.bpf.c).
 *	measure cpu COUNT COMMAND [ARG...]
 *		Run it COUNT times: the CPU time and the time of one, and the largest resident memory.
 *	measure hold IFACE COMMAND [ARG...]
 *		Keep the XDP program of that interface open until SIGINT, then run COMMAND: for a peer
 *		that leaves its program to the kernel.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "clock.h"
#include "helpers.h"
#include "helpers.skel.h"
#include "tool.h"

/* ---- The measurements ---- */

static int trace(long events, const char *out, const char *err, const char *command,
		 const char *workload)
{
	long long ns0, runs0, ns, runs, cpu, cpu0;
	double begin = now_ms(), start_ms, end_ms, felt, with_stats;
	static __u32 ids[MAX_PROGS];
	int count, stats, status;
	long kib, maps;

	start(command, out, err);
	start_ms = wait_attached(begin);
	count = find_programs(ids);
	cpu0 = cpu_ns();
	felt = run(workload);
	wait_idle();
	cpu = cpu_ns() - cpu0;

	stats = bpf_enable_stats(BPF_STATS_RUN_TIME); /* until it is closed, so by our end */
	if (stats < 0)
		die("BPF_ENABLE_STATS");
	add_stats(ids, count, &ns0, &runs0);
	with_stats = run(workload);
	add_stats(ids, count, &ns, &runs);
	close(stats);
	wait_idle();
	kib = peak_kib();
	maps = maps_kib();
	end_ms = now_ms();
	stop(&status);
	end_ms = now_ms() - end_ms;
	printf("{\"start_ms\": %.1f, \"felt_ns\": %.1f, \"felt_with_stats_ns\": %.1f, \"kernel_ns\": %.1f, "
	       "\"runs\": %.2f, \"cpu_ns\": %.1f, \"rss_kib\": %ld, \"maps_kib\": %ld, "
	       "\"end_ms\": %.1f, \"programs\": %d}\n",
	       start_ms, felt, with_stats, (double)(ns - ns0) / events, (double)(runs - runs0) / events,
	       (double)cpu / events, kib, maps, end_ms, count);
	return 0;
}

static int packet(int repeat, const char *hex, const char *out, const char *err, const char *command)
{
	static __u32 ids[MAX_PROGS];
	unsigned char bytes[2048];
	int count, size = 0, status;
	double total = 0;

	for (; isxdigit(hex[0]) && isxdigit(hex[1]) && size < (int)sizeof(bytes); hex += 2)
		sscanf(hex, "%2hhx", &bytes[size++]);
	start(command, out, err);
	wait_attached(now_ms());
	count = find_programs(ids);
	printf("{\"programs\": {");
	for (int i = 0, shown = 0; i < count; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = size,
			    .repeat = repeat);
		struct bpf_prog_info info;
		int fd = open_program(ids[i], &info);

		if (bpf_prog_test_run_opts(fd, &opts))
			die("BPF_PROG_TEST_RUN of %s", info.name);
		close(fd);
		total += opts.duration;
		printf("%s\"%s\": %u", shown++ ? ", " : "", info.name, opts.duration);
	}
	printf("}, \"packet_ns\": %.0f}\n", total);
	stop(&status);
	return 0;
}

static int compare(const void *a, const void *b)
{
	double diff = *(const double *)a - *(const double *)b;

	return diff < 0 ? -1 : diff > 0;
}

/* Run a program in the background, with nothing to say. */
static pid_t spawn(char *const command[])
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(open("/dev/null", O_RDWR), 1);
		setpgid(0, 0);
		execvp(*command, command);
		_exit(127);
	}
	return pid;
}

/* Read what there is. Is @mark in it, or, without a mark, anything? */
static bool read_mark(int fd, const char *mark)
{
	static char buf[1 << 20];
	static size_t kept; /* a line may come in two pieces */
	bool found = false;
	ssize_t n;

	while ((n = read(fd, buf + kept, sizeof(buf) - kept)) > 0) {
		found |= !mark || memmem(buf, kept + n, mark, strlen(mark));
		kept += n;
		if (kept > 4096) {
			memmove(buf, buf + kept - 4096, 4096);
			kept = 4096;
		}
	}
	return found;
}

static int latency(int count, bool marked, const char *command, char *load, char *trigger)
{
	double *all = calloc(count, sizeof(*all));
	int status, fd = start(command, NULL, "/dev/null");
	pid_t loader;

	/* Its reads here keep the pipe from filling up, so that it can get as far as attached. */
	wait_attached(now_ms());
	loader = *load ? spawn((char *const[]){ load, NULL }) : 0;
	for (int i = 0; i < count; i++) {
		double begin, end = now_ms() + 120 + 37 * i % 100; /* each at another phase */
		char mark[32];
		pid_t pid;

		snprintf(mark, sizeof(mark), "bench-%d-%d", getpid(), i);
		setenv("MARK", mark, 1);
		for (; now_ms() < end; sleep_ms(1))
			read_mark(fd, NULL);
		begin = now_ms();
		pid = spawn((char *const[]){ trigger, NULL });
		while (!read_mark(fd, marked ? mark : NULL)) {
			struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

			errno = 0;
			if (now_ms() > begin + 5000)
				die("no event to read in 5 s: %s", command);
			poll(&poll_fd, 1, 10);
		}
		all[i] = now_ms() - begin;
		waitpid(pid, NULL, 0);
	}
	if (loader) {
		kill(-loader, SIGKILL);
		waitpid(loader, NULL, 0);
	}
	fcntl(fd, F_SETFL, 0);
	close(fd);
	stop(&status);
	qsort(all, count, sizeof(*all), compare);
	printf("{\"latency_ms\": %.1f, \"max_ms\": %.1f, \"count\": %d}\n", all[count / 2],
	       all[count - 1], count);
	return 0;
}

static int flood(const char *out, const char *err, const char *command, const char *workload)
{
	int status;
	double ns;

	start(command, out, err);
	wait_attached(now_ms());
	ns = run(workload);
	wait_idle();
	stop(&status);
	printf("{\"flood_ns\": %.1f}\n", ns);
	return 0;
}

static int ignore(void *ctx, void *data, size_t size)
{
	return 0;
}

static int helpers(void)
{
	struct helpers *skel = helpers__open_and_load();
	struct bpf_program *prog;
	struct ring_buffer *ring;
	double loop = 0;

	if (!skel)
		die("cannot load helpers.bpf.o");
	ring = ring_buffer__new(bpf_map__fd(skel->maps.ring), ignore, NULL, NULL);
	if (!ring)
		die("the ring buffer");
	printf("{");
	bpf_object__for_each_program(prog, skel->obj) {
		const char *name = bpf_program__name(prog);
		unsigned char frame[64] = { [12] = 8, [14] = 0x45, [23] = 6 }; /* TCP over IPv4 */
		unsigned long long args[2] = {};
		double ns[21];

		for (int i = 0; i < 21; i++) {
			LIBBPF_OPTS(bpf_test_run_opts, opts);

			if (bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT) {
				opts.ctx_in = args;
				opts.ctx_size_in = sizeof(args);
			} else {
				opts.data_in = frame;
				opts.data_size_in = sizeof(frame);
			}

			if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
				die("BPF_PROG_TEST_RUN of %s", name);
			ns[i] = (double)skel->bss->took_ns / CALLS;
			ring_buffer__consume(ring);
		}
		qsort(ns, 21, sizeof(*ns), compare);
		if (!strcmp(name, "loop"))
			loop = ns[10];
		else
			printf("\"%s\": %.1f, ", name, ns[10] > loop ? ns[10] - loop : 0);
	}
	printf("\"loop\": %.1f}\n", loop);
	ring_buffer__free(ring);
	helpers__destroy(skel);
	return 0;
}

static int cpu(int count, char *const command[])
{
	double begin = now_ms();
	struct rusage usage;

	for (int i = 0; i < count; i++)
		waitpid(spawn(command), NULL, 0);
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("{\"wall_ms\": %.1f, \"cpu_ns\": %.0f, \"rss_kib\": %ld}\n", (now_ms() - begin) / count,
	       ((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
		(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3) /
		       count,
	       usage.ru_maxrss);
	return 0;
}

static int hold(const char *iface, char *const command[])
{
	__u32 id = 0;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (bpf_xdp_query_id(if_nametoindex(iface), 0, &id) || bpf_prog_get_fd_by_id(id) < 0)
		die("the XDP program of %s", iface);
	sigwait(&set, &sig);
	execvp(*command, command);
	die("%s", *command);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	signal(SIGINT, SIG_DFL); /* a shell's background jobs ignore it, and so would the tool */
	if (!strcmp(mode, "trace") && argc == 7)
		return trace(atol(argv[2]), argv[3], argv[4], argv[5], argv[6]);
	if (!strcmp(mode, "packet") && argc == 7)
		return packet(atoi(argv[2]), argv[3], argv[4], argv[5], argv[6]);
	if (!strcmp(mode, "flood") && argc == 6)
		return flood(argv[2], argv[3], argv[4], argv[5]);
	if (!strcmp(mode, "latency") && argc == 7)
		return latency(atoi(argv[2]), atoi(argv[3]), argv[4], argv[5], argv[6]);
	if (!strcmp(mode, "helpers") && argc == 2)
		return helpers();
	if (!strcmp(mode, "hold") && argc > 3)
		return hold(argv[2], argv + 3);
	if (!strcmp(mode, "cpu") && argc > 3)
		return cpu(atoi(argv[2]), argv + 3);
	fprintf(stderr, "usage: measure trace|packet|flood|latency|helpers|cpu|hold ... (see measure.c)\n");
	return 2;
}
