// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load one program of failinject.bpf.c, say what is to fail, and print what did. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "example.h"
#include "failinject.h"
#include "failinject.skel.h"

#define FILE_OPEN "security_file_open"

/* What the entry of a system call is called in the kernel. */
#if defined(__x86_64__)
#define SYSCALL "__x64_sys_"
#elif defined(__aarch64__)
#define SYSCALL "__arm64_sys_"
#endif

/* System calls with a path to match --path against, and which of their arguments that is. */
static const struct {
	const char *name;
	int index;
} paths[] = {
	{ "open", 0 },
	{ "openat", 1 },
	{ "openat2", 1 },
	{ "creat", 0 },
	{ "unlink", 0 },
	{ "unlinkat", 1 },
	{ "mkdir", 0 },
	{ "mkdirat", 1 },
	{ "rmdir", 0 },
	{ "rename", 0 },
	{ "renameat", 1 },
	{ "renameat2", 1 },
	{ "truncate", 0 },
	{ "execve", 0 },
	{ "statfs", 0 },
};

static struct {
	const char *what;
	char function[128]; /* what @what is called in the kernel */
	bool is_syscall;
	int path_index; /* -1: it has no path */
	struct rule rule;
} wanted = { .path_index = -1, .rule.percent = 100 };

enum { OPTION_PATH = 256 };

static const struct argp_option options_table[] = {
	{ "error", 'e', "ERROR", 0, "Fail with ERROR: a name (ENOSPC) or a number", 0 },
	{ "pid", 'p', "PID", 0, "Only in the process PID", 0 },
	{ "path", OPTION_PATH, "PREFIX", 0, "Only with a path that begins with PREFIX", 0 },
	{ "percent", 'P', "PERCENT", 0, "Only so many of a hundred calls, by chance", 0 },
	{ "times", 't', "TIMES", 0, "Only the first TIMES", 0 },
	{ 0 },
};

static int parse_error(struct argp_state *state, const char *text)
{
	for (int err = 1; err < 512; err++) /* the kernel keeps those from 512 on to itself */
		if (!strcmp(error_name(err), text))
			return err;
	if (*text >= 'A' && *text <= 'Z')
		argp_error(state, "there is no error '%s'; errno(3) has their names", text);
	return parse_number(state, "ERROR", text, 1, 4095); /* the kernel's MAX_ERRNO */
}

/* A whole system is not to be broken by mistake: it takes a process, or a path not too short. */
static void check_scope(struct argp_state *state)
{
	const struct rule *rule = &wanted.rule;

	if (!wanted.what)
		argp_error(state, "what is to fail? A system call (fsync), or a function (%s)",
			   FILE_OPEN);
	if (!rule->error)
		argp_error(state, "with which error? -e ENOSPC");
	if (!rule->pid && !rule->prefix_size)
		argp_error(state,
			   "for whom? -p PID, or --path PREFIX; everybody would be too many");
	if (rule->prefix_size && wanted.path_index < 0)
		argp_error(state, "%s has no path that --path could mean", wanted.what);
}

