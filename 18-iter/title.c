// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * title [ARG...] <FILE: write FILE's line over the arguments and the environment after them, as servers do
 * that show in ps what they are at; then wait to be ended.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	char *end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	static char text[4096], *none[1];

	for (char **variable = environ; *variable == end; variable++)
		end += strlen(end) + 1;
	if (!fgets(text, sizeof(text), stdin))
		return 1;
	environ = none; /* it is overwritten */
	memset(argv[0], 0, end - argv[0]);
	strncpy(argv[0], text, end - argv[0] - 1);
	printf("%d\n", getpid());
	fflush(stdout);
	pause();
	return 0;
}
