// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Perf events on every CPU, also on those that come online later. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "example.h"
#include "events.h"

const struct source sources[SOURCES] = {
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "cpu-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
	{ "page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
};

int clocks;

static struct cpu {
	struct bpf_link *link; /* NULL: it is not sampled */
	int fd;		       /* the link's */
	__u64 enabled_ns;      /* for how long its event has been switched on, at the last look */
} * cpus;
static int max_cpus;
static struct bpf_program *program;
static const struct rate *rate;

long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long number = 0;

	if (file) {
		if (fscanf(file, "%ld", &number) != 1)
			number = 0;
		fclose(file);
	}
	return number;
}

/* Have @source interrupt CPU @cpu. Returns a file descriptor, or -1 and errno. */
static int open_source(const struct source *source, int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = source->type,
		.config = source->config,
		.freq = rate->frequency != 0,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED,
		.sample_freq = rate->frequency ? rate->frequency : rate->period,
	};

	/*
	 * All processes on one CPU, also for -p. An event for one process would be cheaper,
	 * but it sees only one thread, and those that this thread starts later if they
	 * inherit it, which not every event can.
	 */
	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static _Noreturn void die_of_source(const struct source *source, int cpu)
{
	const char *path = "/proc/sys/kernel/perf_event_max_sample_rate";
	int err = errno;
	long max = read_number(path);

	if (err == EINVAL && max && rate->frequency > max)
		fail("this kernel takes at most %ld samples a second, not %ld\n"
		     "  hint: %s is the limit",
		     max, rate->frequency, path);
	if (source == CYCLES && (err == ENOENT || err == EOPNOTSUPP))
		skip("this machine counts no CPU cycles, as most virtual machines; "
		     "-e cpu-clock goes everywhere");
	errno = err;
	die("cannot sample %s on CPU %d", source->name, cpu);
}

/* Returns a perf event that interrupts CPU @cpu, or -1 if that CPU has gone offline. */
static int open_event(int cpu)
{
	const struct source *source = rate->source ? rate->source : CYCLES;
	int fd = open_source(source, cpu);

	/* Each CPU for itself: the small cores of some machines count only in their own way. */
	if (fd < 0 && !rate->source && (errno == ENOENT || errno == EOPNOTSUPP)) {
		source = CPU_CLOCK;
		fd = open_source(source, cpu);
		clocks += fd >= 0;
	}
	if (fd < 0 && errno != ENODEV)
		die_of_source(source, cpu);
	return fd;
}

static void detach(struct cpu *cpu)
{
	bpf_link__destroy(cpu->link);
	cpu->link = NULL;
}

/* The kernel's time for which the event of @cpu was on stands still when it has switched it off. */
static bool is_on(struct cpu *cpu)
{
	struct {
		__u64 count, enabled_ns;
	} now;
	bool on = read(cpu->fd, &now, sizeof(now)) == sizeof(now) && now.enabled_ns != cpu->enabled_ns;

	cpu->enabled_ns = now.enabled_ns;
	return on;
}

static void sample(int number)
{
	struct cpu *cpu = &cpus[number];

	if (cpu->link && is_on(cpu))
		return;
	detach(cpu);
	cpu->fd = open_event(number);
	if (cpu->fd < 0)
		return;
	/* The link owns fd from now on. A kill -9 closes both, and all is undone. */
	cpu->link = bpf_program__attach_perf_event(program, cpu->fd);
	if (!cpu->link)
		die("cannot attach to the perf event of CPU %d", number);
	cpu->enabled_ns = 0;
}

void follow_cpus(void)
{
	FILE *online = fopen("/sys/devices/system/cpu/online", "re");
	int first, last, next = 0;

	while (online && fscanf(online, "%d", &first) == 1) { /* 0-3,6,8-11 */
		last = first;
		if (fscanf(online, "-%d", &last) < 0 && ferror(online))
			break;
		for (; next < first && next < max_cpus; next++)
			detach(&cpus[next]);
		for (; next <= last && next < max_cpus; next++)
			sample(next);
		fgetc(online);
	}
	if (!online)
		return;
	for (; next < max_cpus; next++)
		detach(&cpus[next]);
	fclose(online);
}

int attach_cpus(struct bpf_program *on_sample, const struct rate *how_often)
{
	int count = 0;

	program = on_sample;
	rate = how_often;
	max_cpus = possible_cpus();
	cpus = calloc(max_cpus, sizeof(*cpus));
	if (!cpus)
		die("cannot hold the links");
	errno = ENOENT;
	follow_cpus();
	for (int i = 0; i < max_cpus; i++)
		count += cpus[i].link != NULL;
	if (!count)
		die("cannot read /sys/devices/system/cpu/online");
	return count;
}

void detach_cpus(void)
{
	for (int i = 0; i < max_cpus; i++)
		detach(&cpus[i]);
	free(cpus);
	max_cpus = 0;
}
