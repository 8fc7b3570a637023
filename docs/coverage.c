// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * coverage OBJECT...: which ELF sections and map types libbpf knows, and which of the objects
 * (NN-topic/.output/tool.bpf.o) have them. Prints lines of "KIND NAME EXAMPLE", tab-separated,
 * with KIND section or map, and an empty EXAMPLE for what is in none.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

static char names[64 * 1024]; /* "socket sk_reuseport/migrate ... kprobe+ ...", from libbpf */

/*
 * libbpf has no function that lists its sections, but a list it has: it shows it to those who ask
 * for the program type of a section that is none.
 */
static int keep_names(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char text[sizeof(names)];
	const char *list;

	vsnprintf(text, sizeof(text), fmt, args);
	list = strstr(text, "names are:");
	if (list)
		strcpy(names, list + strlen("names are:"));
	return 0;
}

/* Does @section belong to @pattern? "kprobe+" is kprobe or kprobe/..., "xdp" is xdp only. */
static bool matches(const char *section, const char *pattern)
{
	size_t size = strlen(pattern);

	if (*section == '?') /* not loaded unless asked for */
		section++;
	if (pattern[size - 1] != '+')
		return !strcmp(section, pattern);
	size--;
	return !strncmp(section, pattern, size) && (!section[size] || section[size] == '/');
}

/* "NN-topic" of NN-topic/.output/tool.bpf.o; in @buf. */
static const char *example_of(char *buf, size_t size, const char *path)
{
	snprintf(buf, size, "%.*s", (int)strcspn(path, "/"), path);
	return buf;
}

int main(int argc, char **argv)
{
	struct bpf_object *objects[argc];
	enum bpf_attach_type attach_type;
	enum bpf_prog_type prog_type;
	char example[64], last[64];
	bool found;

	libbpf_set_print(keep_names);
	libbpf_prog_type_by_name("no such section", &prog_type, &attach_type);
	if (!*names) {
		fprintf(stderr, "coverage: libbpf does not say which sections it knows\n");
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		objects[i] = bpf_object__open_file(argv[i], NULL);
		if (!objects[i]) {
			fprintf(stderr, "coverage: cannot open %s: %m\n", argv[i]);
			return 1;
		}
	}

	for (char *name = strtok(names, " \n"); name; name = strtok(NULL, " \n")) {
		found = false;
		*last = '\0';
		for (int i = 1; i < argc; i++) {
			struct bpf_program *program;

			bpf_object__for_each_program(program, objects[i]) {
				if (!matches(bpf_program__section_name(program), name) ||
				    !strcmp(example_of(example, sizeof(example), argv[i]), last))
					continue;
				printf("section\t%s\t%s\n", name, example);
				strcpy(last, example);
				found = true;
			}
		}
		if (!found)
			printf("section\t%s\t\n", name);
	}

	for (int type = 1; libbpf_bpf_map_type_str(type); type++) {
		found = false;
		*last = '\0';
		for (int i = 1; i < argc; i++) {
			struct bpf_map *map;

			bpf_object__for_each_map(map, objects[i]) {
				if ((int)bpf_map__type(map) != type || bpf_map__is_internal(map) ||
				    !strcmp(example_of(example, sizeof(example), argv[i]), last))
					continue;
				printf("map\t%s\t%s\n", libbpf_bpf_map_type_str(type), example);
				strcpy(last, example);
				found = true;
			}
		}
		if (!found)
			printf("map\t%s\t\n", libbpf_bpf_map_type_str(type));
	}
	for (int i = 1; i < argc; i++)
		bpf_object__close(objects[i]);
	return 0;
}
