// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* To be preloaded: when libelf has opened the file $CUT (it knows it by its size), cut it to a page. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *elf_rawfile(void *elf, size_t *size);

int elf_getphdrnum(void *elf, size_t *count)
{
	int (*original)(void *, size_t *) = dlsym(RTLD_NEXT, "elf_getphdrnum");
	const char *path = getenv("CUT");
	struct stat file;
	size_t size;

	if (!stat(path, &file) && elf_rawfile(elf, &size) && size == (size_t)file.st_size && truncate(path, 4096))
		return -1;
	return original(elf, count);
}
