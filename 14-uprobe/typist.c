// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Type into a program as a person would, for the tests and the demo: in a terminal of its own
 * (a pseudo-terminal), and each line only when the prompt is there.
 *
 *	typist PROMPT LINE... -- COMMAND [ARG...]
 *
 * A LINE that ends in a control character (\x03 is Ctrl-C, \x04 Ctrl-D) is not followed by
 * Enter. COMMAND's output is not shown. After the last line COMMAND has to end. In the environment,
 * KEY_MS is how long a key takes (0).
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 30 /* seconds without a sign of life, in all */

static void die(const char *what)
{
	fprintf(stderr, "typist: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int start(char **command)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	pid_t pid;
	int slave;

	if (master < 0 || grantpt(master) || unlockpt(master))
		die("cannot make a pseudo-terminal");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0)
		die("cannot open the pseudo-terminal");
	pid = fork();
	if (pid < 0)
		die("cannot fork");
	if (!pid) {
		setsid();
		signal(SIGINT, SIG_DFL); /* ignored, if we run in the background */
		ioctl(slave, TIOCSCTTY, 0);
		for (int fd = 0; fd < 3; fd++)
			dup2(slave, fd);
		close(slave);
		close(master);
		execvp(command[0], command);
		die(command[0]);
	}
	close(slave);
	return master;
}

/* Press the @len keys at @keys, each after @ms milliseconds. */
static void type(int master, const char *keys, size_t len, int ms)
{
	for (size_t i = 0; i < len; i++) {
		poll(NULL, 0, ms);
		if (write(master, keys + i, 1) != 1)
			die("cannot type");
	}
}

/*
 * Read what the terminal shows, until that ends with @prompt, or to the end if that is NULL. @key,
 * if not 0, is pressed again after each second in which nothing comes, as people do: bash misses
 * a Ctrl-C that comes just when it is about to wait for a key.
 */
static void read_until(int master, const char *prompt, char key)
{
	struct pollfd poll_master = { .fd = master, .events = POLLIN };
	static char shown[1 << 16] = "";
	size_t used = 0;
	ssize_t n;

	for (int seconds = 0; seconds < PATIENCE;) {
		if (poll(&poll_master, 1, 1000) != 1) {
			seconds++;
			type(master, &key, !!key, 0);
			continue;
		}
		n = read(master, shown + used, sizeof(shown) - 1 - used);
		if (n <= 0) {
			if (!prompt)
				return;
			die("the program ended");
		}
		used += n;
		shown[used] = 0;
		if (prompt && used >= strlen(prompt) &&
		    !strcmp(shown + used - strlen(prompt), prompt))
			return;
		if (used > sizeof(shown) / 2) {
			memmove(shown, shown + used - 256, 256);
			used = 256;
		}
	}
	fprintf(stderr, "typist: waited in vain for %s; there is:\n%s\n", prompt ?: "the end",
		shown);
	exit(1);
}

int main(int argc, char **argv)
{
	int ms = atoi(getenv("KEY_MS") ?: "0");
	int master, status, command = 2;
	char key = 0;

	while (command < argc && strcmp(argv[command], "--"))
		command++;
	if (command + 1 >= argc) {
		fprintf(stderr, "usage: typist PROMPT LINE... -- COMMAND [ARG...]\n");
		return 2;
	}
	master = start(argv + command + 1);
	for (int i = 2; i < command; i++) {
		size_t len = strlen(argv[i]);

		read_until(master, argv[1], key);
		key = len && iscntrl((unsigned char)argv[i][len - 1]) ? argv[i][len - 1] : 0;
		type(master, argv[i], len, ms);
		if (!key)
			type(master, "\r", 1, ms);
	}
	read_until(master, NULL, key);
	if (wait(&status) < 0)
		die("cannot wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
