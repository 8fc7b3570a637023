// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load libcalls.bpf.c, attach it to the functions that match, and print how often each is called.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "example.h"
#include "functions.h"
#include "libcalls.h"
#include "libcalls.skel.h"

static struct {
	const char *file;
	const char *pattern;
	pid_t pid;
	double interval; /* seconds; 0: none */
	bool latency;
	bool no_session;
	bool sleepable;
	bool force;
} wanted = { .pattern = "*", .pid = -1 };

enum { OPTION_NO_SESSION = 256,
       OPTION_SLEEPABLE,
       OPTION_FORCE };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only the process PID", 0 },
	{ "latency", 'L', NULL, 0, "Time the calls too", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print every SECONDS, not only at the end", 0 },
	{ "no-session", OPTION_NO_SESSION, NULL, 0,
	  "With -L: use two programs where the kernel has sessions too, to compare", 0 },
	{ "sleepable", OPTION_SLEEPABLE, NULL, 0, "Use sleepable programs, to compare", 0 },
	{ "force", OPTION_FORCE, NULL, 0,
	  "With -L: time calls also where that may end the processes (C++, Rust, Go, coroutines)",
	  0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'L':
		wanted.latency = true;
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case OPTION_NO_SESSION:
		wanted.no_session = true;
		return 0;
	case OPTION_SLEEPABLE:
		wanted.sleepable = true;
		return 0;
	case OPTION_FORCE:
		wanted.force = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "unexpected argument '%s'", arg);
		*(state->arg_num ? &wanted.pattern : &wanted.file) = arg;
		return 0;
	case ARGP_KEY_END:
		if (!wanted.file)
			argp_error(state, "which FILE? A library or program");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "FILE [PATTERN]",
	.doc = "Count the calls of the functions of a library or program.\v"
	       "A FILE without a slash is one in the current directory or, failing that, in PATH "
	       "(where libraries are, if it has \".so\" in its name). PATTERN may have the wildcards of "
	       "the shell. Without one it is all functions.\n\n"
	       "-L ends a C++ or Rust process when an exception passes a traced function, and crashes a "
	       "Go process. It refuses a FILE, and with -p a process, that is recognizably of that kind. "
	       "A C library does not show which programs use it.",
};

/* Dies if tracing returns is known to end processes that are to be traced. */
static void refuse_what_would_end(void)
{
	char program[PATH_MAX] = "";
	const char *path = wanted.file, *risk = return_probe_risk(path);

	if (!risk && wanted.pid > 0) {
		snprintf(program, sizeof(program), "/proc/%d/exe", wanted.pid);
		path = program;
		risk = return_probe_risk(path);
	}
	if (risk)
		fail("%s %s; count without -L, or --force", path, risk);
}

#define ENOTSUPP 524 /* what the kernel's own code has, and should not let out */

static size_t refused; /* functions that cannot be probed */
static size_t untimed; /* functions that are left out with -L */

/* Leave out the functions whose return must not be traced. Dies if there is no other. */
static void leave_out_untimed(void)
{
	for (size_t i = 0; i < functions_count; i++) {
		functions[i].left_out = functions[i].untimed;
		untimed += functions[i].untimed;
	}
	if (untimed == functions_count)
		fail("tracing the return of setjmp() and the like would break their callers; count without -L");
}

/*
 * Does this kernel have multi-uprobe links of @type? Ask it for one on "/": where it knows them, it
 * gets as far as seeing that this is no file (EBADF). Dies if the answer is about something else,
 * such as our rights or limits.
 */
static bool kernel_has(enum bpf_attach_type type)
{
	const unsigned long offset = 0;
	LIBBPF_OPTS(bpf_link_create_opts, link_opts, .uprobe_multi.path = "/",
		    .uprobe_multi.offsets = &offset, .uprobe_multi.cnt = 1);
	int prog, link;

	prog = load_nothing(BPF_PROG_TYPE_KPROBE, type, NULL, 0);
	if (prog < 0 && errno != EINVAL)
		die("cannot load a BPF program");
	if (prog < 0)
		return false;
	link = bpf_link_create(prog, -1, type, &link_opts);
	close(prog);
	/* Unknown to it are the type, a part of the request, or uprobes altogether. */
	if (link != -EBADF && link != -EINVAL && link != -E2BIG && link != -EOPNOTSUPP) {
		errno = -link;
		die("cannot ask the kernel for a uprobe.multi link");
	}
	return link == -EBADF;
}

/*
 * One link for @n functions from the @first on, except those that are refused. The index of each is
 * its cookie. Returns NULL and sets errno on failure.
 */
static struct bpf_link *try_attach(struct bpf_program *program, size_t first, size_t n,
				   bool at_return, bool session)
{
	unsigned long *offsets = calloc(n, sizeof(*offsets));
	__u64 *cookies = calloc(n, sizeof(*cookies));
	LIBBPF_OPTS(bpf_uprobe_multi_opts, opts, .offsets = offsets, .cookies = cookies,
		    .retprobe = at_return, .session = session);
	struct bpf_link *link;

	if (!offsets || !cookies)
		die("cannot list %zu functions", n);
	for (size_t i = first; i < first + n; i++) {
		if (functions[i].left_out)
			continue;
		offsets[opts.cnt] = functions[i].offset;
		cookies[opts.cnt++] = i;
	}
	link = bpf_program__attach_uprobe_multi(program, wanted.pid, wanted.file, NULL, &opts);
	free(offsets);
	free(cookies);
	return link;
}

