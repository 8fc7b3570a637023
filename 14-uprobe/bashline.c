// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load bashline.bpf.c, find readline() in bash or its library, and print the lines typed there. */
#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "bashline.h"
#include "bashline.skel.h"

#define FUNCTION "readline"
#define LIBRARY	 "libreadline.so"

static struct {
	const char *binary;
	pid_t pid;
	bool no_sleep;
} wanted;

enum { OPTION_NO_SLEEP = 256 };

static const struct argp_option options_table[] = {
	{ "binary", 'b', "FILE", 0,
	  "Trace this bash, or other program or library that has readline (the bash in PATH)", 0 },
	{ "pid", 'p', "PID", 0, "Only the process PID, with the bash that it runs", 0 },
	{ "no-sleep", OPTION_NO_SLEEP, NULL, 0,
	  "Use programs that cannot wait for memory that is on disk, as before Linux 6.0", 0 },
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
	.doc = "Print each line that is typed into bash, with its prompt and how long that took.",
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

/* Write the path of bash, as the shell would find it, into @path. */
static void find_bash(char *path, size_t size)
{
	char *dirs = strdup(getenv("PATH") ?: "/usr/bin:/bin"), *rest = dirs, *dir;

	if (!dirs)
		die("cannot look for bash in PATH");
	while ((dir = strsep(&rest, ":"))) {
		snprintf(path, size, "%s/bash", dir);
		if (!access(path, X_OK)) {
			free(dirs);
			return;
		}
	}
	fail("there is no bash in PATH; which file shall it be? (-b FILE)");
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
 * Write the path of the libreadline that process @pid has mapped into @path. It may be in a
 * container, where the same path is another file: /proc/PID/root is what the process calls /.
 */
static bool find_library_of(pid_t pid, char *path, size_t size)
{
	char line[PATH_MAX + 128], *name = NULL;
	FILE *maps;

	snprintf(line, sizeof(line), "/proc/%d/maps", pid);
	maps = fopen(line, "re");
	if (!maps)
		die("cannot read %s", line);
	while (!name && fgets(line, sizeof(line), maps)) {
		name = strchr(line, '/');
		if (name && !strstr(name, "/" LIBRARY))
			name = NULL;
	}
	fclose(maps);
	if (!name)
		return false;
	name[strcspn(name, "\n")] = 0;
	snprintf(path, size, "/proc/%d/root%s", pid, name);
	return true;
}

/* Write where readline() is into @path; dies if it is nowhere. */
static void find_readline(char *path, size_t size)
{
	char library[NAME_MAX];

	if (wanted.pid)
		snprintf(path, size, "/proc/%d/exe", wanted.pid); /* also if it is in a container */
	else if (wanted.binary)
		snprintf(path, size, "%s", wanted.binary);
	else
		find_bash(path, size);

	if (has_readline(path, library, sizeof(library)))
		return;
	if (wanted.pid && find_library_of(wanted.pid, path, size))
		return;
	if (wanted.pid || !library[0])
		fail("there is no function " FUNCTION " in %s, nor does it use " LIBRARY, path);
	snprintf(path, size, "%s", library); /* libbpf looks where libraries usually are */
}

static struct bpf_link *attach(struct bpf_program *program, const char *path, bool at_return)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .func_name = FUNCTION, .retprobe = at_return);
	struct bpf_link *link;

	/* With a PID the breakpoint is set in that process only; others run at full speed. */
	link = bpf_program__attach_uprobe_opts(program, wanted.pid ?: -1, path, 0, &opts);
	if (!link)
		die("cannot attach to " FUNCTION " in %s", path);
	return link;
}

int main(int argc, char **argv)
{
	struct bashline_bpf *skel;
	struct ring_buffer *events;
	unsigned long long shown;
	char path[PATH_MAX];
	bool sleepable, task_storage;

	parse_options(&argp, argc, argv);
	find_readline(path, sizeof(path));
	/* Uprobe programs may sleep since Linux 6.0: let the kernel judge one that does nothing. */
	sleepable = !wanted.no_sleep &&
		    !try_load(BPF_PROG_TYPE_KPROBE, 0, NULL, BPF_F_SLEEPABLE);

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
	task_storage = libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_task_storage_get,
					       NULL) == 1;
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
	if (sleepable) {
		skel->links.on_readline_sleepable =
			attach(skel->progs.on_readline_sleepable, path, false);
		skel->links.on_readline_return_sleepable =
			attach(skel->progs.on_readline_return_sleepable, path, true);
	} else {
		skel->links.on_readline = attach(skel->progs.on_readline, path, false);
		skel->links.on_readline_return = attach(skel->progs.on_readline_return, path, true);
	}

	if (!options.json)
		printf("%-7s %-5s %-16s %9s %s\n", "PID", "UID", "COMM", "SECONDS", "LINE");
	attached(FUNCTION " in %s, with %s programs", path, sleepable ? "sleepable" : "ordinary");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	bashline_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	bashline_bpf__destroy(skel);
	return 0;
}
