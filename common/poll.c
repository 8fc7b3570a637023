// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* From attached to stopped: the loop around a buffer, and what ends it. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include "example.h"
#include "internal.h"

/*
 * How often to look for records that nobody announced, since headers/example.bpf.h wakes
 * the reader for a good batch only. It is the longest that an event, a signal, the end of
 * --duration or a closed pipe waits to be noticed.
 */
#define LOOK_MS 100

/* Records between two looks at running(): in a flood the buffer is never empty, and the output may
 * be slow. */
#define BATCH 512

static volatile sig_atomic_t stopped;
static bool nobody_reads;	    /* stdout is a pipe, and the other end is closed */
static unsigned long long start_ns; /* when attached() was called */
static double deadline;		    /* by now(); 0 is never */

unsigned long long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

static double now(void)
{
	return now_ns() / 1e9;
}

static void stop(int sig)
{
	stopped = 1;
}

void catch_signals(void)
{
	/*
	 * SA_RESTART: a write that the signal interrupts still writes all. Polls end
	 * anyway (signal(7)). SA_RESETHAND: the second Ctrl-C kills, should the first
	 * find the tool stuck, in a write to a pipe that nobody reads.
	 */
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART | SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* so that a closed pipe, too, ends in the usual cleaning up */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
}

void attached(const char *fmt, ...)
{
	char text[2 * PATH_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fprintf(stderr, "%s: attached to ", program_invocation_short_name);
	print_text(stderr, text, sizeof(text));
	fprintf(stderr, "; Ctrl-C to stop\n");
	flush_output(); /* the header */
	start_ns = now_ns();
	if (options.duration)
		deadline = start_ns / 1e9 + options.duration;
}

bool running(void)
{
	return !stopped && !(deadline && now() >= deadline);
}

/* The milliseconds until the next look, or until the deadline if that is sooner. */
static int next_look_ms(void)
{
	double left = deadline ? (deadline - now()) * 1000 : LOOK_MS;

	return left < 0 ? 0 : left < LOOK_MS ? left + 1 :
					       LOOK_MS;
}

void flush_output(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	/* Once a write has failed, stdio's error flag stays set, and errno is soon another's. */
	if (nobody_reads)
		return;
	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		nobody_reads = errno == EPIPE;
		if (!errno) /* an earlier write has failed, and nobody knows why any more */
			errno = EIO;
	}
	/* A pipe that nobody reads says so even while there is nothing to write. */
	if (poll(&out, 1, 0) == 1 && out.revents & POLLERR)
		nobody_reads = true;
	if (nobody_reads)
		stopped = 1;
	else if (ferror(stdout))
		die("cannot write the output");
}

/* Hand at most BATCH records to their callbacks; return how many there were. Less than BATCH means
 * that the buffer was empty. */
static int consume(struct ring_buffer *ring)
{
	int n = ring_buffer__consume_n(ring, BATCH);

	if (n < 0)
		die("cannot read the ring buffer");
	flush_output();
	return n;
}

unsigned long long poll_ring_for(struct ring_buffer *ring, double seconds)
{
	double until = seconds ? now() + seconds : 0;
	/*
	 * An epoll of our own, edge-triggered: libbpf's is level-triggered, and would return
	 * for every single record that comes while we are about to sleep.
	 */
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned long long handled = 0;
	int n;

	if (epoll < 0)
		die("cannot make an epoll");
	for (int i = 0; ring_buffer__ring(ring, i); i++)
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ring__map_fd(ring_buffer__ring(ring, i)),
			      &event))
			die("cannot poll the ring buffer");

	while (running() && !(until && now() >= until)) {
		n = consume(ring);
		handled += n;
		if (n < BATCH)
			epoll_wait(epoll, &event, 1, next_look_ms());
	}

	close(epoll);
	return handled;
}

unsigned long long poll_ring(struct ring_buffer *ring)
{
	return poll_ring_for(ring, 0);
}

unsigned long long drain_ring(struct ring_buffer *ring)
{
	unsigned long long handled = 0;
	int n;

	do {
		n = consume(ring);
		handled += n;
	} while (n == BATCH);
	return handled;
}

void poll_perf(struct perf_buffer *perf)
{
	while (running()) {
		if (perf_buffer__poll(perf, next_look_ms()) < 0 && errno != EINTR)
			die("cannot read the perf buffer");
		drain_perf(perf); /* also what nobody announced */
	}
}

void drain_perf(struct perf_buffer *perf)
{
	/* Of each CPU what is there when its turn comes: this ends in a flood, too. */
	if (perf_buffer__consume(perf) < 0)
		die("cannot read the perf buffer");
	flush_output();
}

bool wait_for_summary(double interval, double look)
{
	static unsigned long long due; /* 0: not known yet */
	unsigned long long step = interval * 1e9, end = look ? now_ns() + look * 1e9 : ULLONG_MAX;
	unsigned long long now;

	if (!due && step) /* in whole numbers, or the one just shown might be due again */
		due = start_ns + ((now_ns() - start_ns) / step + 1) * step;
	if (due && end > due)
		end = due;
	while (running() && (now = now_ns()) < end) {
		unsigned long long left_ms = (end - now) / 1000000 + 1;
		int ms = next_look_ms();

		poll(NULL, 0, left_ms < (unsigned int)ms ? (int)left_ms : ms);
		flush_output();
	}
	if (!running() || !due || now_ns() < due)
		return false;
	due = 0;
	return true;
}

void report(unsigned long long shown, unsigned long long dropped)
{
	flush_output();
	fprintf(stderr, "%s: %llu events", program_invocation_short_name, shown);
	if (dropped)
		fprintf(stderr, ", %llu dropped (buffer full)", dropped);
	fprintf(stderr, "\n");
}
