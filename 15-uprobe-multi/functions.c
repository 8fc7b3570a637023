// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which functions has an ELF file, and where? */
#include <fnmatch.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "functions.h"

struct function *functions;
size_t functions_count;

static int by_offset(const void *a, const void *b)
{
	const struct function *left = a, *right = b;

	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* Does the name of a function match as the compiler has written it, or as the source has it? */
static bool matches(const char *pattern, const char *name)
{
	return !fnmatch(pattern, name, 0) || !fnmatch(pattern, demangle(name), 0);
}

/*
 * Would its callers, or others, crash if its return were traced? Those that return twice store the
 * address to which they return, which is the kernel's then, for a second time when that is over.
 * What is not called, but jumped to, has something else than a return address on the stack.
 */
static bool must_not_be_timed(const char *name)
{
	static const char *const names[] = { "setjmp", "_setjmp", "__setjmp",
					     "sigsetjmp", "__sigsetjmp", "savectx",
					     "getcontext", "__getcontext", "swapcontext",
					     "__swapcontext", "__start_context", "__restore_rt",
					     "__restore" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return !strncmp(name, "_dl_runtime_", strlen("_dl_runtime_"));
}

/* Where in the file is what will be at @address in memory? */
static unsigned long file_offset(Elf *elf, GElf_Addr address)
{
	GElf_Phdr segment;

	for (int i = 0; gelf_getphdr(elf, i, &segment); i++)
		if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
		    address < segment.p_vaddr + segment.p_filesz)
			return address - segment.p_vaddr + segment.p_offset;
	return 0;
}

void find_functions(const char *path, const char *pattern)
{
	unsigned long start = 0;
	GElf_Ehdr elf_header;
	Elf *elf = open_elf_file(path, "library or program");
	Elf_Scn *section = NULL;
	size_t unique = 0;
	GElf_Shdr header;
	Elf_Data *data;
	GElf_Sym symbol;
	char *copy;

	if (gelf_getehdr(elf, &elf_header)) /* where the kernel jumps to */
		start = file_offset(elf, elf_header.e_entry);
	while ((section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_SYMTAB)
			continue;
		data = elf_getdata(section, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
			const char *name = elf_strptr(elf, header.sh_link, symbol.st_name);
			unsigned long offset = file_offset(elf, symbol.st_value);

			/* With a size, or it may be a label in the middle of something. */
			if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC || !symbol.st_size ||
			    symbol.st_shndx == SHN_UNDEF || !offset || !name ||
			    !matches(pattern, name))
				continue;
			functions =
				reallocarray(functions, functions_count + 1, sizeof(*functions));
			copy = strdup(name);
			if (!functions || !copy)
				die("cannot remember %s", name);
			functions[functions_count++] =
				(struct function){ .name = copy,
						   .offset = offset,
						   .untimed = offset == start ||
							      must_not_be_timed(name) };
		}
	}
	elf_end(elf);
	if (!functions_count)
		fail("%s has no function whose name matches '%s'", path, pattern);

	/* Several names for the same code are one function. */
	qsort(functions, functions_count, sizeof(*functions), by_offset);
	for (size_t i = 0; i < functions_count; i++) {
		if (!i || functions[i].offset != functions[unique - 1].offset) {
			functions[unique++] = functions[i];
		} else {
			functions[unique - 1].untimed |= functions[i].untimed;
			free(functions[i].name);
		}
	}
	functions_count = unique;
}

void free_functions(void)
{
	for (size_t i = 0; i < functions_count; i++)
		free(functions[i].name);
	free(functions);
}
