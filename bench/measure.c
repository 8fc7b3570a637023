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
 *	measure send ADDRESS COUNT
 *		Send datagrams of 64 bytes as fast as it goes; prints the ns of CPU time of one.
 *	measure files COUNT PATH | unlinks COUNT PATH
 *		Open and close that file, or make and remove it; prints the ns of one time.
 *	measure threads COUNT FILE
 *		Have so many threads, which wait; at SIGUSR1 each makes some system calls, and then there is
 *		FILE. Prints nothing; there is FILE at first too, when all are there.
 *	measure stacks COUNT ROUNDS
 *		Page faults from so many places in the program; prints the ns of one.
 *	measure cpu COUNT COMMAND [ARG...]
 *		Run it COUNT times: the CPU time and the time of one, and the largest resident memory.
 *	measure hold IFACE COMMAND [ARG...]
 *		Keep the XDP program of that interface open until SIGINT, then run COMMAND: for a peer
 *		that leaves its program to the kernel.
 *
 * A tool is attached when it holds BPF programs, and the number of its programs, links and perf
 * events has not changed for SETTLE_MS; the time of the last change is its start-up time. That is
 * the same for tools that say so and for those that do not. It needs libbpf for numbers only: the
 * programs of others are found by what /proc/PID/fdinfo says.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "helpers.h"
#include "helpers.skel.h"

#define SETTLE_MS 300
#define ATTACH_S  60 /* longer than any takes, emulated or not */
#define IDLE_MS	  150
#define END_S	  20
#define MAX_PROGS 8192

static pid_t tool; /* that runs, or 0 */

