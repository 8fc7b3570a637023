// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* When summaries are due, and how the output ends. Each case is a process of its own. */
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include "example.h"
#include "tap.h"

static void attach(double duration)
{
	static const struct argp argp;
	char *argv[] = { "poll_test", NULL };

	parse_options(&argp, 1, argv);
	options.duration = duration;
	attached("nothing");
}

struct plan {
	double duration, interval;
	double first, others; /* seconds that it takes to print the first summary, and any other */
};

/* Print how many summaries are due. */
static void count_summaries(const void *arg)
{
	const struct plan *plan = arg;
	int count = 0;

	attach(plan->duration);
	while (wait_for_summary(plan->interval, 0))
		usleep((count++ ? plan->others : plan->first) * 1e6);
	printf(" count %d\n", count);
}

/* End as a tool does at SIGTERM, while the next summary is far away. Print how long that takes. */
static void end_by_signal(const void *arg)
{
	const double *interval = arg;
	double begin = seconds();
	pid_t parent = getpid();

	attach(0);
	if (!fork()) {
		usleep(200000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	printf(" due %d\n", wait_for_summary(*interval, 0));
	printf(" after %g\n", seconds() - begin);
}

/* Print how often there is time for a look before the second summary. */
static void count_looks(const void *arg)
{
	int looks = 0, summaries = 0;

	attach(0);
	while (summaries < 2)
		if (wait_for_summary(0.5, 0.1))
			summaries++;
		else
			looks++;
	printf(" looks %d\n", looks);
}

/* One case: does @run print @name and a number from @least to @most? */
static void between(void (*run)(const void *), const void *arg, const char *name, double least,
		    double most, const char *title)
{
	char output[4096];
	int status = in_child(run, arg, output, sizeof(output));
	const char *found = strstr(output, name);
	double number = found ? atof(found + strlen(name)) : -1;

	if (!ok(!status && found && number >= least && number <= most, "%s", title))
		printf("# status %d,%s %g, not %g to %g\n", status, name, number, least, most);
}

/* Print to a pipe that nobody reads, as a tool does that notices it at a flush only. */
static void print_to_nobody(const void *arg)
{
	int pipe_ends[2];

	attach(0);
	if (pipe(pipe_ends) || dup2(pipe_ends[1], STDOUT_FILENO) < 0)
		die("cannot make a pipe");
	close(pipe_ends[0]);
	for (int i = 0; i < 3; i++) {
		printf("text\n");
		flush_output();
		errno = ENOENT; /* as other calls leave it */
	}
	report(3, 0);
	fprintf(stderr, " running %d\n", running());
}

static void print_to_full_disk(const void *arg)
{
	attach(0);
	if (!freopen("/dev/full", "w", stdout))
		die("cannot open /dev/full");
	printf("text\n");
	flush_output();
}

/* What a terminal would obey is shown. */
static void attach_to_strange_name(const void *arg)
{
	static const char name[] = "a\033[2J\nb";

	attached("%s", name);
	warn("%s%s", name, arg ? "\n  hint: none" : "");
}

int main(void)
{
	char output[4096];

	const struct plan slow = { 2.05, 0.1, 0.08, 0.08 }, late = { 1.05, 0.1, 0.45, 0 };
	const struct plan last = { 1, 0.25, 0, 0 }, fraction = { 0.5, 0.001, 0, 0 };
	const double never = 0, far = 1000;

	/* A busy machine may skip some, never add any. By sleeping 0.1 s after each: 11. */
	between(count_summaries, &slow, " count", 14, 20, "the time that printing takes is no drift");
	/* At 0.1, and then at 0.6 to 1.0: those at 0.2 to 0.5 are not made up for. */
	between(count_summaries, &late, " count", 3, 6, "what was due meanwhile is skipped");
	between(count_summaries, &last, " count", 2, 3, "the last one is the caller's");
	between(count_summaries, &fraction, " count", 50, 500, "fractions of a second");
	between(end_by_signal, &never, " due", 0, 0, "no interval: none is due");
	between(end_by_signal, &far, " after", 0, 10, "a signal ends the wait");
	between(count_looks, NULL, " looks", 2, 8, "looks between summaries");
	between(print_to_nobody, NULL, " running", 0, 0, "a closed pipe ends it, whatever errno says");
	ok(in_child(print_to_full_disk, NULL, output, sizeof(output)) == EXIT_FAILED &&
		   strstr(output, "cannot write the output: No space left on device\n"),
	   "a full disk is an error");
	in_child(attach_to_strange_name, "", output, sizeof(output));
	same(output, "poll_test: attached to a\\x1b[2J\\nb; Ctrl-C to stop\n"
		     "poll_test: a\\x1b[2J\\nb\n  hint: none\n",
	     "messages are safe for a terminal");
	return finished();
}
