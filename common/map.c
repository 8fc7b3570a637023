// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What loaders ask about their maps. */
#include <errno.h>
#include <stdlib.h>
#include "example.h"

int possible_cpus(void)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		die("cannot tell how many CPUs there are");
	return cpus;
}

unsigned long long count_elements(const struct bpf_map *map)
{
	size_t size = bpf_map__key_size(map);
	void *key = malloc(size), *last = NULL;
	unsigned long long count = 0;

	if (!key)
		die("cannot count the elements of %s", bpf_map__name(map));
	for (; !bpf_map__get_next_key(map, last, key, size); last = key)
		count++;
	if (errno != ENOENT)
		die("cannot count the elements of %s", bpf_map__name(map));
	free(key);
	return count;
}