static _Noreturn void die(const char *fmt, ...)
{
	int err = errno;
	va_list args;

	fputs("measure: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, err ? ": %s\n" : "\n", strerror(err));
	if (tool)
		kill(tool, SIGKILL);
	exit(1);
}

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void sleep_ms(double ms)
{
	usleep(ms * 1000);
}

/* ---- The tool and what it holds ---- */

/* Start it with stdout and stderr there; -1 for the stdout is the pipe whose end is returned. */
static int start(const char *command, const char *out, const char *err)
{
	int pipe_fds[2] = { -1, -1 };

	if (!out && pipe(pipe_fds))
		die("pipe");
	tool = fork();
	if (tool < 0)
		die("fork");
	if (!tool) {
		int fd = out ? open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644) : pipe_fds[1];

		prctl(PR_SET_PDEATHSIG, SIGINT); /* should we be killed */
		dup2(fd, 1);
		dup2(open(err, O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
		dup2(open("/dev/null", O_RDONLY), 0);
		closefrom(3);
		execl(command, command, NULL);
		_exit(127);
	}
	if (!out) {
		close(pipe_fds[1]);
		fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
	}
	return pipe_fds[0];
}

static bool ended(void)
{
	siginfo_t info = {};

	return !waitid(P_PID, tool, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* How many BPF programs, and how many programs, links and perf events in all, the tool holds. */
static int count_held(int *all)
{
	char path[64], name[64];
	struct dirent *entry;
	int programs = 0;
	DIR *dir;

	*all = 0;
	snprintf(path, sizeof(path), "/proc/%d/fd", tool);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, name, sizeof(name) - 1);

		if (len < 0)
			continue;
		name[len] = 0;
		programs += !strcmp(name, "anon_inode:bpf-prog");
		*all += !strcmp(name, "anon_inode:bpf-prog") || !strncmp(name, "anon_inode:bpf_link", 19) ||
			!strcmp(name, "anon_inode:[perf_event]");
	}
	closedir(dir);
	return programs;
}

/* Wait until the tool is attached. Returns the ms since @begin when it was. */
static double wait_attached(double begin)
{
	double changed = begin;
	int before = 0;

	while (now_ms() < begin + ATTACH_S * 1e3) {
		int all, programs = count_held(&all);

		if (all != before) {
			before = all;
			changed = now_ms();
		}
		if (programs && all > programs && now_ms() > changed + SETTLE_MS)
			return changed - begin;
		/* A program may be attached by what is no file: netlink, or another's hands. */
		if (programs && now_ms() > changed + 5 * SETTLE_MS)
			return changed - begin;
		errno = 0;
		if (ended())
			die("it ended before it was attached");
		sleep_ms(programs ? 0.2 : 0.5);
	}
	errno = 0;
	die("it was not attached after %d s", ATTACH_S);
}

/* The ids of the programs that the tool holds, each once. */
static int find_programs(__u32 *ids)
{
	char path[300], line[256];
	struct dirent *entry;
	int count = 0, i;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", tool);
	dir = opendir(path);
	if (!dir)
		die("%s", path);
	while ((entry = readdir(dir))) {
		FILE *file;
		__u32 id;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", tool, entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			if (sscanf(line, "prog_id: %u", &id) != 1 || !id)
				continue;
			for (i = 0; i < count && ids[i] != id; i++)
				;
			if (i == count && count < MAX_PROGS)
				ids[count++] = id;
		}
		if (file)
			fclose(file);
	}
	closedir(dir);
	return count;
}

static int open_program(__u32 id, struct bpf_prog_info *info)
{
	__u32 size = sizeof(*info);
	int fd = bpf_prog_get_fd_by_id(id);

	memset(info, 0, size);
	if (fd < 0 || bpf_prog_get_info_by_fd(fd, info, &size))
		die("program %u", id);
	return fd;
}

/* What they have taken, ns, and how often they were run, so far. */
static void add_stats(const __u32 *ids, int count, long long *ns, long long *runs)
{
	struct bpf_prog_info info;

	*ns = *runs = 0;
	for (int i = 0; i < count; i++) {
		close(open_program(ids[i], &info));
		*ns += info.run_time_ns;
		*runs += info.run_cnt;
	}
}

/* The tool's CPU time so far, ns, of its first thread: exact, where ticks would be 10 ms. */
static long long cpu_ns(void)
{
	long long ns = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", tool);
	file = fopen(path, "r");
	if (file) {
		if (fscanf(file, "%lld", &ns) != 1)
			ns = 0;
		fclose(file);
	}
	return ns;
}

/* What the maps that the tool holds take in the kernel, KiB, as it reckons. */
static long maps_kib(void)
{
	char path[300], line[256];
	struct dirent *entry;
	long total = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", tool);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		long bytes = 0, type = -1;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", tool, entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			sscanf(line, "map_type: %ld", &type);
			sscanf(line, "memlock: %ld", &bytes);
		}
		if (file)
			fclose(file);
		if (type >= 0)
			total += bytes;
	}
	if (dir)
		closedir(dir);
	return total / 1024;
}

/* The largest resident memory so far, KiB. */
static long peak_kib(void)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tool);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "VmHWM: %ld", &kib);
	if (file)
		fclose(file);
	return kib;
}

/* Wait until the tool has read what is there: until it takes hardly any CPU time. */
static void wait_idle(void)
{
	double end = now_ms() + END_S * 1e3;
	long long before = -1;

	while (now_ms() < end && cpu_ns() - before > 2000000) {
		before = cpu_ns();
		sleep_ms(IDLE_MS);
	}
}

/* End the tool as Ctrl-C does, and return its CPU time, ns; its own time for that is not limited
 * by a peer's manners: after END_S it is killed. */
static long long stop(int *status)
{
	double end = now_ms() + END_S * 1e3;
	struct rusage usage;

	kill(tool, SIGINT);
	while (!ended() && now_ms() < end)
		sleep_ms(2);
	kill(tool, SIGKILL);
	while (wait4(tool, status, 0, &usage) < 0)
		if (errno != EINTR)
			die("wait");
	tool = 0;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

/* Run a workload: the number in the last line that it prints. */
static double run(const char *command)
{
	int fds[2], status = -1;
	char line[256];
	double ns = -1;
	FILE *file;
	pid_t pid;

	if (pipe(fds))
		die("pipe");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], 1);
		closefrom(3);
		execl(command, command, NULL);
		_exit(127);
	}
	close(fds[1]);
	file = fdopen(fds[0], "r");
	while (file && fgets(line, sizeof(line), file))
		ns = atof(line);
	if (!file || pid < 0 || waitpid(pid, &status, 0) != pid || status || ns < 0) {
		errno = 0;
		die("the workload failed: %s", command);
	}
	fclose(file);
	return ns;
}

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

