// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load usdtsnoop.bpf.c, and list a file's USDT probes, or print when a program comes by them. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
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
		/* libbpf would look for a bare name in PATH. */
		snprintf(path, sizeof(path), "%s%s", strchr(arg, '/') ? "" : "./", arg);
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
	       "PROVIDER and NAME may have the wildcards of the shell. Without any it is all probes.",
};

/* What FILE has of what is wanted, in the order of its notes. */
static struct usdt_probe *probes;
static size_t probes_count;

static struct bpf_link **links; /* one for each name */
static size_t links_count;

static bool is_wanted(const struct usdt_probe *probe)
{
	char name[sizeof(probe->provider) + sizeof(probe->name) + 1];

	snprintf(name, sizeof(name), "%s:%s", probe->provider, probe->name);
	for (int i = 0; i < wanted.patterns_count; i++)
		if (!fnmatch(wanted.patterns[i], name, 0))
			return true;
	return !wanted.patterns_count;
}

/* Add the probe of one note: three addresses and three strings. */
static void add_probe(const char *note, size_t size)
{
	const char *strings = note + 3 * sizeof(__u64), *end = note + size, *name, *args;
	struct usdt_probe probe = {};

	if (size < 3 * sizeof(__u64) + 3 || end[-1])
		return; /* broken, or of a 32-bit program */
	name = strings + strlen(strings) + 1;
	args = name < end ? name + strlen(name) + 1 : end;
	if (args >= end)
		return;
	memcpy(&probe.address, note, sizeof(__u64));
	memcpy(&probe.semaphore, note + 2 * sizeof(__u64), sizeof(__u64));
	snprintf(probe.provider, sizeof(probe.provider), "%s", strings);
	snprintf(probe.name, sizeof(probe.name), "%s", name);
	snprintf(probe.args, sizeof(probe.args), "%s", args);
	if (!is_wanted(&probe))
		return;
	probes = realloc(probes, (probes_count + 1) * sizeof(*probes));
	if (!probes)
		die("cannot remember a probe");
	probes[probes_count++] = probe;
}

/* Fill in probes[] with those that the ELF file @path has; dies if there is none. */
static void find_probes(const char *path)
{
	size_t next, name, desc;
	Elf *elf = open_elf_file(path, "program");
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Nhdr note;
	Elf_Data *data;

	while ((section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		data = header.sh_type == SHT_NOTE ? elf_getdata(section, NULL) : NULL;
		for (size_t at = 0; data && (next = gelf_getnote(data, at, &note, &name, &desc));
		     at = next)
			if (note.n_type == 3 && note.n_namesz == sizeof("stapsdt") &&
			    !memcmp((char *)data->d_buf + name, "stapsdt", sizeof("stapsdt")))
				add_probe((char *)data->d_buf + desc, note.n_descsz);
	}
	elf_end(elf);
	if (!probes_count && wanted.patterns_count)
		fail("%s has no such probe (-l lists those it has)", path);
	if (!probes_count)
		fail("%s has no USDT probes", path);
}

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

static int print_event(void *ctx, void *data, size_t size)
{
	const struct event *event = data;
	size_t args = (size - offsetof(struct event, args)) / sizeof(struct arg);
	char name[sizeof(probes->provider) + sizeof(probes->name) + 1];

	format_probe_index(name, sizeof(name), &event->probe);
	printf("%-7u ", event->pid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	putchar(' ');
	print_column(stdout, name, sizeof(name), 24);
	for (size_t i = 0; i < args; i++) {
		const struct arg *arg = &event->args[i];

		if (arg->kind == NUMBER || arg->kind == NO_TEXT) {
			printf(arg->kind == NUMBER ? " %lld" : " %lld(no string)", arg->value);
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

/*
 * Attach to each probe by its name once, wherever in the file it is. That is for all processes,
 * also with -p, since where the kernel filters by PID it may mean a thread. But before Linux 5.15
 * libbpf has to know the address of the nop in memory, which each process with a library or a
 * program that may be anywhere (PIE) has for itself: then it needs the PID.
 */
static void attach(struct bpf_program *program)
{
	bool has_cookies = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_get_attach_cookie,
						   NULL) == 1;
	pid_t pid = wanted.pid && !has_cookies ? wanted.pid : -1;

	links = calloc(probes_count, sizeof(*links));
	if (!links)
		die("cannot remember the links");
	for (size_t i = 0; i < probes_count; i++) {
		const struct usdt_probe *probe = &probes[i];
		LIBBPF_OPTS(bpf_usdt_opts, opts, .usdt_cookie = i);
		size_t first = 0;

		while (strcmp(probes[first].provider, probe->provider) ||
		       strcmp(probes[first].name, probe->name))
			first++;
		if (first < i)
			continue;
		links[links_count] = bpf_program__attach_usdt(program, pid, wanted.file,
							      probe->provider, probe->name, &opts);
		if (!links[links_count]) {
			if (errno == ENOTSUP && pid < 0 && !has_cookies)
				skip("all processes of this file at once need Linux 5.15 (attach "
				     "cookies); trace one, with -p PID");
			die("cannot attach to %s:%s in %s", probe->provider, probe->name,
			    wanted.file);
		}
		links_count++;
	}
}

int main(int argc, char **argv)
{
	struct usdtsnoop_bpf *skel;
	bool sleepable;
	struct ring_buffer *events;
	unsigned long long shown;

	parse_options(&argp, argc, argv);
	json_format("probe_index", format_probe_index);
	find_probes(wanted.file);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = usdtsnoop_bpf__open();
	if (!skel)
		die("cannot open the BPF object");
	if (wanted.list) {
		list_probes(skel->obj);
		return 0;
	}

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->wanted_pid = wanted.pid;
	skel->rodata->text_args = wanted.text_args;

	/* Only strings are worth waiting for. A kernel that knows no such programs would refuse one. */
	/* Uprobe programs may sleep since Linux 6.0: let the kernel judge one that does nothing. */
	sleepable = wanted.text_args && !wanted.no_sleep &&
		    !try_load(BPF_PROG_TYPE_KPROBE, 0, NULL, BPF_F_SLEEPABLE);
	bpf_program__set_autoload(skel->progs.on_probe, !sleepable);
	bpf_program__set_autoload(skel->progs.on_probe_sleepable, sleepable);

	/* Load: create the maps, fit the program to this kernel's types, and verify it. */
	if (usdtsnoop_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
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
	return 0;
}
