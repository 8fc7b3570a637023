// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Names for the addresses in a stack. Each address of a file is looked up once. */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "example.h"
#include "names.h"

/* A file that code comes from: the same one for all processes that have it mapped. */
struct module {
	dev_t dev;
	ino_t ino;
	char *path; /* for messages, and for libdw to find the debug symbols beside it */
	int fd;	    /* -1: it could not be opened, or libdw has it now */
	bool tried;
	Dwfl *dwfl;
	Dwfl_Module *elf; /* NULL: it is no ELF file */
};

struct mapping {
	__u64 start, end, offset; /* end: the first address behind it; offset: in the file */
	struct module *module;
};

struct process {
	struct image image;
	struct mapping *mappings; /* what was read later comes later */
	size_t count;
	bool seen, read_again;
};

/* A name that was looked up: of @offset in the file, or of a kernel address if there is none. */
struct named {
	struct module *module;
	__u64 offset;
	const char *name;
};

unsigned long unseen_images;
bool kernel_has_names;

/* ---- Tables: the C library's trees ---- */

static int compare_modules(const void *left, const void *right)
{
	const struct module *a = left, *b = right;

	return a->dev != b->dev ? (a->dev < b->dev ? -1 : 1) :
	       a->ino != b->ino ? (a->ino < b->ino ? -1 : 1) : 0;
}

static int compare_processes(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct image));
}

static int compare_named(const void *left, const void *right)
{
	return memcmp(left, right, offsetof(struct named, name));
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* The element of @tree that equals @key, or else a new one, which is a copy of it. */
static void *find_or_add(void **tree, const void *key, size_t size,
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

const char *intern(const char *name)
{
	static void *names;

	return find_or_add(&names, name, strlen(name) + 1, compare_names);
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
	struct module *module, key = { .fd = -1 };
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
	module->fd = is_vdso ? open_vdso(end - start) : open(link, O_RDONLY | O_CLOEXEC);
	return module;
}

static void add_mapping(struct process *process, struct mapping mapping)
{
	size_t count = process->count;

	if (!(count & (count - 1))) {
		process->mappings = realloc(process->mappings,
					    (count ? 2 * count : 1) * sizeof(mapping));
		if (!process->mappings)
			die("cannot hold the names");
	}
	process->mappings[process->count++] = mapping;
}

/* What tells the program that @pid runs now from others (see struct image); 0: it has ended. */
static __u64 read_stack_top(__u64 pid)
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

static void read_mappings(struct process *process)
{
	unsigned long long start, end, offset;
	size_t before = process->count;
	char name[64], *line = NULL;
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
			   &path) == 4 && exec == 'x')
			add_mapping(process, (struct mapping){ start, end, offset,
				find_module(process->image.pid, start, end, line + path) });
	}
	free(line);
	fclose(file);

	/* Afterwards, so that what an exec has put there meanwhile is not taken for the old. */
	if (read_stack_top(process->image.pid) == process->image.stack_top)
		process->seen = true;
	else
		process->count = before;
}

static struct process *find_process(const struct image *image)
{
	static void *processes;
	struct process key = { .image = *image };

	return find_or_add(&processes, &key, sizeof(key), compare_processes);
}

void learn_image(const struct image *image)
{
	struct process *process = find_process(image);

	if (!process->seen)
		read_mappings(process);
}

void learn_process(pid_t pid)
{
	struct image image = { pid, read_stack_top(pid) };

	if (image.stack_top)
		learn_image(&image);
}

static const struct mapping *find_mapping(const struct process *process, __u64 addr)
{
	for (size_t i = process->count; i--;)
		if (addr >= process->mappings[i].start && addr < process->mappings[i].end)
			return &process->mappings[i];
	return NULL;
}

/* ---- What is there ---- */

/*
 * Called by libdw for the debug symbols of a stripped file: those that a package installed, by the
 * file's build ID. libdw's own callback would also follow the name that the file itself gives
 * (.gnu_debuglink), with "../": as root it opens any FIFO or device that a user's program names.
 */
