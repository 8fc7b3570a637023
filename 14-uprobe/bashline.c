// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load bashline.bpf.c, find readline() in bash or its library, and print the lines typed there. */
#include <errno.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "bashline.h"
#include "bashline.skel.h"

#define FUNCTION "readline"
#define LIBRARY	 "libreadline.so"

static struct {
	const char *binary;
	pid_t pid;
	bool no_sleep;
	bool force;
} wanted;

enum { OPTION_NO_SLEEP = 256,
       OPTION_FORCE };

static const struct argp_option options_table[] = {
	{ "binary", 'b', "FILE", 0,
	  "Trace this bash, or other program or library that has readline (the bash in PATH)", 0 },
	{ "pid", 'p', "PID", 0, "Only the process PID, with the bash that it runs", 0 },
	{ "no-sleep", OPTION_NO_SLEEP, NULL, 0,
	  "Use programs that cannot wait for memory that is on disk, as before Linux 6.0", 0 },
	{ "force", OPTION_FORCE, NULL, 0,
	  "Trace also where that may end the processes (C++, Rust, Go, coroutines)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'b':
		wanted.binary = arg;
		return 0;
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case OPTION_NO_SLEEP:
		wanted.no_sleep = true;
		return 0;
	case OPTION_FORCE:
		wanted.force = true;
		return 0;
	case ARGP_KEY_END:
		if (wanted.binary && wanted.pid)
			argp_error(state,
				   "-p takes the program that PID runs; it does not go with -b");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.doc = "Print each line that is typed into bash, with its prompt and how long that took.\v"
	       "A FILE without a slash is one in the current directory or, failing that, in PATH "
	       "(where libraries are, if it has \".so\" in its name).\n\n"
	       "Tracing the return of a function ends a C++ or Rust process when an exception passes "
	       "that function, and crashes a Go process. Programs that are recognizably of that kind "
	       "are refused; a library does not show which programs use it.",
};

/* A prompt without what readline does not show: from \001 to \002 are a terminal's colours. */
static void print_prompt(const char *prompt)
{
	char shown[PROMPT_SIZE], *end = shown;
	bool hidden = false;

	for (; *prompt; prompt++) {
		if (*prompt == '\001' || *prompt == '\002')
			hidden = *prompt == '\001';
		else if (!hidden)
			*end++ = *prompt;
	}
	print_text(stdout, shown, end - shown);
}

static int print_event(void *ctx, void *data, size_t size)
{
	static const char *const remarks[] = { "", "...", "(unreadable)", "(end of input)" };
	const struct event *event = data;

	printf("%-7u %-5u ", event->pid, event->uid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %9.3f ", event->typing_ns / 1e9);
	print_prompt(event->prompt);
	if (event->prompt_state != TEXT_NONE)
		printf("%s", remarks[event->prompt_state]);
	print_text(stdout, event->line, size - offsetof(struct event, line));
	printf("%s\n", remarks[event->line_state]);
	return 0;
}

/*
 * Does the ELF file @path define FUNCTION? If not, the name of the library it needs that should
 * ("libreadline.so.8") is written into @library, or "" if there is none.
 */
static bool has_readline(const char *path, char *library, size_t size)
{
	Elf *elf = open_elf_file(path, "program");
	Elf_Scn *section = NULL;
	bool found = false;
	GElf_Shdr header;
	Elf_Data *data;

	library[0] = 0;
	while ((section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		if (header.sh_type != SHT_DYNAMIC && header.sh_type != SHT_DYNSYM &&
		    header.sh_type != SHT_SYMTAB)
			continue;
		data = header.sh_entsize ? elf_getdata(section, NULL) : NULL;
		for (size_t i = 0; data && i < data->d_size / header.sh_entsize; i++) {
			const char *name;
			GElf_Sym symbol;
			GElf_Dyn entry;

			if (header.sh_type == SHT_DYNAMIC) {
				if (!gelf_getdyn(data, i, &entry) || entry.d_tag != DT_NEEDED)
					continue;
				name = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
				if (name && !strncmp(name, LIBRARY, strlen(LIBRARY)))
					snprintf(library, size, "%s", name);
			} else if (gelf_getsym(data, i, &symbol) && symbol.st_shndx != SHN_UNDEF) {
				name = elf_strptr(elf, header.sh_link, symbol.st_name);
				found |= name && !strcmp(name, FUNCTION);
			}
		}
	}
	elf_end(elf);
	return found;
}

/*
 * Where is the libreadline that process @pid has mapped? Write the name that its maps have into
 * @name, and what leads to that file into @path. It may be in a container, where the name is
 * another file, and an upgrade may have deleted it, or put another one in its place.
 */
static bool find_library_of(pid_t pid, char *path, size_t size, char *name, size_t name_size)
{
	char line[PATH_MAX + 128], *at;
	unsigned long begin, end;
	bool found = false;
	FILE *maps;

	snprintf(line, sizeof(line), "/proc/%d/maps", pid);
	maps = fopen(line, "re");
	if (!maps)
		die("cannot read %s", line);
	while (!found && fgets(line, sizeof(line), maps)) {
		at = strchr(line, '/');
		if (!at || strncmp(strrchr(at, '/') + 1, LIBRARY, strlen(LIBRARY)) ||
		    sscanf(line, "%lx-%lx", &begin, &end) != 2)
			continue;
		found = true;
		at[strcspn(at, "\n")] = 0;
		snprintf(name, name_size, "%s of process %d", at, pid);
		snprintf(path, size, "/proc/%d/map_files/%lx-%lx", pid, begin, end);
	}
	fclose(maps);
	return found;
}

/* Dies if the process that runs @path is known not to survive what is done to it. */
static void refuse_what_would_end(const char *path)
{
	const char *risk = wanted.force ? NULL : return_probe_risk(path);

	if (risk)
		fail("%s %s; --force traces it nevertheless", path, risk);
}

/* Write where readline() is into @path, and how to call that into @name; dies if it is nowhere. */
static void find_readline(char *path, size_t size, char *name, size_t name_size)
{
	char library[NAME_MAX];

	if (wanted.pid)
		snprintf(path, size, "/proc/%d/exe", wanted.pid); /* also if it is in a container */
	else if (wanted.binary)
		find_elf_file(path, size, wanted.binary);
	else if (!search_elf_file(path, size, "bash"))
		fail("there is no bash in PATH; which file shall it be? (-b FILE)");

	snprintf(name, name_size, "%s", path);
	refuse_what_would_end(path);
	if (has_readline(path, library, sizeof(library)))
		return;
	if (wanted.pid && find_library_of(wanted.pid, path, size, name, name_size))
		return;
	if (wanted.pid || !library[0])
		fail("there is no function " FUNCTION " in %s, nor does it use " LIBRARY, path);
	if (!search_elf_file(path, size, library))
		fail("%s uses %s, which is not where libraries are; name it with -b", name,
		     library);
	snprintf(name, name_size, "%s", path);
}

/*
 * Uprobe programs may sleep since Linux 6.0, and may have task storage since 5.12. Let the kernel
 * judge: dies if it judges something else, such as our rights.
 */
static bool may_sleep(void)
{
	int err = try_load(BPF_PROG_TYPE_KPROBE, 0, NULL, BPF_F_SLEEPABLE);

	errno = -err;
	if (err && err != -EINVAL)
		die("cannot load a BPF program");
	return !err;
}

static bool may_have_task_storage(void)
{
	int has = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_task_storage_get, NULL);

	errno = -has;
	if (has < 0)
		die("cannot load a BPF program");
	return has;
}

static struct bpf_link *attach(struct bpf_program *program, const char *path, const char *name,
			       bool at_return)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = FUNCTION, .retprobe = at_return);
	struct bpf_link *link;

	/* With a PID the breakpoint is set in that process only; others run at full speed. */
	link = bpf_program__attach_uprobe_opts(program, wanted.pid ?: -1, path, 0, &opts);
	if (!link)
		die("cannot attach to " FUNCTION " in %s", name);
	return link;
}

