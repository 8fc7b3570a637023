// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * gallery [-v|-e] FILE.bpf.o bad|good: try to load that program of the file, and print the message
 * with which the verifier rejects it; with -v its whole log, with -e the explanation that Linux 7.3
 * and later add to many messages.
 *
 * Exit status: 0 it was loaded, 1 it was rejected, 2 it did not get as far as the verifier.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

/* linux/bpf_verifier.h. Without LEVEL1, which prints each instruction, there are only the messages
 * and the statistics, and a program of a million instructions has as short a log as any. */
#define BPF_LOG_LEVEL1 1
#define BPF_LOG_STATS  4

/* As large as the one that libbpf itself begins with. */
static char verifier_log[(16 << 20) - 1];

static char complaint[1024];

/* libbpf's own warnings: kept, for the case that it gives up before the kernel is asked. */
static int keep_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_WARN && !complaint[0]) {
		vsnprintf(complaint, sizeof(complaint), format, args);
		complaint[strcspn(complaint, "\n")] = '\0';
	}
	return 0;
}

static int give_up(const char *what)
{
	fprintf(stderr, "gallery: %s: %s\n", what, complaint[0] ? complaint : strerror(errno));
	return 2;
}

/* What is no message: statistics, source lines, the two states that follow "infinite loop
 * detected", and what is said of the program's argument when its type is not the context's, or of a
 * global function before it is verified. */
static bool is_message(const char *line)
{
	static const char *const others[] = {
		"processed ",
		"insns processed ",
		"subprog ",
		"verification time ",
		"stack depth",
		"cur state:",
		"old state:",
		";",
		"Validating ",
		"Unrecognized arg#0 type ",
		"arg#0 ",
		"reg type unsupported for arg#0 ",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!strncmp(line, others[i], strlen(others[i])))
			return false;
	return true;
}

/* The messages are mostly one line; where there are more, they are joined. */
static void print_messages(char *log)
{
	const char *joint = "";

	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
		if (is_message(line)) {
			printf("%s%s", joint, line);
			joint = "; ";
		}
	puts("");
}

/*
 * Print title, reason and suggestion of the explanation, joined to one line; nothing if there is none.
 * It stands after the message, and only where each instruction is printed (LEVEL1):
 *
 *	Verification failed: TITLE
 *
 *	Reason:
 *	  LINE...
 *
 *	At: (and "Causal path:", each with source lines and instructions)
 *	  ...
 *
 *	Suggestion:
 *	  LINE...
 */
static void print_explanation(char *log)
{
	static const char first[] = "\nVerification failed: ";
	char *title = strstr(log, first);
	bool wanted = false;

	if (!title)
		return;
	log = title + strlen(first);
	fputs(strsep(&log, "\n"), stdout);
	for (char *line; (line = strsep(&log, "\n"));) {
		if (!strcmp(line, "Reason:") || !strcmp(line, "Suggestion:")) {
			wanted = true;
			putchar(';');
		} else if (strncmp(line, "  ", 2)) {
			wanted &= !*line;
		} else if (wanted) {
			printf(" %s", line + 2);
		}
	}
	puts("");
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	bool explain = argc > 1 && !strcmp(argv[1], "-e");
	struct bpf_program *program, *wanted = NULL;
	struct bpf_object *object;

	argc -= verbose || explain;
	argv += verbose || explain;
	if (argc != 3) {
		fprintf(stderr, "usage: gallery [-v|-e] FILE.bpf.o bad|good\n");
		return 2;
	}
	libbpf_set_print(keep_warning);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return give_up(argv[1]);
	bpf_object__for_each_program(program, object) {
		bool is_wanted = !strcmp(bpf_program__name(program), argv[2]);

		bpf_program__set_autoload(program, is_wanted);
		if (is_wanted)
			wanted = program;
	}
	if (!wanted) {
		fprintf(stderr, "gallery: %s has no program %s\n", argv[1], argv[2]);
		return 2;
	}
	bpf_program__set_log_level(wanted, BPF_LOG_STATS | (verbose || explain ? BPF_LOG_LEVEL1 : 0));
	bpf_program__set_log_buf(wanted, verifier_log, sizeof(verifier_log));

	bool loaded = !bpf_object__load(object);

	if (!loaded && !verifier_log[0])
		return give_up("libbpf or the kernel refused it, and not the verifier");
	if (verbose)
		fputs(verifier_log, stdout);
	else if (explain)
		print_explanation(verifier_log);
	else if (!loaded)
		print_messages(verifier_log);
	bpf_object__close(object);
	return !loaded;
}
