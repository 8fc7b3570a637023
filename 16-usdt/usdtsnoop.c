// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load usdtsnoop.bpf.c, and list a file's USDT probes, or print when a program comes by them. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "notes.h"
#include "usdtsnoop.h"
#include "usdtsnoop.skel.h"

static struct {
	bool list;
	pid_t pid;
	__u32 text_args;
	bool no_sleep;
	const char *file;
	char **patterns;
	int patterns_count;
} wanted;

enum { OPTION_NO_SLEEP = 256 };

static const struct argp_option options_table[] = {
	{ "list", 'l', NULL, 0, "List the probes that FILE has, and where their arguments are", 0 },
	{ "pid", 'p', "PID", 0, "Only the process PID; FILE is what it runs, unless given", 0 },
	{ "string", 's', "N", 0, "Argument N (1 is the first) is a string; may be repeated", 0 },
	{ "no-sleep", OPTION_NO_SLEEP, NULL, 0,
	  "Do not wait for strings that are on disk, as before Linux 6.0", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static char path[PATH_MAX];

	switch (key) {
	case 'l':
		wanted.list = true;
		return 0;
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case 's':
		wanted.text_args |= 1 << (parse_number(state, "N", arg, 1, MAX_ARGS) - 1);
		return 0;
	case OPTION_NO_SLEEP:
		wanted.no_sleep = true;
		return 0;
	case ARGP_KEY_ARG:
		if (wanted.file || strchr(arg, ':'))
			return ARGP_ERR_UNKNOWN; /* a pattern: all come with ARGP_KEY_ARGS */
		find_elf_file(path, sizeof(path), arg);
		wanted.file = path;
		return 0;
	case ARGP_KEY_ARGS:
		wanted.patterns = state->argv + state->next;
		wanted.patterns_count = state->argc - state->next;
		for (int i = 0; i < wanted.patterns_count; i++)
			if (!*wanted.patterns[i])
				argp_error(state, "a pattern is PROVIDER:NAME, not ''");
		return 0;
	case ARGP_KEY_END:
		if (wanted.pid && !wanted.file) {
			snprintf(path, sizeof(path), "/proc/%d/exe", wanted.pid);
			wanted.file = path;
		}
		if (!wanted.file)
			argp_error(state,
				   "which FILE? A program or library with probes, or -p PID");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "FILE [PROVIDER:NAME...]\n-p PID [PROVIDER:NAME...]",
	.doc = "Print each time that a program comes by one of its USDT probes, with the arguments.\v"
	       "PROVIDER and NAME may have the wildcards of the shell. Without any it is all probes.\n\n"
	       "A FILE without a slash is one in the current directory or, failing that, in PATH "
	       "(where libraries are, if it has \".so\" in its name).",
};

static struct bpf_link **links; /* one for each name */
static size_t links_count;

static void list_probes(const struct bpf_object *obj)
{
	if (!options.json)
		printf("%-32s %-12s %-9s %s\n", "PROBE", "ADDRESS", "SEMAPHORE", "ARGUMENTS");
	for (size_t i = 0; i < probes_count; i++) {
		const struct usdt_probe *probe = &probes[i];
		char name[sizeof(probe->provider) + sizeof(probe->name) + 1];

		if (options.json) {
			print_record(obj, "usdt_probe", probe, sizeof(*probe));
			continue;
		}
		snprintf(name, sizeof(name), "%s:%s", probe->provider, probe->name);
		print_column(stdout, name, sizeof(name), 32);
		printf(" %#-12llx %-9s ", probe->address, probe->semaphore ? "yes" : "-");
		print_text(stdout, probe->args, sizeof(probe->args));
		putchar('\n');
	}
	flush_output();
}

static void format_probe_index(char *buf, size_t size, const void *data)
{
	__u32 i;

	memcpy(&i, data, sizeof(i));
	snprintf(buf, size, "%s:%s", probes[i].provider, probes[i].name);
}

static const struct event *printed; /* for format_value(), which is given no more than the value */

static void format_value(char *buf, size_t size, const void *data)
{
	size_t arg = ((const char *)data - (const char *)printed->args) / sizeof(struct arg);
	arg_value value;

	memcpy(&value, data, sizeof(value));
	snprintf(buf, size,
		 value < 0 && is_unsigned(&probes[printed->probe], arg) ? "%llu" : "%lld", value);
}

static int print_event_as_json(void *ctx, void *data, size_t size)
{
	printed = data;
	return print_json(ctx, data, size);
}

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	char value[24];
	size_t args = (size - offsetof(struct event, args)) / sizeof(struct arg);
	char name[sizeof(probes->provider) + sizeof(probes->name) + 1];

	printed = event;
	format_probe_index(name, sizeof(name), &event->probe);
	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	putchar(' ');
	print_column(stdout, name, sizeof(name), 24);
	for (size_t i = 0; i < args; i++) {
		const struct arg *arg = &event->args[i];

		if (arg->kind == NUMBER || arg->kind == NO_TEXT) {
			format_value(value, sizeof(value), &arg->value);
			printf(arg->kind == NUMBER ? " %s" : " %s(no string)", value);
		} else if (arg->kind == UNREADABLE) {
			printf(" (unreadable)");
		} else {
			printf(" \"");
			print_text(stdout, arg->text, sizeof(arg->text));
			printf(arg->kind == TEXT_CUT ? "\"..." : "\"");
		}
	}
	putchar('\n');
	return 0;
}

static char complaint[256]; /* of libbpf, about an argument that it cannot fetch */
static libbpf_print_fn_t print_libbpf;

/* Called for all that libbpf says: floating-point registers and variables are not among what it can
 * fetch, and only here it tells which argument is one. */
static int hear(enum libbpf_print_level level, const char *fmt, va_list args)
{
	static const char *const complaints[] = { "unrecognized register ", "unrecognized arg ",
						  "unsupported arg ", "too many USDT arguments ",
						  "invalid SIB scale " };
	static const char prefix[] = "libbpf: usdt: ";
	char text[sizeof(complaint)];
	va_list copy;

	va_copy(copy, args);
	vsnprintf(text, sizeof(text), fmt, copy);
	va_end(copy);
	text[strcspn(text, "\n")] = 0;
	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
		if (!strncmp(text, prefix, strlen(prefix)) &&
		    !strncmp(text + strlen(prefix), complaints[i], strlen(complaints[i])))
			snprintf(complaint, sizeof(complaint), "%s", text + strlen(prefix));
	return print_libbpf(level, fmt, args);
}

/*
 * Attach to each probe by its name once, wherever in the file it is. That is for all processes,
 * also with -p, since where the kernel filters by PID it may mean a thread. But before Linux 5.15
 * libbpf has to know the address of the nop in memory, which each process with a library or a
 * program that may be anywhere (PIE) has for itself: then it needs the PID.
 */
static void attach(struct bpf_program *program)
{
	int has_cookies =
		libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_get_attach_cookie, NULL);
	pid_t pid = wanted.pid && !has_cookies ? wanted.pid : -1;

	errno = -has_cookies;
	if (has_cookies < 0)
		die("cannot load a BPF program");
	links = calloc(probes_count, sizeof(*links));
	if (!links)
		die("cannot remember the links");
	print_libbpf = libbpf_set_print(hear);
	for (size_t i = 0; i < probes_count; i++) {
		const struct usdt_probe *probe = &probes[i];
		LIBBPF_OPTS(bpf_usdt_opts, opts, .usdt_cookie = i);
		size_t first = 0;

		while (strcmp(probes[first].provider, probe->provider) ||
		       strcmp(probes[first].name, probe->name))
			first++;
		if (first < i)
			continue;
		complaint[0] = 0;
		links[links_count] = bpf_program__attach_usdt(program, pid, wanted.file,
							      probe->provider, probe->name, &opts);
		if (!links[links_count] && complaint[0]) {
			warn("left out %s:%s, which has an argument that cannot be fetched: %s",
			     probe->provider, probe->name, complaint);
			continue;
		}
		if (!links[links_count]) {
			if (errno == ENOTSUP && pid < 0 && !has_cookies)
				skip("all processes of this file at once need Linux 5.15 (attach "
				     "cookies); trace one, with -p PID");
			die("cannot attach to %s:%s in %s", probe->provider, probe->name,
			    wanted.file);
		}
		links_count++;
	}
	libbpf_set_print(print_libbpf);
	if (!links_count)
		fail("no probe is left");
}

