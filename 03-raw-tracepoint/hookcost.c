// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * What it costs to be called: getppid with nothing attached, with an empty program at the raw
 * tracepoint sys_enter, at the tracepoint raw_syscalls:sys_enter, and at the tracepoint
 * syscalls:sys_enter_getppid.
 *
 *	hookcost [CALLS [ROUNDS]]	50000 and 31
 *
 * Prints for each the ns of one call and what the hook adds to it (medians over rounds in which
 * all four take turns; CPU time, so that other processes disturb little), and the ns that
 * kernel.bpf_stats_enabled measures, in runs of their own: those of the program and of reading the
 * clock, but not of the way to it. Works with bare bpf(2) calls: a program of two instructions
 * needs no libbpf.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "hookcost: cannot %s: %m\n", what);
	exit(1);
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Load "return 0" as a program of this type; return its descriptor. */
static int load_empty(int type)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		die("load a program");
	return fd;
}

/* The attach functions return a descriptor that detaches when it is closed. */
static int attach_raw_tp(int prog, const char *name)
{
	union bpf_attr attr = {
		.raw_tracepoint = { .name = (uintptr_t)name, .prog_fd = prog },
	};
	int fd = bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);

	if (fd < 0)
		die("attach to the raw tracepoint");
	return fd;
}

static int attach_tp(int prog, const char *name)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char path[128];
	FILE *id;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	id = fopen(path, "r");
	if (!id || fscanf(id, "%llu", &attr.config) != 1)
		die("read the id of the tracepoint (is tracefs mounted?)");
	fclose(id);
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_BPF, prog) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		die("attach to the tracepoint");
	return fd;
}

static struct hook {
	const char *title;
	int type;
	int (*attach)(int prog, const char *name);
	const char *name;
	double *ns;    /* of a call, in each round */
	double *added; /* the same less that of "nothing" in the same round */
} hooks[] = {
	{ "nothing", 0, NULL, NULL, NULL, NULL },
	{ "raw_tp/sys_enter", BPF_PROG_TYPE_RAW_TRACEPOINT, attach_raw_tp, "sys_enter", NULL,
	  NULL },
	{ "tp/raw_syscalls/sys_enter", BPF_PROG_TYPE_TRACEPOINT, attach_tp,
	  "raw_syscalls/sys_enter", NULL, NULL },
	{ "tp/syscalls/sys_enter_getppid", BPF_PROG_TYPE_TRACEPOINT, attach_tp,
	  "syscalls/sys_enter_getppid", NULL, NULL },
};
#define HOOKS (int)(sizeof(hooks) / sizeof(*hooks))

static double measure(long calls)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
	for (long i = 0; i < calls; i++)
		syscall(SYS_getppid);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	return ((end.tv_sec - begin.tv_sec) * 1e9 + end.tv_nsec - begin.tv_nsec) / calls;
}

/* The ns of a run of @prog while statistics are kept; less than 0 before Linux 5.8. */
static double run_time(int prog, long calls)
{
	union bpf_attr enable = { .enable_stats = { .type = BPF_STATS_RUN_TIME } };
	struct bpf_prog_info info = {};
	union bpf_attr get = {
		.info = { .bpf_fd = prog, .info_len = sizeof(info), .info = (uintptr_t)&info },
	};
	int stats = bpf(BPF_ENABLE_STATS, &enable);

	if (stats < 0)
		return -1;
	measure(calls);
	close(stats);
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &get))
		die("read what the program took");
	return info.run_cnt ? (double)info.run_time_ns / info.run_cnt : -1;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, long count)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 50000, rounds = argc > 2 ? atol(argv[2]) : 31;
	double program[HOOKS] = {};
	cpu_set_t here;

	if (calls < 1 || rounds < 1) {
		fprintf(stderr, "usage: hookcost [CALLS [ROUNDS]]\n");
		return 2;
	}
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);

	for (long round = 0; round < rounds; round++) {
		for (int i = 0; i < HOOKS; i++) {
			struct hook *hook = &hooks[i];
			int prog = -1, link = -1;

			if (!round) {
				hook->ns = calloc(rounds, sizeof(double));
				hook->added = calloc(rounds, sizeof(double));
				if (!hook->ns || !hook->added)
					die("keep the results");
			}
			if (hook->attach) {
				prog = load_empty(hook->type);
				link = hook->attach(prog, hook->name);
			}
			hook->ns[round] = measure(calls);
			hook->added[round] = hook->ns[round] - hooks[0].ns[round];
			if (hook->attach && round == rounds - 1)
				program[i] = run_time(prog, calls);
			close(link);
			close(prog);
		}
	}

	printf("%-30s %12s %12s %12s\n", "EMPTY PROGRAM AT", "CALL_ns", "ADDED_ns", "PROGRAM_ns");
	for (int i = 0; i < HOOKS; i++) {
		printf("%-30s %12.0f %12.0f", hooks[i].title, median(hooks[i].ns, rounds),
		       median(hooks[i].added, rounds));
		if (hooks[i].attach && program[i] >= 0)
			printf(" %12.0f\n", program[i]);
		else
			printf(" %12s\n", "-");
	}
	return 0;
}
