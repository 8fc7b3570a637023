// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which USDT probes has an ELF file? Its notes say. */
#include <ctype.h>
#include <fnmatch.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "notes.h"

struct usdt_probe *probes;
size_t probes_count;

/* The patterns of find_probes(). */
static char **wanted;
static int wanted_count;

static bool is_wanted(const struct usdt_probe *probe)
{
	char name[sizeof(probe->provider) + sizeof(probe->name) + 1];

	snprintf(name, sizeof(name), "%s:%s", probe->provider, probe->name);
	for (int i = 0; i < wanted_count; i++)
		if (!fnmatch(wanted[i], name, 0))
			return true;
	return !wanted_count;
}

/* Add the probe of one note: three addresses and three strings. */
static void add_probe(const char *note, size_t size)
{
	const char *strings = note + 3 * sizeof(__u64), *end = note + size, *name, *args;
	struct usdt_probe probe = {};

	if (size < 3 * sizeof(__u64) + 3 || end[-1])
		return; /* broken, or of a 32-bit program */
	name = strings + strlen(strings) + 1;
	args = name < end ? name + strlen(name) + 1 : end;
	if (args >= end)
		return;
	memcpy(&probe.address, note, sizeof(__u64));
	memcpy(&probe.semaphore, note + 2 * sizeof(__u64), sizeof(__u64));
	snprintf(probe.provider, sizeof(probe.provider), "%s", strings);
	snprintf(probe.name, sizeof(probe.name), "%s", name);
	snprintf(probe.args, sizeof(probe.args), "%s", args);
	if (!is_wanted(&probe))
		return;
	probes = realloc(probes, (probes_count + 1) * sizeof(*probes));
	if (!probes)
		die("cannot remember a probe");
	probes[probes_count++] = probe;
}

void find_probes(const char *path, char **patterns, int count)
{
	size_t next, name, desc;
	Elf *elf = open_elf_file(path, "program");
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Nhdr note;
	Elf_Data *data;

	wanted = patterns;
	wanted_count = count;
	while ((section = elf_nextscn(elf, section)) && gelf_getshdr(section, &header)) {
		data = header.sh_type == SHT_NOTE ? elf_getdata(section, NULL) : NULL;
		for (size_t at = 0; data && (next = gelf_getnote(data, at, &note, &name, &desc));
		     at = next)
			if (note.n_type == 3 && note.n_namesz == sizeof("stapsdt") &&
			    !memcmp((char *)data->d_buf + name, "stapsdt", sizeof("stapsdt")))
				add_probe((char *)data->d_buf + desc, note.n_descsz);
	}
	elf_end(elf);
	if (!probes_count && wanted_count)
		fail("%s has no such probe (-l lists those it has)", path);
	if (!probes_count)
		fail("%s has no USDT probes", path);
}

void free_probes(void)
{
	free(probes);
}

bool is_unsigned(const struct usdt_probe *probe, size_t arg)
{
	/* "-4@%edi 8@16(%rbx)": each has one @, and in front of it its size, negative if signed. */
	for (const char *at = probe->args; (at = strchr(at, '@')); at++) {
		const char *size = at;

		if (arg--)
			continue;
		while (size > probe->args && isalnum((unsigned char)size[-1]))
			size--;
		return size == probe->args || size[-1] != '-';
	}
	return false;
}
