// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Opening programs and libraries that somebody names. */
#include <fcntl.h>
#include <libelf.h>
#include <unistd.h>
#include "example.h"

struct Elf *open_elf_file(const char *path, const char *what)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf;

	if (fd < 0)
		fail("cannot open %s: %m", path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF)
		fail("%s is not a %s (an ELF file)", path, what);
	elf_cntl(elf, ELF_C_FDREAD); /* all is in memory: the descriptor is not needed any more */
	close(fd);
	return elf;
}
