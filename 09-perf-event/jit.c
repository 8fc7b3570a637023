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

void open_jit(struct jit *jit, __u64 pid)
{
	/* Whatever links there are in the process's file system, they do not lead out of it. */
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char path[64];
	unsigned int number;
	struct stat info;
	uid_t uid;
	int root, fd;

	if (jit->file || !read_ids(pid, &uid, &number))
		return;
	snprintf(path, sizeof(path), "/proc/%llu/root", pid);
	root = open(path, O_PATH | O_CLOEXEC);
	if (root < 0)
		return;
	snprintf(path, sizeof(path), "tmp/perf-%u.map", number);
	fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	close(root);
	if (fd < 0)
		return;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode) && (info.st_uid == uid || !info.st_uid) &&
	    info.st_size <= MAX_SIZE)
		jit->file = fdopen(fd, "re");
	if (!jit->file)
		close(fd);
}

static void read_functions(struct jit *jit)
{
	struct jit_function function;
	char *line = NULL;
	size_t room = 0, read = 0;
	ssize_t length;
	int name;

	while ((length = getline(&line, &room, jit->file)) > 0 && (read += length) <= MAX_SIZE) {
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
	fclose(jit->file);
	jit->file = NULL;
}

const char *find_jit(struct jit *jit, __u64 addr)
{
	if (jit->file && !jit->tried) {
		jit->tried = true;
		read_functions(jit);
	}
	for (size_t i = jit->count; i--;)
		if (addr - jit->functions[i].start < jit->functions[i].size)
			return jit->functions[i].name;
	return NULL;
}
