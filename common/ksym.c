// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The kernel's symbols: /proc/kallsyms as a table sorted by address, made when first needed. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"

/* Functions are far shorter: what is farther from a symbol lies behind the kernel or a module. */
#define LONGEST_SYMBOL (1 << 20)

struct symbol {
	uint64_t addr;			       /* 0: the kernel hides it */
	uint32_t name;			       /* where in names[] */
	uint32_t module : 31, is_function : 1; /* the module's name is in names[] too; 0: none */
};

static const char *ksym_path = "/proc/kallsyms"; /* tests have their own */
static struct symbol *symbols;
static size_t symbol_count, symbol_room;
static char *names; /* [0] is an empty one */
static size_t names_size, names_room;
static bool loaded;
static int load_error;

/* Of several symbols at one address the kernel prefers the first; so does find_symbol(). */
static int by_address(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->name < b->name ? -1 : 1;
}

static void *make_room(void *list, size_t *room, size_t needed, size_t size)
{
	if (needed <= *room)
		return list;
	*room = 2 * needed + 4096;
	list = realloc(list, *room * size);
	if (!list)
		die("cannot hold the kernel's symbols");
	return list;
}

static uint32_t add_name(const char *name, size_t length)
{
	uint32_t start = names_size;

	names = make_room(names, &names_room, names_size + length + 1, 1);
	memcpy(names + start, name, length);
	names[start + length] = '\0';
	names_size += length + 1;
	return start;
}

/* Add what a line says: "ffffffffc0201000 t name\t[module]\n", the module being optional. */
static void add_symbol(const char *line, uint32_t *last_module)
{
	struct symbol *symbol;
	uint64_t addr = 0;
	size_t length;
	char type;

	for (; *line > ' '; line++)
		addr = addr << 4 | ((*line & 15) + (*line > '9' ? 9 : 0));
	type = line[0] && line[1] ? line[1] : 'a';
	if (type == 'a' || type == 'A' || line[2] != ' ') /* no address: offsets of per-CPU data */
		return;
	line += 3;
	length = strcspn(line, "\t\n");

	symbols = make_room(symbols, &symbol_room, symbol_count + 1, sizeof(*symbols));
	symbol = &symbols[symbol_count++];
	symbol->addr = addr;
	symbol->name = add_name(line, length);
	symbol->module = 0;
	symbol->is_function = strchr("tTwW", type) != NULL;

	line += length;
	if (line[0] == '\t' && line[1] == '[') {
		length = strcspn(line + 2, "]\n");
		if (strncmp(names + *last_module, line + 2, length) || names[*last_module + length])
			*last_module = add_name(line + 2, length);
		symbol->module = *last_module;
	}
}

static void load_symbols(void)
{
	uint32_t last_module = 0;
	bool sorted = true;
	char *line = NULL;
	size_t room = 0;
	FILE *file;

	loaded = true;
	add_name("", 0);
	errno = 0;
	file = fopen(ksym_path, "re");
	while (file && getline(&line, &room, file) > 0)
		add_symbol(line, &last_module);
	load_error = errno ? errno : ENODATA;
	free(line);
	if (file)
		fclose(file);

	for (size_t i = 1; i < symbol_count; i++)
		sorted = sorted && symbols[i - 1].addr <= symbols[i].addr;
	if (!sorted) /* modules come after the kernel, in the order they were loaded */
		qsort(symbols, symbol_count, sizeof(*symbols), by_address);
}

/* The first of the symbols nearest below @addr, or NULL. */
static const struct symbol *find_symbol(uint64_t addr)
{
	size_t low = 0, high = symbol_count;

	while (low < high) { /* low: how many symbols are known to be at or below addr */
		size_t middle = low + (high - low) / 2;

		if (symbols[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || !symbols[low - 1].addr || addr - symbols[low - 1].addr >= LONGEST_SYMBOL)
		return NULL;
	while (low > 1 && symbols[low - 2].addr == symbols[low - 1].addr)
		low--;
	return &symbols[low - 1];
}

const char *format_ksym(char *buf, size_t size, unsigned long long addr)
{
	const struct symbol *symbol;
	char offset[24] = "";

	if (!loaded)
		load_symbols();
	symbol = find_symbol(addr);
	if (!symbol) {
		snprintf(buf, size, "0x%llx", addr);
		return buf;
	}
	if (addr != symbol->addr)
		sprintf(offset, "+0x%llx", addr - (unsigned long long)symbol->addr);
	snprintf(buf, size, symbol->module ? "%s%s [%s]" : "%s%s", names + symbol->name, offset,
		 names + symbol->module);
	return buf;
}

/* Works where addresses are hidden, too. Some functions are there and yet not for kprobes. */
bool ksym_exists(const char *name)
{
	if (!loaded)
		load_symbols();
	if (!symbol_count) {
		errno = load_error;
		die("cannot read %s", ksym_path);
	}
	for (size_t i = 0; i < symbol_count; i++)
		if (symbols[i].is_function && !strcmp(names + symbols[i].name, name))
			return true;
	return false;
}
