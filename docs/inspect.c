// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* inspect FILE.bpf.o: the programs and maps of an object, without a skeleton. */
#include <stdio.h>
#include <bpf/libbpf.h>

int main(int argc, char **argv)
{
	struct bpf_object *object = bpf_object__open_file(argv[1], NULL);
	struct bpf_program *program;
	struct bpf_map *map;

	if (argc != 2 || !object)
		return 1;
	bpf_object__for_each_program(program, object)
		printf("program %s in section %s\n", bpf_program__name(program),
		       bpf_program__section_name(program));
	bpf_object__for_each_map(map, object)
		printf("map %s, type %s, %u entries\n", bpf_map__name(map),
		       libbpf_bpf_map_type_str(bpf_map__type(map)), bpf_map__max_entries(map));
	bpf_object__close(object);
	return 0;
}
