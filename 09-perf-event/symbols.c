// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The symbols of a file. libdw maps files into memory, and whoever may write to one may cut it meanwhile: then
 * looking at it is SIGBUS, after which that file is left alone.
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "symbols.h"

struct symbols {
	const char *path;
	int fd;
	bool tried;
	Dwfl *dwfl;
	Dwfl_Module *elf; /* NULL: it is no ELF file, or was cut */
	bool all;	  /* has it all symbols, or only those that other files may use? */
};

static bool found_debuginfo;
static sigjmp_buf cut;

static void on_sigbus(int sig)
{
	siglongjmp(cut, 1);
}

struct symbols *symbols_of(int fd, const char *path)
{
	struct symbols *symbols = malloc(sizeof(*symbols));

	if (!symbols)
		die("cannot hold the names");
	*symbols = (struct symbols){ .path = path, .fd = fd };
	return symbols;
}

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
	size = open(path, O_RDONLY | O_CLOEXEC);
	found_debuginfo |= size >= 0;
	return size;
}

/* Has @elf the table of all symbols, not only of those that other files may use? */
static bool has_all_symbols(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
			return true;
	return false;
}

static void open_elf(struct symbols *symbols)
{
	static const Dwfl_Callbacks callbacks = {
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
	};

	GElf_Addr bias;
	Elf *elf;

	symbols->tried = true;
	if (symbols->fd < 0)
		return;
	unsetenv("DEBUGINFOD_URLS"); /* or libdw may fetch debug symbols from the network */
	symbols->dwfl = dwfl_begin(&callbacks);
	if (symbols->dwfl)
		symbols->elf = dwfl_report_offline(symbols->dwfl, symbols->path, symbols->path, symbols->fd);
	if (!symbols->elf) {
		close(symbols->fd);
		return;
	}
	dwfl_report_end(symbols->dwfl, NULL, NULL);
	found_debuginfo = false;
	dwfl_module_getsymtab(symbols->elf); /* asks find_debuginfo() if the file itself has none */
	elf = dwfl_module_getelf(symbols->elf, &bias);
	symbols->all = found_debuginfo || (elf && has_all_symbols(elf));
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

/*
 * A symbol with a size is a function's from its first byte to its last. One without, as assembly has it, is taken
 * to reach to the next one, but only where all symbols are there: in a stripped file a function that has lost its
 * name may lie between.
 */
static const char *name_at(const struct symbols *symbols, GElf_Addr address)
{
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name = dwfl_module_addrinfo(symbols->elf, address, &offset, &symbol, NULL, NULL, NULL);

	if (!name || !*name || (symbol.st_size ? offset >= symbol.st_size : !symbols->all))
		return NULL;
	return name;
}

__u64 find_symbol(struct symbols *symbols, __u64 offset, const char **name)
{
	struct sigaction before, action = { .sa_handler = on_sigbus };
	volatile __u64 address = offset;
	GElf_Addr bias;
	Elf *elf;

	*name = NULL;
	sigaction(SIGBUS, &action, &before);
	if (sigsetjmp(cut, 1)) {
		symbols->elf = NULL;
	} else {
		if (!symbols->tried)
			open_elf(symbols);
		elf = symbols->elf ? dwfl_module_getelf(symbols->elf, &bias) : NULL;
		if (elf) {
			address = elf_address(elf, offset);
			*name = name_at(symbols, address + bias);
		}
	}
	sigaction(SIGBUS, &before, NULL);
	return address;
}
