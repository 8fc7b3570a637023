// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Look for lines in files, and wait for them. */
#include <regex.h>
#include <string.h>
#include "kit.h"

#define LOOK_MS 10 /* between two looks at a file */

/* How many lines of file @path match @regex? One that is not there has none. */
static long count_matches(const char *path, const regex_t *regex)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	long count = 0;

	if (!file)
		return 0;
	while ((length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		count += regexec(regex, line, 0, NULL, 0) == 0;
	}
	free(line);
	fclose(file);
	return count;
}

static void compile(regex_t *regex, const char *pattern)
{
	char message[200];
	int err = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);

	if (err) {
		regerror(err, regex, message, sizeof(message));
		die_plain("%s: %s", pattern, message);
	}
}

/* match DIR REGEX... FILE: has DIR/FILE a line for each ERE? Prints the first that none matches. */
int cmd_match(int argc, char **argv)
{
	char path[4200];
	regex_t regex;

	snprintf(path, sizeof(path), "%s/%s", argv[1], argv[argc - 1]);
	for (int i = 2; i < argc - 1; i++) {
		compile(&regex, argv[i]);
		if (!count_matches(path, &regex)) {
			puts(argv[i]);
			return 1;
		}
		regfree(&regex);
	}
	return 0;
}

/* wait SECONDS COUNT FILE REGEX: until COUNT lines match the ERE; status 1 if it takes longer. */
int cmd_wait(int argc, char **argv)
{
	double until = now() + atof(argv[1]);
	long count = atol(argv[2]);
	regex_t regex;

	compile(&regex, argv[4]);
	while (count_matches(argv[3], &regex) < count) {
		if (now() >= until)
			return 1;
		sleep_ms(LOOK_MS);
	}
	return 0;
}

/* Copy the whole lines of @from to @to; returns how many. */
static long copy_lines(const char *from, const char *to)
{
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	long count = 0;

	if (!in || !out)
		die("cannot copy %s to %s", from, to);
	while ((length = getline(&line, &size, in)) > 0 && line[length - 1] == '\n') {
		fwrite(line, 1, length, out);
		count++;
	}
	free(line);
	fclose(in);
	if (fclose(out))
		die("cannot write %s", to);
	return count;
}

/*
 * lines SECONDS COUNT FILE PID COPY: wait until FILE, which process PID writes, has COUNT lines,
 * PID has ended, or it has taken too long. Copy the lines that are whole to COPY; print how many,
 * and "runs" or "ended".
 */
int cmd_lines(int argc, char **argv)
{
	double until = now() + atof(argv[1]);
	long count, want = atol(argv[2]);
	int pid = atoi(argv[4]);
	bool ended;

	/* First look whether it runs, then at its lines: the last ones come as it ends. */
	do {
		ended = has_ended(pid);
		count = copy_lines(argv[3], argv[5]);
		if (count >= want || ended || now() >= until)
			break;
		sleep_ms(LOOK_MS);
	} while (true);
	printf("%ld %s\n", count, ended ? "ended" : "runs");
	return 0;
}

/* slowly BYTES MS: read stdin to its end, BYTES each MS milliseconds. */
int cmd_slowly(int argc, char **argv)
{
	size_t size = atol(argv[1]);
	char *bytes = malloc(size);

	if (!bytes)
		die("no memory");
	while (fread(bytes, 1, size, stdin) > 0)
		sleep_ms(atoi(argv[2]));
	return 0;
}
