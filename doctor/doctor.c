// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Print what of this machine matters to the examples, and then whether each of them runs here. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "doctor.h"

static char **wanted; /* the examples to try; none: all */
static int wanted_count;
static bool with_machine;
static double deadline = 10; /* seconds that a program may take beyond its duration */

enum { OPTION_MACHINE = 256,
       OPTION_DEADLINE };

static const struct argp_option options_table[] = {
	{ "machine", OPTION_MACHINE, NULL, 0, "Look at the machine, and try only EXAMPLEs that are named", 0 },
	{ "deadline", OPTION_DEADLINE, "SECONDS", 0, "Give an example so long to start and stop (10)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	char path[PATH_MAX];

	switch (key) {
	case OPTION_MACHINE:
		with_machine = true;
		return 0;
	case OPTION_DEADLINE:
		deadline = parse_number(state, "SECONDS", arg, 1, 3600);
		return 0;
	case ARGP_KEY_ARG:
		if (*arg && arg[strlen(arg) - 1] == '/') /* a shell completes it so */
			arg[strlen(arg) - 1] = '\0';
		snprintf(path, sizeof(path), "%s/Makefile", arg);
		if (fnmatch("[0-9][0-9]-*", arg, 0) || strchr(arg, '/') || access(path, F_OK))
			argp_error(state, "there is no example '%s'", arg);
		if (!wanted)
			wanted = &state->argv[state->next - 1]; /* argp moves operands to the end */
		wanted_count++;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "[EXAMPLE...]",
	.doc = "Print what of this machine matters to the examples; then try, as root, whether "
	       "each of them runs here, for 0.1 s or --duration. With EXAMPLEs (02-tracepoint), "
	       "try only those.",
};

/* ---- Running other programs ---- */

/* Copy into @buf what the makefile or script @path says @key is: "KEY := value", "KEY: value". */
static bool read_setting(const char *path, const char *key, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[4096];

	while (file && !found && fgets(line, sizeof(line), file)) {
		char *value = line + strlen(key);

		if (strncmp(line, key, strlen(key)) || !*value || !strchr(" :?=", *value))
			continue;
		value += strspn(value, " :?=");
		value[strcspn(value, "\n")] = '\0';
		snprintf(buf, size, "%s", value);
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

/*
 * Run @argv in directory @dir, with the first @size - 1 bytes that it writes to descriptor @fd
 * (1 or 2) in @text, and for at most @seconds; what it started and left running ends with it.
 * Returns its exit status; 128 + N if signal N has ended it; or -errno, ETIMEDOUT among them.
 */
static int run(char *const *argv, const char *dir, int fd, double seconds, char *text, size_t size)
{
	int out = memfd_create("output", MFD_CLOEXEC), err, tries = 0;
	const struct timespec tick = { .tv_nsec = 5000000 };
	double end = now_ns() / 1e9 + seconds;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	siginfo_t info = {};
	sigset_t signals;
	ssize_t n;
	pid_t pid;

	*text = '\0';
	if (out < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i <= STDERR_FILENO; i++)
		posix_spawn_file_actions_addopen(&actions, i, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, out, fd);
	posix_spawn_file_actions_addchdir_np(&actions, dir);
	posix_spawnattr_init(&attr);
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE); /* that we ignore, and a child would too */
	posix_spawnattr_setsigdefault(&attr, &signals);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	err = posix_spawnp(&pid, *argv, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (err) {
		close(out);
		return -err;
	}

	while (!waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid) {
		if (tries < 2 && (now_ns() / 1e9 >= end || (!tries && !running()))) {
			kill(-pid, tries++ ? SIGKILL : SIGTERM);
			end = now_ns() / 1e9 + 1;
		}
		nanosleep(&tick, NULL);
	}
	kill(-pid, SIGKILL); /* its group; not reaped yet, the number is still its own */
	waitpid(pid, NULL, 0);
	n = pread(out, text, size - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(out);
	if (tries)
		return -ETIMEDOUT;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/* Append the words of @text to @argv, which has room for @max pointers, the NULL among them. */
static void add_words(char **argv, int max, char *text)
{
	int n = 0;

	while (argv[n])
		n++;
	for (char *word = strtok(text, " \t"); word && n < max - 1; word = strtok(NULL, " \t"))
		argv[n++] = word;
	argv[n] = NULL;
}

/* The version of a program that the build found, or that is in PATH. */
static void check_program(const char *name, const char *key, const char *option)
{
	const char *cure = "./setup.sh installs what the build takes";
	char command[PATH_MAX], text[4096], *argv[8] = {};
	int status;

	if (!read_setting("common/.output/config.mk", key, command, sizeof(command) - 16))
		strcpy(command, name);
	strcat(strcat(command, " "), option);
	add_words(argv, 8, command);
	status = run(argv, ".", STDOUT_FILENO, deadline, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	if (!status)
		print_check(name, OK, NULL, "%s (%s)", *argv, text);
	else if (status < 0)
		print_check(name, NOTE, cure, "%s: %s", *argv, strerror(-status));
	else
		print_check(name, NOTE, cure, "%s %s fails, with status %d", *argv, option, status);
}

/* ---- The examples ---- */

/*
 * From what @tool wrote to stderr, @text: the line that says why it ended, and the hint below it;
 * or NULL. Cuts @text into lines.
 */
static const char *find_reason(char *text, const char *tool, const char **hint)
{
	const char *reason = NULL;
	size_t length = strlen(tool);

	*hint = NULL;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, tool, length) && line[length] == ':') {
			reason = line;
			*hint = NULL;
		} else if (!strncmp(line, "  hint: ", 8)) {
			*hint = line + 8;
		}
	}
	return reason;
}

/* Run the example in @dir for a moment, as its README says or with the arguments of its demo. */
static void try_example(const char *dir)
{
	char path[PATH_MAX], cure[PATH_MAX], tool[64] = "", args[512] = "", duration[64];
	char text[16384], *argv[64] = {};
	const char *reason, *hint;
	bool has_args;
	int status;

	snprintf(path, sizeof(path), "%s/Makefile", dir);
	read_setting(path, "EXAMPLE", tool, sizeof(tool));
	snprintf(path, sizeof(path), "%s/%s", dir, tool);
	if (!*tool || access(path, X_OK)) {
		snprintf(cure, sizeof(cure), "make %s", dir);
		print_check(dir, NOTE, cure, "not built");
		return;
	}
	snprintf(path, sizeof(path), "%s/demo.sh", dir);
	has_args = read_setting(path, "# run with", args, sizeof(args));
	snprintf(path, sizeof(path), "./%s", tool);
	argv[0] = path;
	add_words(argv, 60, args);
	snprintf(duration, sizeof(duration), "-d %g", options.duration ? options.duration : 0.1);
	add_words(argv, 64, duration);

	status = run(argv, dir, STDERR_FILENO, options.duration + deadline, text, sizeof(text));
	if (!running())
		return;
	reason = find_reason(text, tool, &hint);
	if (status == EXIT_SKIPPED)
		snprintf(cure, sizeof(cure), "another kernel: make vm-run EXAMPLE=%s", dir);
	else
		snprintf(cure, sizeof(cure), "see what it does: cd %s && ./%s -v", dir, tool);
	if (!status)
		print_check(dir, OK, NULL, "%s runs", tool);
	else if (status < 0)
		print_check(dir, PROBLEM, cure, "%s: %s", tool,
			    status == -ETIMEDOUT ? "took too long, and had to be ended" : strerror(-status));
	else if (status == EXIT_USAGE && !has_args)
		print_check(dir, NOTE, "a line '# run with: ARGS' in its demo.sh",
			    "not tried: %s needs arguments", tool);
	else if (status == EXIT_SKIPPED && reason)
		print_check(dir, NOTE, hint ? hint : cure, "%s", reason);
	else if (status > 128)
		print_check(dir, PROBLEM, cure, "%s was ended by signal %d", tool, status - 128);
	else if (!reason)
		print_check(dir, PROBLEM, cure, "%s: status %d, and no word why", tool, status);
	else
		print_check(dir, PROBLEM, hint ? hint : cure, "%s", reason);
}

static void check_examples(void)
{
	glob_t found;

	print_header("EXAMPLE", 20);
	if (geteuid()) {
		print_check("examples", NOTE, "run doctor with sudo", "not tried: that needs root");
		return;
	}
	for (int i = 0; i < wanted_count && running(); i++)
		try_example(wanted[i]);
	if (wanted_count)
		return;
	if (glob("[0-9][0-9]-*/Makefile", 0, NULL, &found))
		fail("there are no examples beside %s's directory", program_invocation_short_name);
	for (size_t i = 0; i < found.gl_pathc && running(); i++) {
		*strrchr(found.gl_pathv[i], '/') = '\0';
		try_example(found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Go to the checkout, which is where this program is: doctor/doctor. */
static void enter_checkout(void)
{
	char path[PATH_MAX] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	for (int i = 0; n > 0 && i < 2 && (slash = strrchr(path, '/')); i++)
		*slash = '\0';
	if (n < 0 || chdir(*path ? path : "/"))
		die("cannot find the examples beside this program");
}

int main(int argc, char **argv)
{
	unsigned int notes, problems;
	char *path;

	enter_checkout();
	parse_options(&argp, argc, argv);

	/* bpftool is in sbin, which is not in everybody's PATH. */
	if (asprintf(&path, "%s:/usr/local/sbin:/usr/sbin:/sbin", getenv("PATH") ?: "") < 0 ||
	    setenv("PATH", path, 1))
		die("cannot set PATH");
	free(path);

	if (with_machine || !wanted_count) {
		print_header("CHECK", 34);
		check_machine();
		check_program("clang", "CLANG", "--version");
		check_program("bpftool", "BPFTOOL", "version");
		print_check("libbpf", OK, NULL, "%s, linked", libbpf_version_string());
		check_kernel_options();
	}
	if (wanted_count || !with_machine)
		check_examples();
	if (!running()) /* Ctrl-C, or a pipe that nobody reads any more: this was not all */
		return EXIT_FAILED;
	notes = count_verdicts(NOTE);
	problems = count_verdicts(PROBLEM);
	fprintf(stderr, "%s: %u ok, %u note%s, %u problem%s\n", program_invocation_short_name,
		count_verdicts(OK), notes, notes == 1 ? "" : "s", problems, problems == 1 ? "" : "s");
	return problems ? EXIT_FAILED : 0;
}
