// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What is loaded in the kernel and held by no process: it would outlive us all. */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kit.h"

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static const struct kind {
	const char *name;
	int next_id, by_id; /* the bpf() commands */
} kinds[] = {
	{ "prog", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
	{ "map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
	{ "link", BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID },
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

struct set {
	struct object {
		const struct kind *kind;
		unsigned long id;
	} * objects;
	size_t count, room;
};

static void add(struct set *set, const struct kind *kind, unsigned long id)
{
	if (set->count == set->room) {
		set->room = 2 * set->room + 64;
		set->objects = realloc(set->objects, set->room * sizeof(*set->objects));
		if (!set->objects)
			die("no memory");
	}
	set->objects[set->count++] = (struct object){ kind, id };
}

static bool has(const struct set *set, struct object object)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->objects[i].kind == object.kind && set->objects[i].id == object.id)
			return true;
	return false;
}

/* The kind that is called @name, the first @length bytes of it; or NULL. */
static const struct kind *find_kind(const char *name, size_t length)
{
	for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++)
		if (strlen(kind->name) == length && !strncmp(kind->name, name, length))
			return kind;
	return NULL;
}

/* Add what the descriptor that /proc/PID/fdinfo/N, @path, tells of is. */
static void add_descriptor(struct set *held, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned long id;
	char line[256];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		const struct kind *kind = find_kind(line, strcspn(line, "_"));

		if (kind && sscanf(line + strlen(kind->name), "_id: %lu", &id) == 1)
			add(held, kind, id);
	}
	fclose(file);
}

static void find_held(struct set *held)
{
	DIR *proc = opendir("/proc");
	struct dirent *process, *fd;
	char path[600];

	if (!proc)
		die("cannot read /proc");
	while ((process = readdir(proc))) {
		DIR *fds;

		if (process->d_name[0] < '0' || process->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd", process->d_name);
		fds = opendir(path);
		while (fds && (fd = readdir(fds))) {
			char target[64] = "";

			/* Descriptors of BPF objects are links to "anon_inode:bpf-map" and the like. */
			snprintf(path, sizeof(path), "/proc/%s/fd/%s", process->d_name, fd->d_name);
			if (readlink(path, target, sizeof(target) - 1) < 0 || !strstr(target, "bpf"))
				continue;
			snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", process->d_name, fd->d_name);
			add_descriptor(held, path);
		}
		if (fds)
			closedir(fds);
	}
	closedir(proc);
}

/* Print the object @id of @kind with its name; false if it is gone. */
static bool print_object(FILE *out, const struct kind *kind, uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };
	union {
		struct bpf_prog_info prog;
		struct bpf_map_info map;
		struct bpf_link_info link;
	} info = {};
	int fd = bpf(kind->by_id, &attr);

	if (fd < 0)
		return false;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info = (uintptr_t)&info;
	attr.info.info_len = sizeof(info);
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		die("cannot ask for %s %u", kind->name, id);
	close(fd);
	fprintf(out, "%s %u %s (type %u)\n", kind->name, id,
		kind->by_id == BPF_PROG_GET_FD_BY_ID ? info.prog.name :
		kind->by_id == BPF_MAP_GET_FD_BY_ID  ? info.map.name :
						       "",
		info.link.type); /* each of the three begins with its type */
	return true;
}

/* Print those that no process holds and that @known has not. Returns how many. */
static size_t print_unheld(FILE *out, const struct set *known)
{
	struct set all = {}, held = {};
	size_t count = 0;

	/* Who is there is asked first: one that comes later is not missed among the held. */
	for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) {
		union bpf_attr attr = {};

		for (; !bpf(kind->next_id, &attr); attr.start_id = attr.next_id)
			add(&all, kind, attr.next_id);
		if (errno != ENOENT)
			die("cannot list the %ss", kind->name);
	}
	find_held(&held);
	for (size_t i = 0; i < all.count; i++)
		if (!has(&held, all.objects[i]) && !has(known, all.objects[i]))
			count += print_object(out, all.objects[i].kind, all.objects[i].id);
	free(all.objects);
	free(held.objects);
	return count;
}

/* unheld: print the programs, maps and links that no process holds: "map 12 counts (type 2)". */
int cmd_unheld(int argc, char **argv)
{
	print_unheld(stdout, &(struct set){});
	return 0;
}

/*
 * nothing-new SECONDS FILE: wait until nothing is unheld that FILE, from an earlier unheld, has
 * not. If something stays that long: print it, status 1.
 */
int cmd_nothing_new(int argc, char **argv)
{
	double until = now() + atof(argv[1]);
	FILE *file = fopen(argv[2], "re");
	struct set known = {};
	unsigned long id;
	char line[256], kind[8];

	if (!file)
		die("cannot read %s", argv[2]);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%7s %lu", kind, &id) == 2)
			add(&known, find_kind(kind, strlen(kind)), id);
	fclose(file);
	while (true) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			die("no memory");
		if (!print_unheld(out, &known))
			return 0;
		fclose(out);
		if (now() >= until) {
			fputs(text, stdout);
			return 1;
		}
		free(text);
		sleep_ms(20);
	}
}
