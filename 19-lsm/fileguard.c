// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Load fileguard.bpf.c, mark files, and print what is tried with them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "example.h"
#include "fileguard.h"
#include "fileguard.skel.h"

#define LSM_LIST "/sys/kernel/security/lsm"

static struct {
	char **paths; /* up to a NULL */
	bool enforce;
} wanted;

static const struct argp_option options_table[] = {
	{ "enforce", 'e', NULL, 0, "Forbid it; without this, only tell", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'e':
		wanted.enforce = true;
		return 0;
	case ARGP_KEY_ARGS:
		wanted.paths = state->argv + state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which files? Name one or more");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "FILE...",
	.doc = "Guard FILEs while it runs: tell who removes, renames, replaces or executes one, or "
	       "forbid it, to everybody.",
};

/* libbpf calls this for each record, with the skel->obj that ring_buffer__new() got as @ctx. */
static int print_event(void *ctx, void *data, size_t size)
{
	static const char *const actions[] = {
		[UNLINK] = "unlink",
		[RENAME] = "rename",
		[REPLACE] = "replace",
		[EXEC] = "exec",
		[MAP] = "map",
	};
	const struct event *event = data;

	printf("%-7u %-6u ", event->pid, event->uid);
	print_column(stdout, event->comm, sizeof(event->comm), 16);
	printf(" %-8s %-8s ", actions[event->action], event->denied ? "denied" : "allowed");
	print_column(stdout, event->name, sizeof(event->name), 20);
	putchar(' ');
	print_text(stdout, event->path, sizeof(event->path));
	putchar('\n');
	return 0; /* anything else would end the reading */
}

/* Where BPF is not an active security module, all loads and attaches, and nothing ever runs. */
static void need_bpf_lsm(void)
{
	char list[256] = "", padded[258];
	FILE *file = fopen(LSM_LIST, "re");

	if (!file && errno == ENOENT)
		fail("cannot see which security modules are active: there is no " LSM_LIST "\n"
		     "  hint: mount -t securityfs securityfs /sys/kernel/security");
	if (!file || !fgets(list, sizeof(list), file))
		die("cannot read " LSM_LIST);
	fclose(file);
	list[strcspn(list, "\n")] = '\0';
	snprintf(padded, sizeof(padded), ",%s,", list);
	if (!strstr(padded, ",bpf,"))
		skip("bpf is not among the active security modules (" LSM_LIST
		     "), so no lsm program "
		     "would ever run; boot with lsm=%s,bpf",
		     list);
}

/* Mark the file at @path. It stays open: an inode that nobody uses may be forgotten by the kernel,
 * and the mark with it. */
static void mark_file(const struct bpf_map *marks, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	struct mark mark = {};
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		fail("cannot mark %s: %m", path);
	if (S_ISDIR(st.st_mode))
		fail("cannot mark %s: it is a directory", path);
	if (!realpath(path, mark.path))
		fail("cannot find the whole path of %s: %m", path);
	if (bpf_map__update_elem(marks, &fd, sizeof(fd), &mark, sizeof(mark), BPF_ANY))
		die("cannot mark %s", path);
}

int main(int argc, char **argv)
{
	bool sleepable = kernel_is_at_least(5, 17);
	unsigned long long shown, count = 0;
	struct fileguard_bpf *skel;
	struct ring_buffer *events;

	parse_options(&argp, argc, argv);

	/* Open: parse the object that the skeleton embeds; the kernel knows nothing of it yet. */
	skel = fileguard_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	/* Constants can be set until the load, when the verifier drops the code they rule out. */
	skel->rodata->verdict = wanted.enforce ? -EPERM : 0;

	/* The hook may sleep since 5.11, but sleepable programs may use this kind of map since 5.17
	 * only; neither can be read from the kernel's BTF. */
	bpf_program__set_autoload(skel->progs.on_exec_path, sleepable);
	bpf_program__set_autoload(skel->progs.on_exec, !sleepable);

	/* Load: create the maps, fit the programs to this kernel's types, and verify them. */
	if (fileguard_bpf__load(skel)) {
		skip_if_refused("lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_inode_unlink");
		die("cannot load the BPF object");
	}
	need_bpf_lsm();

	/* Mark: what nobody has marked is none of our business. */
	for (char **path = wanted.paths; *path; path++, count++)
		mark_file(skel->maps.marks, *path);

	/* Read: have the reader ready before the first event can come. */
	events = ring_buffer__new(bpf_map__fd(skel->maps.events),
				  options.json ? print_json : print_event, skel->obj, NULL);
	if (!events)
		die("cannot read the ring buffer");

	/* Attach: from here on the kernel asks us. */
	if (fileguard_bpf__attach(skel))
		die("cannot attach to the hooks of security modules");

	if (!options.json)
		printf("%-7s %-6s %-16s %-8s %-8s %-20s %s\n", "PID", "UID", "COMM", "ACTION",
		       "VERDICT", "NAME", "PATH");
	attached("inode_unlink, inode_rename, bprm_check_security and mmap_file, %s %llu file%s",
		 wanted.enforce ? "guarding" : "watching", count, count == 1 ? "" : "s");
	shown = poll_ring(events);

	/* Detach, so that no new event comes; then print those that are still in the buffer. */
	fileguard_bpf__detach(skel);
	shown += drain_ring(events);
	report(shown, skel->bss->dropped);

	ring_buffer__free(events);
	fileguard_bpf__destroy(skel);
	return 0;
}