static int find_debuginfo(Dwfl_Module *elf, void **userdata, const char *module_name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **found)
{
	char path[256] = "/usr/lib/debug/.build-id/";
	const unsigned char *id;
	GElf_Addr address;
	int size = dwfl_module_build_id(elf, &id, &address);
	char *end = path + strlen(path);

	if (size < 2 || size > 64)
		return -1;
	for (int i = 0; i < size; i++)
		end += sprintf(end, i == 1 ? "/%02x" : "%02x", id[i]);
	strcpy(end, ".debug");
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void open_elf(struct module *module)
{
	static const Dwfl_Callbacks callbacks = {
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};

	module->tried = true;
	if (module->fd < 0)
		return;
	unsetenv("DEBUGINFOD_URLS"); /* or libdw may fetch debug symbols from the network */
	module->dwfl = dwfl_begin(&callbacks);
	if (module->dwfl)
		module->elf = dwfl_report_offline(module->dwfl, module->path, module->path,
						  module->fd);
	if (module->elf)
		dwfl_report_end(module->dwfl, NULL, NULL);
	else
		close(module->fd);
	module->fd = -1; /* libdw's, if it took it */
}

/*
 * An ELF file says which part of it goes to which address (for a library, relative to where it
 * is loaded). Return that of @offset in the file, which is @offset if the file does not say.
 */
static __u64 elf_address(Elf *elf, __u64 offset)
{
	size_t count = 0;
	GElf_Phdr part;

	elf_getphdrnum(elf, &count);
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, i, &part) && part.p_type == PT_LOAD &&
		    offset >= part.p_offset && offset - part.p_offset < part.p_filesz)
			return offset - part.p_offset + part.p_vaddr;
	return offset;
}

static const char *look_up(struct module *module, __u64 offset)
{
	const char *name = NULL, *file;
	char unnamed[512];
	GElf_Addr bias;
	Elf *elf;

	if (!module->tried)
		open_elf(module);
	elf = module->elf ? dwfl_module_getelf(module->elf, &bias) : NULL;
	if (elf) {
		offset = elf_address(elf, offset);
		name = dwfl_module_addrname(module->elf, offset + bias);
	}
	if (name && *name)
		return intern(name);
	file = strrchr(module->path, '/');
	snprintf(unnamed, sizeof(unnamed), "%.400s+0x%llx", file ? file + 1 : module->path, offset);
	return intern(unnamed);
}

const char *user_name(const struct image *image, __u64 addr)
{
	struct process *process = find_process(image);
	const struct mapping *mapping = find_mapping(process, addr);
	static void *known;
	struct named key = {}, *named;

	if (!mapping && !process->read_again) { /* perhaps a library was loaded meanwhile */
		process->read_again = true;
		read_mappings(process);
		mapping = find_mapping(process, addr);
		unseen_images += !process->seen;
	}
	if (!mapping || !mapping->module)
		return intern("[unknown]");

	key.module = mapping->module;
	key.offset = addr - mapping->start + mapping->offset;
	named = find_or_add(&known, &key, sizeof(key), compare_named);
	if (!named->name)
		named->name = look_up(key.module, key.offset);
	return named->name;
}

const char *kernel_name(__u64 addr)
{
	struct named key = { .offset = addr }, *named;
	static void *known;

	named = find_or_add(&known, &key, sizeof(key), compare_named);
	if (!named->name) {
		char name[512], *offset;

		format_ksym(name, sizeof(name), addr);
		offset = strstr(name, "+0x"); /* "vfs_read+0x1f", "nft_do_chain+0x3 [nf_tables]" */
		if (offset)
			memmove(offset, offset + strcspn(offset, " "),
				strlen(offset + strcspn(offset, " ")) + 1);
		named->name = intern(name);
		kernel_has_names |= *name != '0';
	}
	return named->name;
}