static int send_packets(const char *address, long count)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct timespec begin, end;
	char data[64] = "";

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || connect(fd, (void *)&to, sizeof(to)))
		die("%s", address);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (long i = 0; i < count; i++)
		if (send(fd, data, sizeof(data), 0) < 0 && errno != ENOBUFS)
			die("send");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%.1f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + end.tv_nsec - begin.tv_nsec) / count);
	return 0;
}

static int files(long count, const char *path, bool make)
{
	double begin = now_ms();

	for (long i = 0; i < count; i++) {
		int fd = open(path, make ? O_WRONLY | O_CREAT : O_RDONLY, 0644);

		if (fd < 0 || close(fd) || (make && unlink(path)))
			die("%s", path);
	}
	printf("%.1f\n", (now_ms() - begin) * 1e6 / count);
	return 0;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int generation, done;

static void *wait_for_turns(void *unused)
{
	pthread_mutex_lock(&lock);
	for (int seen = 0;; seen = generation) {
		done++;
		while (generation == seen)
			pthread_cond_wait(&changed, &lock);
	}
	return NULL;
}

static int threads(int count, const char *path)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 * 1024);
	pthread_attr_setguardsize(&attr, 0); /* each guard page would be a mapping, and these are limited */
	for (int i = 0; i < count; i++) {
		errno = pthread_create(&thread, &attr, wait_for_turns, NULL);
		if (errno)
			die("thread %d", i);
	}
	for (;;) {
		for (int all = 0; all < count; sleep_ms(5)) {
			pthread_mutex_lock(&lock);
			all = done;
			pthread_mutex_unlock(&lock);
		}
		close(open(path, O_WRONLY | O_CREAT, 0644));
		sigwait(&set, &sig);
		pthread_mutex_lock(&lock);
		generation++;
		done = 0;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
}

/* Each place is a way of @depth steps to the left or right: a stack of its own. */
static volatile char *page;

static void __attribute__((noinline, noclone)) left(int way, int depth);
static void __attribute__((noinline, noclone)) right(int way, int depth)
{
	if (depth == 0)
		*page = 1;
	else
		(way & 1 ? right : left)(way >> 1, depth - 1);
	asm volatile(""); /* no tail call, which would leave no frame */
}

static void left(int way, int depth)
{
	if (depth == 0)
		*page = 1;
	else
		(way & 1 ? right : left)(way >> 1, depth - 1);
	asm volatile("");
}

static int stacks(int count, int rounds)
{
	const int pages = 256;
	char *memory = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double begin = now_ms();
	int used = 0;

	if (memory == MAP_FAILED)
		die("mmap");
	madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
	for (int i = 0; i < rounds; i++)
		for (int way = 0; way < count; way++) {
			page = memory + 4096 * used++;
			left(way, 17);
			if (used == pages)
				madvise(memory, pages * 4096, MADV_DONTNEED);
			used %= pages;
		}
	printf("%.1f\n", (now_ms() - begin) * 1e6 / count / rounds);
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
		(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3) / count, usage.ru_maxrss);
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
	if (!strcmp(mode, "send") && argc == 4)
		return send_packets(argv[2], atol(argv[3]));
	if (!strcmp(mode, "hold") && argc > 3)
		return hold(argv[2], argv + 3);
	if ((!strcmp(mode, "files") || !strcmp(mode, "unlinks")) && argc == 4)
		return files(atol(argv[2]), argv[3], mode[0] == 'u');
	if (!strcmp(mode, "threads") && argc == 4)
		return threads(atoi(argv[2]), argv[3]);
	if (!strcmp(mode, "stacks") && argc == 4)
		return stacks(atoi(argv[2]), atoi(argv[3]));
	if (!strcmp(mode, "cpu") && argc > 3)
		return cpu(atoi(argv[2]), argv + 3);
	fprintf(stderr, "usage: measure trace|packet|flood|latency|helpers|send|hold ... (see measure.c)\n");
	return 2;
}
