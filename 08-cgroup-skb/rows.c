// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Read the counters into rows, which remember what was counted before. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "rows.h"
#include "cgnet.skel.h"

struct table table = { .others.path = "(others)" };

static int cpus;      /* possible ones: so many values a look-up yields */
static __u64 *values; /* room for them */

/*
 * The path of the cgroup with this @id: it is the file handle of its directory, and so that can
 * be opened by it. Any directory of the same file system will do as @mount. The caller frees it.
 */
static char *cgroup_path(int mount, __u64 id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle.handle_bytes = sizeof(id) };
	char link[32], path[PATH_SIZE] = "", *copy;
	int mount_id, fd;

	/* The handle of @mount, for its type; then the id takes the place of that one's. */
	if (name_to_handle_at(mount, "", &u.handle, &mount_id, AT_EMPTY_PATH))
		die("cannot get the handle of the cgroup");
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount, &u.handle, O_PATH | O_CLOEXEC);
	if (fd < 0) {
		snprintf(path, sizeof(path), "(id %llu: %s)", id,
			 errno == EPERM ? "its name needs CAP_DAC_READ_SEARCH" : "removed");
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		if (readlink(link, path, sizeof(path) - 1) < 0)
			die("cannot read %s", link);
		close(fd);
	}
	copy = strdup(path);
	if (!copy)
		die("cannot hold the path of a cgroup");
	return copy;
}

/*
 * Look up @key in a per-CPU map whose values are @n counters, and add up those of all CPUs.
 * Returns 0, or -1 with errno set if it is not there.
 */
static int look_up(int map, const void *key, void *sums, size_t n)
{
	__u64 *sum = sums;

	if (bpf_map_lookup_elem(map, key, values))
		return -1;
	memset(sum, 0, n * sizeof(*sum));
	for (size_t i = 0; i < cpus * n; i++)
		sum[i % n] += values[i];
	return 0;
}

/* @now is what has been counted: set what is new since the last table. */
static void update_row(struct row *row, const struct traffic *now)
{
	const __u64 *count = (const __u64 *)now;
	__u64 *seen = (__u64 *)&row->seen, *interval = (__u64 *)&row->interval;

	for (size_t i = 0; i < sizeof(*now) / sizeof(*count); i++)
		interval[i] = count[i] - seen[i];
	row->seen = *now;
}

struct row *find_row(int mount, __u64 id)
{
	struct row *row = table.rows;

	while (row < table.rows + table.count && row->id != id)
		row++;
	if (row == table.rows + table.count) {
		row->id = id;
		row->path = cgroup_path(mount, id);
		table.count++;
	}
	return row;
}

void find_cgroups(int map, int mount)
{
	__u64 id, *last = NULL;

	while (!bpf_map_get_next_key(map, last, &id)) {
		find_row(mount, id);
		last = &id;
	}
	if (errno != ENOENT)
		die("cannot read the cgroups");
}

static void read_cgroups(int map)
{
	struct traffic now;

	for (size_t i = 0; i < table.count; i++) {
		struct row *row = &table.rows[i];

		if (!look_up(map, &row->id, &now, sizeof(now) / sizeof(__u64)))
			update_row(row, &now);
		else if (errno != ENOENT) /* that one we are attached to has sent nothing yet */
			die("cannot read the counters");
	}
}

/* Read the total of one direction. Returns false if it is gone: it goes with its cgroup. */
static bool read_total(int map, enum bpf_attach_type direction, struct total *total)
{
	struct bpf_cgroup_storage_key key = {
		.cgroup_inode_id = table.total.id,
		.attach_type = direction,
	};

	if (!look_up(map, &key, total, sizeof(*total) / sizeof(__u64)))
		return true;
	if (errno != ENOENT)
		die("cannot read the totals");
	return false;
}

static bool read_totals(int map)
{
	struct total in, out;
	struct traffic now;

	if (!read_total(map, BPF_CGROUP_INET_INGRESS, &in) ||
	    !read_total(map, BPF_CGROUP_INET_EGRESS, &out))
		return false;
	now.rx = in.seen;
	now.denied = out.denied;
	now.tx.packets = out.seen.packets - out.denied.packets;
	now.tx.bytes = out.seen.bytes - out.denied.bytes;
	update_row(&table.total, &now);
	return true;
}

void make_table(void)
{
	cpus = possible_cpus();
	values = calloc(cpus, sizeof(struct traffic));
	/* The cgroup itself has a row even if there is no packet of its own. */
	table.rows = calloc(MAX_CGROUPS + 1, sizeof(*table.rows));
	if (!values || !table.rows)
		die("cannot make the table");
}

bool update_table(const struct cgnet_bpf *skel, int mount)
{
	bool has_total = read_totals(bpf_map__fd(skel->maps.totals));

	find_cgroups(bpf_map__fd(skel->maps.cgroups), mount);
	read_cgroups(bpf_map__fd(skel->maps.cgroups));
	update_row(&table.others, &skel->bss->others);
	return has_total;
}

void free_table(void)
{
	for (size_t i = 0; i < table.count; i++)
		free(table.rows[i].path);
	free(table.rows);
	free(values);
}
