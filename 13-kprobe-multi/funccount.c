// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load funccount.bpf.c, and print how often the functions that match a pattern are called. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "funccount.h"
#include "funccount.skel.h"
#include "functions.h"

static struct {
	pid_t pid;
	double interval; /* seconds; 0: none */
	bool latency;
	bool no_session;
	char **globs; /* NULL at its end */
} wanted;

enum { OPTION_NO_SESSION = 256 };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "Only calls by the process PID", 0 },
	{ "interval", 'I', "SECONDS", 0, "Print every SECONDS, not only at the end", 0 },
	{ "latency", 'L', NULL, 0, "Also how long the calls take", 0 },
	{ "no-session", OPTION_NO_SESSION, NULL, 0, "With -L: two programs and a map", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case 'L':
		wanted.latency = true;
		return 0;
	case OPTION_NO_SESSION:
		wanted.no_session = true;
		return 0;
	case ARGP_KEY_ARGS: /* all that are no options */
		wanted.globs = state->argv + state->next;
		for (char **glob = wanted.globs; *glob; glob++)
			if (!**glob)
				argp_error(state, "a glob must not be empty");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which functions? Give one or more globs, such as 'tcp_*'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "GLOB...",
	.doc = "Count the calls of the kernel's functions whose names match a GLOB.",
};

/* Can programs be attached by @type? Try with one that does nothing. 0 or the negative errno. */
static int try_attach(enum bpf_attach_type type)
{
	const struct bpf_insn return_0[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const char *function = "vfs_read";
	LIBBPF_OPTS(bpf_prog_load_opts, prog_opts, .expected_attach_type = type);
	LIBBPF_OPTS(bpf_link_create_opts, opts, .kprobe_multi.cnt = 1,
		    .kprobe_multi.syms = &function);
	int prog, link;

	prog = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", return_0, 2, &prog_opts);
	if (prog < 0)
		return prog;
	link = bpf_link_create(prog, 0, type, &opts);
	close(prog);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

static void need_kprobe_multi(void)
{
	int err = try_attach(BPF_TRACE_KPROBE_MULTI);

	if (err == -EINVAL)
		skip("this kernel has no kprobe.multi, which is there since Linux 5.18");
	if (err == -EOPNOTSUPP)
		skip("this kernel has no kprobe.multi: it was built without CONFIG_FPROBE");
	if (err) {
		errno = -err;
		die("cannot attach to any function");
	}
}

static struct bpf_link *attach(struct bpf_program *program, bool retprobe, bool session)
{
	LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .addrs = function_addrs, .cnt = function_count,
		    .retprobe = retprobe, .session = session);
	struct bpf_link *link = bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);

	if (!link)
		die("cannot attach to %zu functions", function_count);
	return link;
}

static int cpus;
static unsigned long long shown; /* calls */

/*
 * The sum over all CPUs. Where jumps must hit a mark (x86's IBT), a function begins 4 bytes before
 * ftrace's place-holder. The list has that one's address and bpf_get_func_ip() says the function's;
 * /proc/kallsyms has the function's, and the first kernels with IBT say the place-holder's. The longest
 * call in @interval becomes the sum's first longest.
 */
static struct calls calls_of(const struct bpf_map *map, __u64 addr, __u64 interval)
{
	__u64 before = addr - 4, after = addr + 4;
	struct calls values[cpus], sum = {};
	const struct longest *longest;

	if (bpf_map__lookup_elem(map, &addr, sizeof(addr), values, sizeof(values), 0) &&
	    bpf_map__lookup_elem(map, &before, sizeof(before), values, sizeof(values), 0) &&
	    bpf_map__lookup_elem(map, &after, sizeof(after), values, sizeof(values), 0))
		return sum; /* not called yet */
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum.count += values[cpu].count;
		sum.total_ns += values[cpu].total_ns;
		longest = &values[cpu].longest[interval % 2];
		if (longest->interval == interval && longest->ns > sum.longest->ns)
			*sum.longest = *longest;
	}
	return sum;
}

static int by_count(const void *left, const void *right)
{
	const struct event *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->function, b->function);
}

