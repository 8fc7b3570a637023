// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Programs and libraries that people name: finding them, opening them, and one look at them. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "example.h"

/* Is @path a file, and no device, which may do something when it is opened, nor a FIFO, which
 * waits? */
static bool is_file(const char *path)
{
	struct stat file;

	return !stat(path, &file) && S_ISREG(file.st_mode);
}

bool search_elf_file(char *path, size_t size, const char *name)
{
	bool is_library = strstr(name, ".so");
	const char *own = getenv(is_library ? "LD_LIBRARY_PATH" : "PATH");
	struct utsname kernel;
	char list[4096];

	uname(&kernel);
	if (is_library)
		snprintf(
			list, sizeof(list),
			"%s:/lib/%s-linux-gnu:/usr/lib/%s-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib",
			own ?: "", kernel.machine, kernel.machine);
	else
		snprintf(list, sizeof(list), "%s", own ?: "/usr/bin:/bin");
	for (char *rest = list, *dir; (dir = strsep(&rest, ":"));)
		if (*dir && snprintf(path, size, "%s/%s", dir, name) < (int)size && is_file(path) &&
		    !access(path, is_library ? R_OK : X_OK))
			return true;
	return false;
}

void find_elf_file(char *path, size_t size, const char *name)
{
	bool is_bare = !strchr(name, '/');

	/* Without a slash, libbpf and the kernel would each have it elsewhere. */
	snprintf(path, size, "%s%s", is_bare ? "./" : "", name);
	if (is_bare && access(path, F_OK) && !search_elf_file(path, size, name))
		fail("there is no file %s here, nor %s", name,
		     strstr(name, ".so") ? "where libraries are" : "in PATH");
}

/* Returns NULL if that fails: with errno, or with 0 there if @path is no ELF file. */
static Elf *try_open(const char *path)
{
	Elf *elf = NULL;
	int fd;

	if (access(path, F_OK))
		return NULL;
	errno = 0;
	if (!is_file(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		elf = NULL;
	}
	if (elf)
		elf_cntl(elf, ELF_C_FDREAD); /* all is in memory: the descriptor may go */
	close(fd);
	errno = 0;
	return elf;
}

struct Elf *open_elf_file(const char *path, const char *what)
{
	Elf *elf = try_open(path);

	if (!elf && errno)
		fail("cannot open %s: %m", path);
	if (!elf)
		fail("%s is not a %s (an ELF file)", path, what);
	return elf;
}

static const char exceptions[] =
	"uses exceptions (C++, Rust): one that passes a function whose return "
	"is traced would end the process";
static const char go[] = "has Go code, which moves stacks: its process would crash when a function "
			 "returns that is traced";
static const char coroutines[] = "has coroutines (makecontext): its process could crash when a "
				 "function returns that is traced";

/* What says entry @i of @data, from a section with @header? */
static const char *risk_of_entry(Elf *elf, const GElf_Shdr *header, Elf_Data *data, int i)
{
	static const char *const libraries[] = { "libstdc++.so", "libc++.so", "libc++abi.so" };
	const char *name = NULL;
	GElf_Sym symbol = {};
	GElf_Dyn entry;

	if (header->sh_type != SHT_DYNAMIC) {
		if (gelf_getsym(data, i, &symbol))
			name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (!name)
			return NULL;
		if (!strcmp(name, "__cxa_throw") || !strcmp(name, "rust_eh_personality"))
			return exceptions;
		/* Defined, these are C's own: a static program has them, a library offers them. */
		if (symbol.st_shndx != SHN_UNDEF)
			return NULL;
		return !strcmp(name, "_Unwind_RaiseException") ? exceptions :
		       !strcmp(name, "makecontext")	       ? coroutines :
								 NULL;
	}
	if (gelf_getdyn(data, i, &entry) && entry.d_tag == DT_NEEDED)
		name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
	for (size_t n = 0; name && n < sizeof(libraries) / sizeof(*libraries); n++)
		if (!strncmp(name, libraries[n], strlen(libraries[n])))
			return exceptions;
	return NULL;
}

const char *return_probe_risk(const char *path)
{
	Elf *elf = try_open(path);
	const char *risk = NULL, *name;
	Elf_Scn *section = NULL;
	size_t names = 0;
	GElf_Shdr header;
	Elf_Data *data;

	if (!elf)
		return NULL;
	elf_getshdrstrndx(elf, &names);
	while (!risk && (section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		name = elf_strptr(elf, names, header.sh_name);
		if (name && strstr(name, ".gopclntab")) /* what Go's runtime unwinds by */
			risk = go;
		if (header.sh_type != SHT_DYNAMIC && header.sh_type != SHT_DYNSYM &&
		    header.sh_type != SHT_SYMTAB)
			continue;
		data = header.sh_entsize ? elf_getdata(section, NULL) : NULL;
		for (size_t i = 0; !risk && data && i < data->d_size / header.sh_entsize; i++)
			risk = risk_of_entry(elf, &header, data, i);
	}
	elf_end(elf);
	return risk;
}
