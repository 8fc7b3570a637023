// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Names of functions that a JIT compiler has made. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "example.h"
#include "jit.h"

#define MAX_SIZE (64 << 20)

/* Its user, and its number in its own PID namespace. Returns whether it is there. */
static bool read_ids(__u64 pid, uid_t *uid, unsigned int *number)
{
	char path[64], line[256], *last;
	unsigned int got = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%llu/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		got |= sscanf(line, "Uid: %*u %u", uid) == 1;
		if (!strncmp(line, "NSpid:", 6) && (last = strrchr(line, '\t')))
			got |= (sscanf(last, "%u", number) == 1) << 1;
	}
	if (file)
		fclose(file);
	return got == 3;
}

void find_jit_file(struct jit *jit, __u64 pid)
{
	char path[64];

	if (jit->root > 0 || !read_ids(pid, &jit->uid, &jit->number))
		return;
	snprintf(path, sizeof(path), "/proc/%llu/root", pid);
	jit->root = open(path, O_PATH | O_CLOEXEC);
}

/* The file, or NULL. */
static FILE *open_file(const struct jit *jit)
{
	/* Whatever links there are in the process's file system, they do not lead out of it. */
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	FILE *file = NULL;
	struct stat info;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "tmp/perf-%u.map", jit->number);
	fd = syscall(SYS_openat2, jit->root, path, &how, sizeof(how));
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode) && (info.st_uid == jit->uid || !info.st_uid) &&
	    info.st_size <= MAX_SIZE)
		file = fdopen(fd, "re");
	if (!file)
		close(fd);
	return file;
}

static void read_functions(struct jit *jit, FILE *file)
{
	struct jit_function function;
	char *line = NULL;
	size_t room = 0, read = 0;
	ssize_t length;
	int name;

	while ((length = getline(&line, &room, file)) > 0 && (read += length) <= MAX_SIZE) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%llx %llx %n", &function.start, &function.size, &name) != 2 || !line[name])
			continue;
		function.name = strdup(line + name);
		if (!(jit->count & (jit->count - 1)))
			jit->functions = reallocarray(jit->functions, jit->count ? 2 * jit->count : 1,
						      sizeof(function));
		if (!function.name || !jit->functions)
			die("cannot hold the names");
		jit->functions[jit->count++] = function;
	}
	free(line);
	fclose(file);
}

const char *find_jit(struct jit *jit, __u64 addr)
{
	FILE *file;

	if (jit->root > 0 && !jit->tried) {
		jit->tried = true;
		file = open_file(jit);
		if (file)
			read_functions(jit, file);
		close(jit->root);
	}
	for (size_t i = jit->count; i--;)
		if (addr - jit->functions[i].start < jit->functions[i].size)
			return jit->functions[i].name;
	return NULL;
}