static void set_function(const char *what)
{
	wanted.what = what;
	wanted.is_syscall = strncmp(what, "security_", 9);
	snprintf(wanted.function, sizeof(wanted.function), "%s%s", wanted.is_syscall ? SYSCALL : "",
		 what);
	if (!strcmp(what, FILE_OPEN))
		wanted.path_index = 0;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!strcmp(what, paths[i].name))
			wanted.path_index = paths[i].index;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct rule *rule = &wanted.rule;

	switch (key) {
	case 'e':
		rule->error = parse_error(state, arg);
		return 0;
	case 'p':
		rule->pid = parse_pid(state, arg);
		if (rule->pid == 1)
			argp_error(state, "without process 1 there is no system");
		return 0;
	case OPTION_PATH:
		if (strlen(arg) < 2 || strlen(arg) >= PREFIX_SIZE)
			argp_error(state, "PREFIX must have 2 to %d bytes", PREFIX_SIZE - 1);
		strcpy(rule->prefix, arg);
		rule->prefix_size = strlen(arg);
		return 0;
	case 'P':
		rule->percent = parse_number(state, "PERCENT", arg, 1, 100);
		return 0;
	case 't':
		rule->times = parse_number(state, "TIMES", arg, 1, INT_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one thing at a time: %s or %s?", wanted.what, arg);
		set_function(arg);
		return 0;
	case ARGP_KEY_END:
		check_scope(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "SYSCALL|security_FUNCTION",
	.doc = "Make a system call, or a security_ function of the kernel, fail for one process or below "
	       "one path, to see what programs do then.",
};

/* libbpf calls this for each record, with the skel->obj that ring_buffer__new() got as @ctx. */
static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;

	printf("%-7u %-7u ", event->pid, event->tid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %-12s ", error_name(event->error));
	print_text(stdout, event->path, sizeof(event->path));
	putchar('\n');
	return 0; /* anything else would end the reading */
}

/* Does @function return an int? The kernel would also let a program replace one that returns
 * nothing, and then just leave its work undone. */
static bool returns_int(const char *function)
{
	const struct btf *btf = kernel_btf();
	int id = kernel_type_id(function, BTF_KIND_FUNC);
	const struct btf_type *type = id ? btf__type_by_id(btf, id) : NULL;

	type = type ? btf__type_by_id(btf, type->type) : NULL; /* the prototype */
	return type && btf_is_int(btf__type_by_id(btf, type->type));
}

static int try_modify(const char *function, bool sleepable)
{
	return try_load(BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, function,
			sleepable ? BPF_F_SLEEPABLE : 0);
}

/* The load has failed, and so does one of a program that does nothing, unless it is our fault. */
static void explain(void)
{
	int err = errno;

	if (try_load(BPF_PROG_TYPE_TRACEPOINT, 0, NULL, 0)) { /* may we do anything? */
		errno = err;
		return;
	}
	skip_if_refused("fmod_ret", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, FILE_OPEN);
	switch (try_modify(wanted.function, wanted.is_syscall)) {
	case -ENOENT:
		fail("this kernel has no %s %s (%s)",
		     wanted.is_syscall ? "system call" : "function", wanted.what, wanted.function);
	case -EINVAL:
		if (wanted.is_syscall && try_modify(SYSCALL "close", true) == -EINVAL)
			skip("this kernel lets no program modify system calls, as Linux 7.1 does; "
			     "functions of security modules (" FILE_OPEN ") it does");
		fail("this kernel does not let %s be modified", wanted.what);
	}
	errno = err;
}

int main(int argc, char **argv)
{
	struct bpf_program *program, *chosen;
	struct failinject_bpf *skel;
	unsigned long long shown;
	struct ring_buffer *events;
	__u32 zero = 0;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = failinject_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->own_pid = getpid();
	skel->rodata->path_index = wanted.path_index;

	/* One of the programs is wanted. Two of them do not say in their SEC() what they replace.
	 */
	chosen = wanted.is_syscall	? skel->progs.on_syscall :
		 wanted.path_index >= 0 ? skel->progs.on_open :
					  skel->progs.on_function;
	bpf_object__for_each_program(program, skel->obj)
		bpf_program__set_autoload(program, program == chosen);

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (bpf_program__set_attach_target(chosen, 0, wanted.function) ||
	    failinject_bpf__load(skel)) {
		explain();
		die("cannot load the BPF object");
	}
	if (!wanted.is_syscall && !returns_int(wanted.function))
		fail("%s returns no int, so it cannot fail", wanted.what);
	kernel_btf__free();

	/* The rule, before anything can ask for it. */
	if (bpf_map__update_elem(skel->maps.rules, &zero, sizeof(zero), &wanted.rule,
				 sizeof(wanted.rule), BPF_ANY))
		die("cannot set the rule");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on it fails. */
	if (failinject_bpf__attach(skel))
		die("cannot attach to %s", wanted.function);

	if (!options.json)
		printf("%-7s %-7s %-16s %-12s %s\n", "PID", "TID", "COMM", "ERROR", "PATH");
	attached("%s, which fails with %s", wanted.function, error_name(wanted.rule.error));
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	failinject_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	failinject_bpf__destroy(skel);
	return 0;
}
