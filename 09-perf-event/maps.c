// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which files the code of a program comes from: /proc/PID/maps. */
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "example.h"
#include "maps.h"

/* ---- Tables: the C library's trees ---- */

static int compare_modules(const void *left, const void *right)
{
	const struct module *a = left, *b = right;

	return a->dev != b->dev ? (a->dev < b->dev ? -1 : 1) :
	       a->ino != b->ino ? (a->ino < b->ino ? -1 : 1) :
				  0;
}

static int compare_processes(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct image));
}

void *find_or_add(void **tree, const void *key, size_t size,
		  int (*compare)(const void *, const void *))
{
	void **node = tsearch(key, tree, compare);

	if (node && *node == key) { /* not found, so now the tree points to key itself */
		*node = malloc(size);
		if (*node)
			return memcpy(*node, key, size);
	}
	if (!node || !*node)
		die("cannot hold the names");
	return *node;
}

/* ---- What is mapped where ---- */

/* The kernel's own little library, which is in all processes but in no file: take it from ours. */
static int open_vdso(size_t size)
{
	const void *ours = (const void *)getauxval(AT_SYSINFO_EHDR);
	int fd = ours ? memfd_create("vdso", MFD_CLOEXEC) : -1;

	if (fd >= 0 && write(fd, ours, size) != (ssize_t)size) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The file that pages from @start to @end of process @pid come from, or NULL if from none. */
static struct module *find_module(__u64 pid, __u64 start, __u64 end, char *path)
{
	static void *modules;
	struct module *module, key = {};
	bool is_vdso = !strcmp(path, "[vdso]") && end >> 32; /* not that of 32-bit programs */
	struct stat file = {};
	char link[64], *suffix;

	/* This leads to the file itself, deleted or not, and in whatever mount namespace. */
	snprintf(link, sizeof(link), "/proc/%llu/map_files/%llx-%llx", pid, start, end);
	if (!is_vdso && (stat(link, &file) || !S_ISREG(file.st_mode)))
		return NULL;
	key.dev = file.st_dev;
	key.ino = file.st_ino;
	module = find_or_add(&modules, &key, sizeof(key), compare_modules);
	if (module->path)
		return module;

	suffix = strstr(path, " (deleted)");
	if (suffix)
		*suffix = '\0';
	module->path = strdup(path);
	if (!module->path)
		die("cannot hold the names");
	module->symbols = symbols_of(is_vdso ? open_vdso(end - start) : open(link, O_RDONLY | O_CLOEXEC),
				     module->path);
	return module;
}

static void add_mapping(struct process *process, struct mapping mapping)
{
	size_t count = process->count;

	for (size_t i = 0; i < count; i++)
		if (!memcmp(&process->mappings[i], &mapping, sizeof(mapping)))
			return;
	if (!(count & (count - 1))) {
		process->mappings = realloc(process->mappings,
					    (count ? 2 * count : 1) * sizeof(mapping));
		if (!process->mappings)
			die("cannot hold the names");
	}
	process->mappings[process->count++] = mapping;
}

/* What tells the program that @pid runs now from others (see struct image); 0: it has ended. */
__u64 read_stack_top(__u64 pid)
{
	char path[64], line[1024], *field;
	__u64 stack_top = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%llu/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	/* The name, field 2, may have spaces and brackets in it; field 28 is startstack. */
	field = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	for (int i = 2; field && i < 28; i++)
		field = strchr(field + 1, ' ');
	if (field)
		stack_top = strtoull(field, NULL, 10);
	fclose(file);
	return stack_top;
}

void read_mappings(struct process *process)
{
	unsigned long long start, end, offset;
	size_t before = process->count;
	char name[64], *line = NULL;
	struct module *module;
	size_t room = 0;
	FILE *file;
	char exec;
	int path;

	snprintf(name, sizeof(name), "/proc/%llu/maps", process->image.pid);
	file = fopen(name, "re");
	if (!file)
		return;
	/* 7f2c5b600000-7f2c5b755000 r-xp 00026000 08:01 1234    /usr/lib/libc.so.6 */
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%llx-%llx %*2c%c%*c %llx %*s %*s %n", &start, &end, &exec, &offset,
			   &path) == 4 &&
		    exec == 'x') {
			module = find_module(process->image.pid, start, end, line + path);
			add_mapping(process, (struct mapping){ start, end, offset, module });
		}
	}
	free(line);
	fclose(file);

	/* Afterwards, so that what an exec has put there meanwhile is not taken for the old. */
	if (read_stack_top(process->image.pid) != process->image.stack_top) {
		process->count = before;
		return;
	}
	process->seen = true;
	find_jit_file(&process->jit, process->image.pid);
}

struct process *find_process(const struct image *image)
{
	static void *processes;
	struct process key = { .image = *image };

	return find_or_add(&processes, &key, sizeof(key), compare_processes);
}

const struct mapping *find_mapping(const struct process *process, __u64 addr)
{
	for (size_t i = process->count; i--;)
		if (addr >= process->mappings[i].start && addr < process->mappings[i].end)
			return &process->mappings[i];
	return NULL;
}
