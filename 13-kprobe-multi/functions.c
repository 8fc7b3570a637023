// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Which functions has this kernel that can be traced, and where? */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "functions.h"

#define NAMES "/sys/kernel/tracing/available_filter_functions"
#define LIST  NAMES "_addrs" /* the same with their addresses, since Linux 6.5 */

/* What runs while our program is called and counts. Calls of these from there are not counted, as
 * the kernel does not let a program interrupt itself; they would only be slow. */
static const char *const own[] = {
	"bpf_*",
	"__bpf_*",
	"htab_*",
	"__htab_*",
	"ftrace_*",
	"fprobe_*",
	"__fprobe_*",
	"kprobe_*",
	"rethook_*",
	"*fgraph*",
	"rcu_read_*",
	"__rcu_read_*",
	"migrate_*able",
	"ktime_get_mono_*",
};

struct function *functions;
unsigned long *function_addrs;
size_t function_count;

static const char *match(const char *name, const char *const *globs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!fnmatch(globs[i], name, 0))
			return globs[i];
	return NULL;
}

/* Write @name, and @module if that is not "", into @to as they are shown. */
static void join(char to[NAME_SIZE], const char *name, const char *module)
{
	snprintf(to, NAME_SIZE, *module ? "%.100s %s" : "%.127s", name, module);
}

/* Add the functions of @list, the file @path, that match. A line is "name [module]", and an address
 * is before it if @has_addrs. */
static void read_list(FILE *list, const char *path, bool has_addrs, char *const *globs)
{
	char line[1024], name[768], module[128];
	size_t count = 0, room = 0;
	const char *glob;

	while (globs[count])
		count++;
	while (fgets(line, sizeof(line), list)) {
		char *rest = line;
		unsigned long addr = has_addrs ? strtoul(line, &rest, 16) : 0;
		struct function *function;

		*module = 0;
		glob = sscanf(rest, "%767s %127s", name, module) < 1 ?
			       NULL :
			       match(name, (const char *const *)globs, count);
		if (!glob || !strncmp(name, "__ftrace_invalid_address", 24))
			continue;
		if (match(name, own, sizeof(own) / sizeof(*own)))
			fail("'%s' matches %s, which the counting itself may call; take narrower globs",
			     glob, name);
		if (function_count == room) {
			room = room ? 2 * room : 1024;
			functions = reallocarray(functions, room, sizeof(*functions));
			if (!functions)
				die("cannot hold the functions");
		}
		function = &functions[function_count++];
		memset(function, 0, sizeof(*function));
		function->addr = addr;
		join(function->name, name, module);
	}
	if (!function_count)
		fail("there is no function '%s' that can be traced (see %s)", globs[0], path);
}

static int by_name(const void *left, const void *right)
{
	const struct function *a = left, *b = right;

	return strcmp(a->name, b->name);
}

/*
 * Take the addresses of the functions from /proc/kallsyms, where a line is "ffffffff81000000 t name
 * [module]". Two functions may have the same name; if kallsyms has more of one than the list, then
 * some of these cannot be traced, nobody knows which, and all of them are left out.
 */
static void find_addrs(void)
{
	char line[1024], name[768], module[128], type;
	size_t *symbols = calloc(function_count, sizeof(*symbols)), kept = 0;
	FILE *list = fopen("/proc/kallsyms", "re");
	struct function key, *end = functions + function_count;

	if (!list || !symbols)
		die("cannot read /proc/kallsyms");
	qsort(functions, function_count, sizeof(*functions), by_name);
	while (fgets(line, sizeof(line), list)) {
		struct function *function;
		unsigned long addr;
		size_t nth;

		*module = 0;
		if (sscanf(line, "%lx %c %767s %127s", &addr, &type, name, module) < 3 ||
		    !strchr("tTwW", type))
			continue;
		join(key.name, name, module);
		function = bsearch(&key, functions, function_count, sizeof(*functions), by_name);
		if (!function)
			continue;
		if (!addr)
			fail("/proc/kallsyms hides addresses; before Linux 6.5 this takes CAP_SYSLOG, and "
			     "kernel.kptr_restrict below 2");
		while (function > functions && !by_name(function - 1, &key))
			function--;
		nth = symbols[function - functions]++;
		if (nth < (size_t)(end - function) && !by_name(function + nth, &key))
			function[nth].addr = addr;
	}
	fclose(list);

	for (size_t first = 0, next; first < function_count; first = next) {
		next = first + 1;
		while (next < function_count && !by_name(&functions[next], &functions[first]))
			next++;
		for (size_t i = first; i < next; i++)
			if (functions[i].addr && symbols[first] <= next - first)
				functions[kept++] = functions[i];
	}
	free(symbols);
	if (kept < function_count)
		warn("left out %zu functions: before Linux 6.5 nothing says where they are",
		     function_count - kept);
	if (!kept)
		fail("no function is left");
	function_count = kept;
}

void find_functions(char *const *globs)
{
	const char *path = LIST;
	FILE *list = fopen(path, "re");
	bool has_addrs = list || errno != ENOENT;

	if (!has_addrs) {
		path = NAMES;
		list = fopen(path, "re");
	}
	if (!list)
		die("cannot read %s", path);
	read_list(list, path, has_addrs, globs);
	fclose(list);
	if (!has_addrs)
		find_addrs();

	function_addrs = calloc(function_count, sizeof(*function_addrs));
	if (!function_addrs)
		die("cannot hold the functions");
	for (size_t i = 0; i < function_count; i++)
		function_addrs[i] = functions[i].addr;
}
