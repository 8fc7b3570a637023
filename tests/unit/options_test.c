// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* parse_options() and parse_number(), in a child process, since what is bad ends it. */
#include <argp.h>
#include <limits.h>
#include <sys/resource.h>
#include "example.h"
#include "tap.h"

struct number {
	const char *text;
	long min, max;
};

static const struct number *number;

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key != 'n')
		return ARGP_ERR_UNKNOWN;
	printf("%ld", parse_number(state, "PID", arg, number->min, number->max));
	return 0;
}

static const struct argp_option wanted[] = { { "number", 'n', "PID", 0, "A number", 0 }, { 0 } };
static const struct argp argp = { wanted, parse_option, 0, "What it does", 0, 0, 0 };

static void parse(const void *arg)
{
	char *argv[] = { "options_test", "-n", NULL, NULL };

	number = arg;
	argv[2] = (char *)number->text;
	parse_options(&argp, 3, argv);
}

static void parse_one(const void *arg)
{
	char *argv[] = { "options_test", (char *)arg, NULL };

	parse_options(&argp, 2, argv);
	printf("%g %d %d", options.duration, options.json, options.verbose);
}

static void one(const char *option, int expected_status, const char *expected)
{
	char output[4096];
	int status = in_child(parse_one, option, output, sizeof(output));

	if (!ok(status == expected_status && strstr(output, expected), "'%s' %s", option,
		status ? "is refused" : "is accepted"))
		printf("# status %d: %.*s\n", status, (int)strcspn(output, "\n"), output);
}

static void good(const char *text, long min, long max, long expected)
{
	struct number number = { text, min, max };
	char output[1024], wanted[32];

	snprintf(wanted, sizeof(wanted), "%ld", expected);
	ok(!in_child(parse, &number, output, sizeof(output)) && !strcmp(output, wanted),
	   "'%s' is %ld", text, expected);
}

static void bad(const char *text, long min, long max, const char *why)
{
	struct number number = { text, min, max };
	char output[1024];
	int status = in_child(parse, &number, output, sizeof(output));

	if (!ok(status == EXIT_USAGE && strstr(output, "PID"), "refused: %s", why))
		printf("# status %d: %.*s\n", status, (int)strcspn(output, "\n"), output);
}

static error_t parse_interval_option(int key, char *arg, struct argp_state *state)
{
	if (key != 'I')
		return ARGP_ERR_UNKNOWN;
	printf("%g", parse_interval(state, arg));
	return 0;
}

static void parse_interval_text(const void *arg)
{
	static const struct argp_option table[] = { { "interval", 'I', "SECONDS", 0, "", 0 }, { 0 } };
	static const struct argp argp = { table, parse_interval_option, 0, 0, 0, 0, 0 };
	char *argv[] = { "options_test", "-I", (char *)arg, NULL };

	parse_options(&argp, 3, argv);
}

static void interval(const char *text, int expected_status, const char *expected)
{
	char output[4096];
	int status = in_child(parse_interval_text, text, output, sizeof(output));

	if (!ok(status == expected_status && strstr(output, expected), "interval '%s' %s", text,
		status ? "is refused" : "is accepted"))
		printf("# status %d: %.*s\n", status, (int)strcspn(output, "\n"), output);
}

/* With no memory left: -d must not be forgotten. (A sanitizer would end it at the first malloc().) */
__attribute__((unused)) static void parse_without_memory(const void *arg)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_AS, &none);
	for (size_t size = 1 << 20; size; size /= 2)
		while (malloc(size))
			;
	parse_one("-d1");
}

int main(void)
{
	char beyond[128];

	good("0", 0, 10, 0);
	good("42", 0, 100, 42);
	good("0x1f", 0, 100, 31);
	good("0XfF", 0, 255, 255);
	good("010", 0, 100, 10); /* not octal */
	good("1", 1, 10, 1);
	good("10", 1, 10, 10);
	good("-5", -10, 10, -5);
	good("9223372036854775807", 0, LONG_MAX, LONG_MAX);

	bad("", 0, 10, "empty");
	bad(" ", 0, 10, "blank");
	bad(" 1", 0, 10, "a space in front");
	bad("1 ", 0, 10, "a space behind");
	bad("1\n", 0, 10, "a newline behind");
	bad("-1", 0, 10, "below the minimum");
	bad("11", 0, 10, "above the maximum");
	bad("0", 1, 10, "just below the minimum");
	bad("-11", -10, 10, "below a negative minimum");
	bad("-", -10, 10, "a sign alone");
	bad("+", 0, 10, "a plus alone");
	bad("--1", -10, 10, "two signs");
	bad("1x", 0, 10, "a letter behind");
	bad("x", 0, 10, "a letter");
	bad("0x", 0, 10, "no digits after 0x");
	bad("0xg", 0, 10, "no hex digit after 0x");
	bad("0x0x1", 0, 10, "0x twice");
	bad("1.5", 0, 10, "a fraction");
	bad("1e3", 0, 10000, "an exponent");
	bad("1,000", 0, 10000, "a comma");
	bad("99999999999999999999", 0, LONG_MAX, "more than a long holds");
	bad("-99999999999999999999", LONG_MIN, 0, "less than a long holds");
	bad("0xffffffffffffffff", 0, LONG_MAX, "more than a long holds, in hex");
	snprintf(beyond, sizeof(beyond), "%llu", 1ULL << 32);
	bad(beyond, 0, INT_MAX, "32 bits must not come out as 0");

	one("-d2.5", 0, "2.5 0 0");
	one("--duration=1e-3", 0, "0.001 0 0");
	one("-jv", 0, "0 1 1");
	one("--help", 0, "--duration");
	one("--version", 0, "hello-libbpf");
	one("-d0", EXIT_USAGE, "SECONDS");
	one("-d-1", EXIT_USAGE, "SECONDS");
	one("-d", EXIT_USAGE, "requires an argument");
	one("--duration=", EXIT_USAGE, "SECONDS");
	one("-dnan", EXIT_USAGE, "SECONDS");
	one("-dinf", EXIT_USAGE, "SECONDS");
	one("-d1s", EXIT_USAGE, "SECONDS");
	one("-z", EXIT_USAGE, "invalid option");
	one("--nonsense", EXIT_USAGE, "unrecognized option");
	one("operand", EXIT_USAGE, "unexpected argument 'operand'");

#ifndef SANITIZED
	ok(in_child(parse_without_memory, NULL, beyond, sizeof(beyond)) == EXIT_FAILED &&
		   strstr(beyond, "cannot read the command line: Cannot allocate memory"),
	   "no memory is an error");
#endif

	interval("1", 0, "1");
	interval("0.5", 0, "0.5");
	interval("0.001", 0, "0.001");
	interval("86400", 0, "86400");
	interval("", EXIT_USAGE, "SECONDS");
	interval("0", EXIT_USAGE, "SECONDS");
	interval("-1", EXIT_USAGE, "SECONDS");
	interval("0.0009", EXIT_USAGE, "SECONDS");
	interval("nan", EXIT_USAGE, "SECONDS");
	interval("inf", EXIT_USAGE, "SECONDS");
	interval("1s", EXIT_USAGE, "SECONDS");
	interval("1e10", EXIT_USAGE, "SECONDS");
	return finished();
}