int main(int argc, char **argv)
{
	struct bashline_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown;
	char path[PATH_MAX], name[PATH_MAX + 32];
	struct bpf_link **at_entry, **at_return;
	bool sleepable, task_storage;

	admin_hint = "run it with sudo (or grant CAP_SYS_ADMIN, which uprobes take)";
	parse_options(&argp, argc, argv);
	find_readline(path, sizeof(path), name, sizeof(name));
	sleepable = !wanted.no_sleep && may_sleep();

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = bashline_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* One pair of programs; a kernel that knows no sleepable ones would refuse the other. */
	bpf_program__set_autoload(skel->progs.on_readline, !sleepable);
	bpf_program__set_autoload(skel->progs.on_readline_return, !sleepable);
	bpf_program__set_autoload(skel->progs.on_readline_sleepable, sleepable);
	bpf_program__set_autoload(skel->progs.on_readline_return_sleepable, sleepable);

	/* Likewise one of the maps; the verifier does not look at the code for the other. */
	task_storage = may_have_task_storage();
	skel->rodata->use_task_storage = task_storage;
	bpf_map__set_autocreate(skel->maps.calls, task_storage);
	bpf_map__set_autocreate(skel->maps.calls_by_tid, !task_storage);

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (bashline_bpf__load(skel))
		die("cannot load the BPF object");

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach, the entry first: from here on every call of readline() in this file runs our
	 * programs. The links are the skeleton's, so that it detaches them. */
	at_entry = sleepable ? &skel->links.on_readline_sleepable : &skel->links.on_readline;
	at_return = sleepable ? &skel->links.on_readline_return_sleepable :
				&skel->links.on_readline_return;
	*at_entry = attach(sleepable ? skel->progs.on_readline_sleepable : skel->progs.on_readline,
			   path, name, false);
	*at_return = attach(sleepable ? skel->progs.on_readline_return_sleepable :
					skel->progs.on_readline_return,
			    path, name, true);

	if (!options.json)
		printf("%-7s %-5s %-16s %9s %s\n", "PID", "UID", "COMM", "SECONDS", "LINE");
	attached(FUNCTION " in %s, with %s programs", name, sleepable ? "sleepable" : "ordinary");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. The
	 * return first: it would take a call whose entry was not seen for one that there was no
	 * room for. */
	bpf_link__destroy(*at_return);
	*at_return = NULL;
	bashline_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	bashline_bpf__destroy(skel);
	return 0;
}
