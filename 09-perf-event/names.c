// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Names for the addresses in a stack. Each address of a file is looked up once. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "maps.h"
#include "names.h"

/* A name that was looked up: of @offset in a file, or of an address in a process or in the kernel. */
struct named {
	const void *where; /* the module, or the process; NULL: the kernel */
	__u64 offset;
	const char *name;
};

unsigned long unseen_images, unknown_addresses;
bool kernel_has_names;

static int compare_named(const void *left, const void *right)
{
	return memcmp(left, right, offsetof(struct named, name));
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(left, right);
}

const char *intern(const char *name)
{
	static void *names;

	return find_or_add(&names, name, strlen(name) + 1, compare_names);
}

void learn_image(const struct image *image)
{
	read_mappings(find_process(image));
}

void learn_process(pid_t pid)
{
	struct image image = { pid, read_stack_top(pid) };

	if (image.stack_top)
		learn_image(&image);
}

static const char *name_in_file(const struct module *module, __u64 offset)
{
	char unnamed[512];
	const char *name, *file;
	__u64 address = find_symbol(module->symbols, offset, &name);

	if (name)
		return intern(demangle(name));
	file = strrchr(module->path, '/');
	snprintf(unnamed, sizeof(unnamed), "%.400s+0x%llx", file ? file + 1 : module->path, address);
	return intern(unnamed);
}

/* The code is in no file: of a JIT compiler, or mapped and gone between two looks. */
static const char *name_of_jit(struct process *process, __u64 addr)
{
	const char *name = find_jit(&process->jit, addr);

	unknown_addresses += !name && process->seen;
	return intern(name ? name : "[unknown]");
}

const char *user_name(const struct image *image, __u64 addr)
{
	struct process *process = find_process(image);
	const struct mapping *mapping = find_mapping(process, addr);
	struct named key = { .offset = addr }, *named;
	static void *known;

	if (!mapping && !process->read_again) { /* perhaps it was mapped a moment ago */
		process->read_again = true;
		read_mappings(process);
		mapping = find_mapping(process, addr);
		unseen_images += !process->seen;
	}
	key.where = process;
	if (mapping && mapping->module) { /* its names are the same for all processes */
		key.where = mapping->module;
		key.offset = addr - mapping->start + mapping->offset;
	}
	named = find_or_add(&known, &key, sizeof(key), compare_named);
	if (!named->name && mapping && mapping->module)
		named->name = name_in_file(mapping->module, key.offset);
	if (!named->name)
		named->name = name_of_jit(process, addr);
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