/*
 * Uprobe programs may sleep since Linux 6.0. Let the kernel judge one that does nothing: dies if it
 * judges something else, such as our rights.
 */
static bool may_sleep(void)
{
	int err = try_load(BPF_PROG_TYPE_KPROBE, 0, NULL, BPF_F_SLEEPABLE);

	errno = -err;
	if (err && err != -EINVAL)
		die("cannot load a BPF program");
	return !err;
}

/* Make room for the way to the arguments of each place, which may be another one each time. */
static void make_room(struct bpf_map *map)
{
	if (probes_count > bpf_map__max_entries(map))
		bpf_map__set_max_entries(map, probes_count);
}

int main(int argc, char **argv)
{
	struct usdtsnoop_bpf *skel;
	bool sleepable;
	struct ring_buffer *events;
	unsigned long long shown;

	if (!kernel_is_at_least(6, 6)) /* before uprobe.multi links */
		admin_hint =
			"run it with sudo (or grant CAP_SYS_ADMIN, which uprobes take before Linux 6.6)";
	parse_options(&argp, argc, argv);
	json_format("probe_index", format_probe_index);
	json_format_number("arg_value", format_value);
	find_probes(wanted.file, wanted.patterns, wanted.patterns_count);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = usdtsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	if (wanted.list) {
		list_probes(skel->obj);
		usdtsnoop_bpf__destroy(skel);
		free_probes();
		return 0;
	}

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->text_args = wanted.text_args;

	/* Only strings are worth waiting for. A kernel that knows no such programs would refuse
	 * one. */
	sleepable = wanted.text_args && !wanted.no_sleep && may_sleep();
	bpf_program__set_autoload(skel->progs.on_probe, !sleepable);
	bpf_program__set_autoload(skel->progs.on_probe_sleepable, sleepable);
	make_room(skel->maps.__bpf_usdt_specs);
	make_room(skel->maps.__bpf_usdt_ip_to_spec_id);

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (usdtsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events =
		ring_buffer__new(bpf_map__fd(skel->maps.events),
				 options.json ? print_event_as_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on each nop of these probes runs our program. */
	attach(sleepable ? skel->progs.on_probe_sleepable : skel->progs.on_probe);

	if (!options.json)
		printf("%-7s %-16s %-24s %s\n", "PID", "COMM", "PROBE", "ARGUMENTS");
	attached("%zu probes of %s", links_count, wanted.file);
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	while (links_count)
		bpf_link__destroy(links[--links_count]);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	usdtsnoop_bpf__destroy(skel);
	free(links);
	free_probes();
	return 0;
}