/*
 * The kernel cannot put a probe on every instruction, and for one that it refuses it refuses the
 * whole link. Find those of the @n functions, by halves, and count them in @refused.
 */
static void find_refused(struct bpf_program *program, size_t first, size_t n, bool at_return,
			 bool session)
{
	struct bpf_link *link;

	if (n == 1 && functions[first].left_out)
		return;
	link = try_attach(program, first, n, at_return, session);
	if (link) {
		bpf_link__destroy(link);
	} else if (errno != ENOTSUPP && errno != ENOENT) {
		die("cannot attach to %zu functions of %s", n, wanted.file);
	} else if (n == 1) {
		functions[first].left_out = true;
		refused++;
	} else {
		find_refused(program, first, n / 2, at_return, session);
		find_refused(program, first + n / 2, n - n / 2, at_return, session);
	}
}

/*
 * The kernel looks at an instruction when it puts the probe into a process, and so refuses a link
 * only while a process has FILE mapped. Have it mapped ourselves, so that it looks now. (With -p it
 * puts probes into that process only, and finds there what it did not a moment ago: hence the
 * loop.)
 */
static struct bpf_link *attach(struct bpf_program *program, bool at_return, bool session)
{
	int fd = open(wanted.file, O_RDONLY | O_CLOEXEC);
	struct bpf_link *link;
	struct stat file;
	void *mapped;

	if (fd < 0 || fstat(fd, &file))
		die("cannot open %s", wanted.file);
	mapped = mmap(NULL, file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		die("cannot map %s", wanted.file);
	close(fd);
	for (int tries = 0; tries < 100; tries++) {
		link = try_attach(program, 0, functions_count, at_return, session);
		if (link || errno != ENOTSUPP)
			break;
		find_refused(program, 0, functions_count, at_return, session);
		if (refused + untimed == functions_count)
			fail("the kernel cannot probe how the functions of %s begin", wanted.file);
		errno = ENOTSUPP;
	}
	if (!link)
		die("cannot attach to %zu functions of %s", functions_count, wanted.file);
	munmap(mapped, file.st_size);
	return link;
}

int main(int argc, char **argv)
{
	const struct count *counts;
	struct bpf_program *program, *at_entry, *at_return = NULL;
	struct bpf_link *entry_link, *return_link = NULL;
	unsigned long long shown = 0;
	struct libcalls_bpf *skel;
	char path[PATH_MAX];
	const char *kind;
	bool session;
	size_t size;

	parse_options(&argp, argc, argv);
	find_elf_file(path, sizeof(path), wanted.file);
	wanted.file = path;
	if (wanted.latency && !wanted.force)
		refuse_what_would_end();
	find_functions(wanted.file, wanted.pattern);
	if (wanted.latency)
		leave_out_untimed();

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = libcalls_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	session = wanted.latency && !wanted.no_session && kernel_has(BPF_TRACE_UPROBE_SESSION);
	if (!session && !kernel_has(BPF_TRACE_UPROBE_MULTI))
		skip("needs Linux 6.6 (uprobe.multi links); this kernel has none");

	/* Constants, and which of the programs: one session, or an entry and perhaps a return. */
	skel->rodata->timed = wanted.latency;
	if (session)
		at_entry = wanted.sleepable ? skel->progs.on_session_sleepable :
					      skel->progs.on_session;
	else
		at_entry = wanted.sleepable ? skel->progs.on_call_sleepable : skel->progs.on_call;
	if (wanted.latency && !session)
		at_return =
			wanted.sleepable ? skel->progs.on_return_sleepable : skel->progs.on_return;
	bpf_object__for_each_program(program, skel->obj)
		bpf_program__set_autoload(program, program == at_entry || program == at_return);
	bpf_map__set_autocreate(skel->maps.stacks, at_return);
	bpf_map__set_max_entries(skel->maps.counts, functions_count);

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (libcalls_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: see the array of counts as memory of our own. */
	size = functions_count * sizeof(*counts);
	counts = mmap(NULL, size, PROT_READ, MAP_SHARED, bpf_map__fd(skel->maps.counts), 0);
	if (counts == MAP_FAILED)
		die("cannot map the counts into memory");

	/* Attach, the return first: so no entry is counted whose return is not. */
	if (at_return)
		return_link = attach(at_return, true, false);
	entry_link = attach(at_entry, false, session);

	kind = session ? "a session" : at_return ? "entry and return" :
						   "their entry";
	if (refused)
		warn("left out %zu of the functions: the kernel cannot probe how they begin",
		     refused);
	if (untimed)
		warn("left out %zu of the functions: tracing the return of setjmp() and the like "
		     "would break their callers",
		     untimed);
	attached("%zu functions of %s, with %s%s", functions_count - refused - untimed, wanted.file,
		 kind, wanted.sleepable ? ", sleepable" : "");
	while (wait_for_summary(wanted.interval, 0))
		shown += show(skel->obj, counts, wanted.latency);

	/* Detach before the last look, so that nothing is counted after it. */
	bpf_link__destroy(entry_link);
	bpf_link__destroy(return_link);
	shown += show(skel->obj, counts, wanted.latency);
	report(shown, skel->bss->dropped);

	munmap((void *)counts, size);
	libcalls_bpf__destroy(skel);
	free_functions();
	return 0;
}