/* Print what has been added since the last time, the most called first. */
static void show(struct funccount_bpf *skel)
{
	struct event *events = calloc(function_count, sizeof(*events));
	__u64 interval = skel->bss->interval, now = now_ns();
	size_t count = 0;

	if (!events)
		die("cannot hold the counts");
	skel->bss->interval++; /* before the look, which so sees the whole interval */
	for (size_t i = 0; i < function_count; i++) {
		struct calls calls = calls_of(skel->maps.functions, function_addrs[i],
					      interval);
		struct event *event = &events[count];

		if (calls.count == functions[i].shown)
			continue;
		event->time_ns = now;
		event->count = calls.count - functions[i].shown;
		event->total_ns = calls.total_ns - functions[i].shown_ns;
		event->max_ns = calls.longest->ns;
		memcpy(event->function, functions[i].name, sizeof(event->function));
		functions[i].shown = calls.count;
		functions[i].shown_ns = calls.total_ns;
		shown += event->count;
		count++;
	}
	qsort(events, count, sizeof(*events), by_count);
	if (!options.json)
		printf(wanted.latency ? "%12s %10s %10s  %s\n" : "%12s %.0s%.0s %s\n", "COUNT",
		       "MEAN_US", "MAX_US", "FUNCTION");
	for (size_t i = 0; i < count; i++) {
		const struct event *event = &events[i];

		if (options.json)
			print_record(skel->obj, "event", event, sizeof(*event));
		else if (wanted.latency)
			printf("%12llu %10.3f %10.3f  %s\n", event->count,
			       event->total_ns / 1e3 / event->count, event->max_ns / 1e3,
			       event->function);
		else
			printf("%12llu  %s\n", event->count, event->function);
	}
	free(events);
	flush_output();
}

/* How often the kernel did not run a program because one was running on that CPU already. */
static unsigned long long count_missed(struct funccount_bpf *skel)
{
	unsigned long long missed = 0;
	struct bpf_program *program;

	bpf_object__for_each_program(program, skel->obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (bpf_program__fd(program) >= 0 &&
		    !bpf_prog_get_info_by_fd(bpf_program__fd(program), &info, &size))
			missed += info.recursion_misses;
	}
	return missed;
}

int main(int argc, char **argv)
{
	struct funccount_bpf *skel;
	unsigned long long missed, begin;
	bool session;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = funccount_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	need_kprobe_multi();
	find_functions(wanted.globs);
	session = wanted.latency && !wanted.no_session && !try_attach(BPF_TRACE_KPROBE_SESSION);

	/* Load only what will be attached. The rest may call what this kernel does not have. */
	skel->rodata->wanted_pid = wanted.pid;
	bpf_program__set_autoload(skel->progs.on_call, !wanted.latency);
	bpf_program__set_autoload(skel->progs.on_session, session);
	bpf_program__set_autoload(skel->progs.on_entry, wanted.latency && !session);
	bpf_program__set_autoload(skel->progs.on_return, wanted.latency && !session);
	bpf_map__set_autocreate(skel->maps.entries, wanted.latency && !session);
	bpf_map__set_max_entries(skel->maps.functions, function_count);
	cpus = possible_cpus();

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (funccount_bpf__load(skel))
		die("cannot load the BPF object");

	/* Attach: all functions at once. The sections name none, so the skeleton could not. */
	begin = now_ns();
	if (!wanted.latency) {
		skel->links.on_call = attach(skel->progs.on_call, false, false);
	} else if (session) {
		skel->links.on_session = attach(skel->progs.on_session, false, true);
	} else {
		skel->links.on_return = attach(skel->progs.on_return, true, false);
		skel->links.on_entry = attach(skel->progs.on_entry, false, false);
	}
	attached("%zu functions in %.3f s, with %s", function_count, (now_ns() - begin) / 1e9,
		 !wanted.latency ? "kprobe.multi" :
		 session	 ? "kprobe.session" :
				   "kprobe.multi and kretprobe.multi");
	while (wait_for_summary(wanted.interval, 0))
		show(skel);

	/* Detach before the last look, so that nothing is counted after it. */
	funccount_bpf__detach(skel);
	show(skel);
	report(shown, skel->bss->dropped);
	missed = count_missed(skel);
	if (missed)
		warn("%llu calls not counted: a program was running on that CPU already", missed);

	free(function_addrs);
	free(functions);
	funccount_bpf__destroy(skel);
	return 0;
}
