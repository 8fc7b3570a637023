// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The command line that all tools share. What people name on it is found by target.c. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "internal.h"

/* What a tool prints for --version: the suite has one version. */
const char *argp_program_version = "hello-libbpf 0.1";

struct options options;

static const struct argp_option shared_options[] = {
	{ "duration", 'd', "SECONDS", 0, "Stop after SECONDS, rather than at Ctrl-C", -2 },
	{ "json", 'j', NULL, 0, "Print one JSON object per line", -2 },
	{ "verbose", 'v', NULL, 0, "Print what libbpf and the verifier say", -2 },
	{ 0 },
};

static error_t parse_shared_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'd':
		options.duration = parse_seconds(state, arg);
		return 0;
	case 'j':
		options.json = true;
		return 0;
	case 'v':
		options.verbose = true;
		return 0;
	case ARGP_KEY_ARG: /* asked last: the tool's own parser did not want it */
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp shared_argp = { shared_options, parse_shared_option, 0, 0, 0, 0, 0 };

bool verifier_has_spoken;

/* libbpf's messages repeat, in its own words, what die() says in one line. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char text[128], *all, *here;
	va_list copy;

	if (level == LIBBPF_WARN) {
		va_copy(copy, args);
		vsnprintf(text, sizeof(text), fmt, copy);
		va_end(copy);
		if (strstr(text, "-- BEGIN PROG LOAD LOG --"))
			verifier_has_spoken = true;
	}
	if (!options.verbose || vasprintf(&all, fmt, args) < 0)
		return 0;
	for (here = all; *here;) { /* names of strangers can be in it */
		size_t size = strcspn(here, "\n\t");

		print_text(stderr, here, size);
		here += size;
		if (*here)
			fputc(*here++, stderr);
	}
	free(all);
	return 0;
}

void parse_options(const struct argp *argp, int argc, char **argv)
{
	const struct argp_child children[] = { { &shared_argp, 0, "All tools:", -1 }, { 0 } };
	struct argp with_shared = *argp;

	/* A descriptor below 3 that is closed would be handed out again, to a BPF map. */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && fd != STDIN_FILENO)
			die("cannot write to %s", fd == STDOUT_FILENO ? "stdout" : "stderr");

	with_shared.children = children;
	argp_err_exit_status = EXIT_USAGE;
	errno = argp_parse(&with_shared, argc, argv, 0, NULL, NULL);
	if (errno)
		die("cannot read the command line");

	libbpf_set_print(print_libbpf);
	catch_signals();
}

long parse_number(struct argp_state *state, const char *what, const char *text, long min, long max)
{
	int base = strncasecmp(text, "0x", 2) ? 10 : 16;
	long number;
	char *end;

	errno = 0;
	number = strtol(text, &end, base);
	if (errno || end == text || *end || (*text != '-' && !(*text >= '0' && *text <= '9')) ||
	    number < min || number > max)
		argp_error(state, "%s must be a number from %ld to %ld, not '%s'", what, min, max,
			   text);
	return number;
}

double parse_seconds(struct argp_state *state, const char *text)
{
	double seconds;
	char *end;

	errno = 0;
	seconds = strtod(text, &end);
	if (errno || end == text || *end || !(seconds > 0 && seconds <= INT_MAX))
		argp_error(state, "SECONDS must be a number above 0, not '%s'", text);
	return seconds;
}

double parse_interval(struct argp_state *state, const char *text)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (end == text || *end || !(seconds >= 0.001 && seconds <= INT_MAX))
		argp_error(state, "SECONDS must be a number from 0.001 to %d, not '%s'", INT_MAX,
			   text);
	return seconds;
}

unsigned long long parse_ms(struct argp_state *state, const char *text)
{
	char *end;
	double ms = strtod(text, &end);

	if (end == text || *end || !(ms >= 0 && ms <= INT_MAX))
		argp_error(state, "MS must be a number from 0 to %d, not '%s'", INT_MAX, text);
	return ms * 1e6;
}
