// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * stale PID COMMAND [ARG...]: run COMMAND, and look at the raw records that tool PID gets meanwhile
 * through its ring buffers, for bytes that the event did not write.
 *
 * A record is made in memory that has been used before: bpf_ringbuf_reserve() hands out what older
 * records have left, and a map that an event is put together in holds the event before. So poison
 * both first. A BPF program of ours fills the whole ring buffer with random bytes, in records that
 * it discards: the tool steps over these and notices nothing. Then run COMMAND, and look for
 *
 *	- 4 bytes in a row that still hold the poison, or 1 that does so in each of the records;
 *	- padding that is not 0, and bytes other than 0 behind the NUL of a string (a char array), but
 *	  for what bpf_d_path() leaves of the same string: the kernel's stack could be in there.
 *	  Only records of the buffer "events" have a known layout, that of struct event in the tool's BTF.
 *
 * What was consumed stays in the buffer until it is overwritten, so one turn of the buffer is looked
 * at; in a flood, less. Perf buffers are not looked at.
 *
 * Prints a line "N records in NAME" for each ring buffer; where a tool has none, COMMAND is run all the
 * same. Status: 0; 1 after a line on stderr about each stale place; 2 if it cannot look.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "example.h"

#define CHUNK	    1024	/* bytes of the buffer that a poison record takes */
#define POISON	    (CHUNK - 8) /* without its header */
#define RUN	    4		/* so many in a row are no coincidence, nor is one in so many records */
#define RECORD_SIZE (64 * 1024) /* of larger ones only the beginning is looked at */

struct ring {
	char name[BPF_OBJ_NAME_LEN];
	bool has_layout; /* records are struct event */
	size_t size;	 /* a power of two */
	const volatile unsigned long *consumer, *producer;
	const unsigned char *data; /* twice in a row, so that no record is cut at the end */
	unsigned char *poison;	   /* what was in there before; 0 is not poison */
	unsigned long start, pos;
	bool lapped;
	unsigned int records;
	unsigned int *seen, *stale; /* of each offset in a record */
};

static struct ring rings[8];
static int ring_count;

/* struct event: for each byte */
enum { PADDING,
       MEMBER };
static unsigned char *layout;
static __u32 layout_size;
static const struct btf_type *event_type;
static struct btf *event_btf;
static struct string {
	__u32 offset, size;
} strings[64];
static int string_count;

static unsigned char poison[POISON];
static unsigned char *scratch_poison; /* of layout_size, if a map was poisoned with it */

static unsigned int problems;

/* ---- struct event ---- */

static void lay_out(__u32 id, __u32 offset)
{
	int resolved = btf__resolve_type(event_btf, id); /* no modifiers and no typedefs */
	const struct btf_type *type = btf__type_by_id(event_btf, resolved);
	long size = btf__resolve_size(event_btf, resolved);

	if (size < 0 || offset + size > layout_size)
		return;
	if (btf_is_struct(type)) {
		for (int i = 0; i < btf_vlen(type); i++)
			lay_out(btf_members(type)[i].type,
				offset + btf_member_bit_offset(type, i) / 8);
	} else if (btf_is_array(type)) {
		const struct btf_array *array = btf_array(type);
		const struct btf_type *element = btf__type_by_id(event_btf, array->type);

		/* A typedef, even of char, is printed in a way of its own, and is no string. */
		if (btf_is_int(element) && resolved == (int)id &&
		    !strcmp(btf__name_by_offset(event_btf, element->name_off), "char") &&
		    string_count < (int)(sizeof(strings) / sizeof(*strings)))
			strings[string_count++] = (struct string){ offset, size };
		for (__u32 i = 0; i < array->nelems; i++)
			lay_out(array->type, offset + i * (size / array->nelems));
	} else {
		memset(layout + offset, MEMBER, size);
	}
}

/* Take struct event from the BTF of program @id, if it has one. */
static void read_layout(__u32 id)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd, type;

	fd = bpf_prog_get_fd_by_id(id);
	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &size) || !info.btf_id)
		return;
	close(fd);
	event_btf = btf__load_from_kernel_by_id(info.btf_id);
	type = event_btf ? btf__find_by_name_kind(event_btf, "event", BTF_KIND_STRUCT) : -1;
	if (type < 0) {
		btf__free(event_btf);
		event_btf = NULL;
		return;
	}
	event_type = btf__type_by_id(event_btf, type);
	layout_size = event_type->size;
	layout = calloc(1, layout_size);
	lay_out(type, 0);
}

/* The member of struct event that byte @offset belongs to, or ends. */
static const char *member_at(__u32 offset)
{
	const char *name = "?";

	for (int i = 0; event_type && i < btf_vlen(event_type); i++)
		if (btf_member_bit_offset(event_type, i) / 8 <= offset)
			name = btf__name_by_offset(event_btf, btf_members(event_type)[i].name_off);
	return name;
}

/* @size is that of the record, or 0 if it is about all of them. */
static void problem(const struct ring *ring, size_t size, __u32 from, __u32 to, const char *what)
{
	if (problems++ >= 10)
		return;
	fprintf(stderr, "%s: bytes %u to %u", ring->name, from, to - 1);
	if (size)
		fprintf(stderr, " of a record of %zu", size);
	if (ring->has_layout)
		fprintf(stderr, ", in or after %s,", member_at(from));
	fprintf(stderr, " %s\n", what);
}

/* ---- Poison ---- */

static void fill_with_poison(unsigned char *buf, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf[i] = 1 + random() % 255;
}

/* A program that reserves a record in @map, copies its packet there, and discards it. */
static int load_poisoner(int map)
{
	const struct bpf_insn program[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0 },
		{ BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map },
		{ 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, POISON },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_reserve },
		{ BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 9, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_7, BPF_REG_0, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_7, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, POISON },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_load_bytes },
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_7, 0, 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, BPF_RB_FORCE_WAKEUP },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ringbuf_discard },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};

	return bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, NULL, "GPL", program,
			     sizeof(program) / sizeof(*program), NULL);
}

static void poison_ring(struct ring *ring, int map)
{
	unsigned long begin = *ring->producer, written;
	int program = load_poisoner(map);

	if (program < 0)
		die("cannot load the program that poisons %s", ring->name);
	for (int tries = 0; (written = *ring->producer - begin) < ring->size + CHUNK; tries++) {
		size_t room = ring->size - (*ring->producer - *ring->consumer);
		LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = poison, .data_size_in = POISON,
			    .repeat = room / CHUNK > 1 ? room / CHUNK - 1 : 0);

		if (tries == 1000)
			fail("the tool does not read %s", ring->name);
		if (!opts.repeat)
			usleep(10000); /* until the tool has read */
		else if (bpf_prog_test_run_opts(program, &opts))
			die("cannot poison %s", ring->name);
	}
	close(program);
}

/* Remember where in @ring there is poison. */
static void find_poison(struct ring *ring)
{
	ring->poison = calloc(1, 2 * ring->size);
	if (!ring->poison)
		die("no memory");
	for (size_t at = 0; at < ring->size; at += 8)
		if (!memcmp(ring->data + at, poison, POISON)) {
			memcpy(ring->poison + at, poison, POISON);
			at += CHUNK - 8;
		}
	/* What goes over the end is continued at the beginning, as in data. */
	for (size_t i = 0; i < ring->size; i++) {
		unsigned char either = ring->poison[i] | ring->poison[ring->size + i];

		ring->poison[i] = ring->poison[ring->size + i] = either;
	}
	/* What was reserved until now may have been written before we looked. */
	ring->start = ring->pos = *ring->producer;
}

/* Poison the event in the values of map @fd, if that is what it is for. */
static void poison_scratch(int fd, const struct bpf_map_info *info)
{
	struct btf *btf = info->btf_id ? btf__load_from_kernel_by_id(info->btf_id) : NULL;
	const struct btf_type *type, *member;
	bool per_cpu = info->type == BPF_MAP_TYPE_PERCPU_ARRAY;
	int copies = per_cpu ? libbpf_num_possible_cpus() : 1, id;
	size_t stride = (info->value_size + 7) / 8 * 8;
	long offset = -1;
	unsigned char *values;

	if (!btf || !layout)
		goto out;
	id = btf__resolve_type(btf, info->btf_value_type_id);
	type = btf__type_by_id(btf, id);
	if (!btf_is_struct(type))
		goto out;
	if (!strcmp(btf__name_by_offset(btf, type->name_off), "event"))
		offset = 0;
	for (int i = 0; offset < 0 && i < btf_vlen(type); i++) {
		member = btf__type_by_id(btf, btf__resolve_type(btf, btf_members(type)[i].type));
		if (btf_is_struct(member) &&
		    !strcmp(btf__name_by_offset(btf, member->name_off), "event"))
			offset = btf_member_bit_offset(type, i) / 8;
	}
	if (offset < 0 || offset + layout_size > info->value_size)
		goto out;

	if (!scratch_poison) {
		scratch_poison = malloc(layout_size);
		fill_with_poison(scratch_poison, layout_size);
	}
	values = calloc(copies, stride);
	for (__u32 key = 0; key < info->max_entries; key++) {
		if (bpf_map_lookup_elem(fd, &key, values))
			die("cannot read map %s", info->name);
		for (int i = 0; i < copies; i++)
			memcpy(values + i * stride + offset, scratch_poison, layout_size);
		if (bpf_map_update_elem(fd, &key, values, BPF_ANY))
			die("cannot poison map %s", info->name);
	}
	free(values);
out:
	btf__free(btf);
}

/* ---- Records ---- */

static void check_layout(const struct ring *ring, const unsigned char *record, size_t size)
{
	for (__u32 i = 0, from; i < size && i < layout_size; i++) {
		if (layout[i] != PADDING || !record[i])
			continue;
		for (from = i; i < size && i < layout_size && layout[i] == PADDING;)
			i++;
		problem(ring, size, from, i, "are padding, and not 0");
	}
	for (int i = 0; i < string_count; i++) {
		__u32 at = strings[i].offset, end = at + strings[i].size;

		if (end > size)
			end = size;
		__u32 nul, moved;

		for (nul = at; nul < end && record[nul];)
			nul++;
		/* bpf_d_path() builds the string at the end of the array, then copies it to the front. */
		moved = end - nul - 1;
		for (__u32 k = nul + 1; k < end; k++)
			if (record[k] && !(k >= at + moved && record[k] == record[k - moved])) {
				problem(ring, size, nul + 1, end, "follow a NUL, and are not 0");
				break;
			}
	}
}

/* @left is the poison that was where @record is, @size bytes of it. */
static void check_poison(struct ring *ring, const unsigned char *record,
			 const unsigned char *left, size_t size, const char *what)
{
	size_t run = 0;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && left[i] && record[i] == left[i]) {
			run++;
			continue;
		}
		if (run >= RUN)
			problem(ring, size, i - run, i, what);
		run = 0;
	}
}

static void check_record(struct ring *ring, unsigned long pos, size_t size)
{
	static unsigned char record[RECORD_SIZE];
	const unsigned char *left = ring->poison + (pos & (ring->size - 1));

	if (size > RECORD_SIZE)
		size = RECORD_SIZE;
	memcpy(record, ring->data + (pos & (ring->size - 1)), size);
	if (*ring->producer - pos > ring->size) {
		ring->lapped = true; /* it has been overwritten meanwhile */
		return;
	}
	ring->records++;
	check_poison(ring, record, left, size, "were not written: they hold what was there before");
	for (size_t i = 0; i < size; i++) {
		if (!left[i])
			continue;
		ring->seen[i]++;
		ring->stale[i] += record[i] == left[i];
	}
	if (ring->has_layout && scratch_poison)
		check_poison(ring, record, scratch_poison, size < layout_size ? size : layout_size,
			     "were not written: they hold what was in the map before");
	if (ring->has_layout)
		check_layout(ring, record, size);
}

/* Look at the records that have come since the last time. */
static void check_ring(struct ring *ring)
{
	while (!ring->lapped && ring->pos != *ring->producer) {
		unsigned long at = ring->pos & (ring->size - 1);
		bool discarded;
		__u32 len;

		if (*ring->producer - ring->pos > ring->size) {
			ring->lapped = true;
			break;
		}
		len = *(const volatile __u32 *)(ring->data + at);
		if (len & BPF_RINGBUF_BUSY_BIT)
			break;
		__sync_synchronize();
		discarded = len & BPF_RINGBUF_DISCARD_BIT;
		len &= ~BPF_RINGBUF_DISCARD_BIT;
		if (ring->pos + 8 + len - ring->start > ring->size)
			ring->lapped = true; /* the poison has been overwritten */
		else if (!discarded)
			check_record(ring, ring->pos + 8, len);
		ring->pos += (len + 8 + 7) / 8 * 8;
	}
}

static void check_offsets(const struct ring *ring)
{
	for (__u32 i = 0, from; i < RECORD_SIZE; i++) {
		for (from = i; ring->stale[i] >= RUN && ring->stale[i] == ring->seen[i];)
			i++;
		if (i > from)
			problem(ring, 0, from, i, "were written in none: they hold what was there before");
	}
}

/* ---- The tool's maps and programs ---- */

static void add_ring(const struct bpf_map_info *info, int fd)
{
	struct ring *ring = &rings[ring_count];
	size_t page = getpagesize();
	void *consumer, *producer;

	if (ring_count == sizeof(rings) / sizeof(*rings))
		fail("more ring buffers than expected");
	memcpy(ring->name, info->name, sizeof(ring->name));
	ring->size = info->max_entries;
	consumer = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
	producer = mmap(NULL, page + 2 * ring->size, PROT_READ, MAP_SHARED, fd, page);
	if (consumer == MAP_FAILED || producer == MAP_FAILED)
		die("cannot map the ring buffer %s", ring->name);
	ring->consumer = consumer;
	ring->producer = producer;
	ring->data = (unsigned char *)producer + page;
	ring->has_layout = layout && !strcmp(ring->name, "events");
	ring->seen = calloc(RECORD_SIZE + 1, sizeof(*ring->seen));
	ring->stale = calloc(RECORD_SIZE + 1, sizeof(*ring->stale));
	ring_count++;
}

/* The ids on the lines "@what: ID" of the tool's descriptors, each once; returns how many. */
static int ids_of(const char *pid, const char *what, __u32 *ids, int max)
{
	char path[PATH_MAX], line[256];
	struct dirent *entry;
	int count = 0, i;
	FILE *file;
	DIR *dir;
	__u32 id;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	if (!dir)
		die("cannot read %s", path);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof(line), file)) {
			if (strncmp(line, what, strlen(what)) ||
			    sscanf(line + strlen(what), ": %u", &id) != 1)
				continue;
			for (i = 0; i < count && ids[i] != id; i++)
				;
			if (i == count && count < max)
				ids[count++] = id;
		}
		if (file)
			fclose(file);
	}
	closedir(dir);
	return count;
}

/* Find the ring buffers of the tool, and poison them and what events are put together in. */
static void prepare(const char *pid)
{
	struct bpf_map_info info;
	__u32 ids[256], size;
	int n, fd;

	n = ids_of(pid, "prog_id", ids, 256);
	for (int i = 0; i < n && !layout; i++)
		read_layout(ids[i]);
	n = ids_of(pid, "map_id", ids, 256);
	for (int i = 0; i < n; i++) {
		fd = bpf_map_get_fd_by_id(ids[i]);
		size = sizeof(info);
		memset(&info, 0, size);
		if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &size))
			die("cannot look at map %u", ids[i]);
		if (info.type == BPF_MAP_TYPE_RINGBUF) {
			add_ring(&info, fd);
			poison_ring(&rings[ring_count - 1], fd);
		} else if (info.type == BPF_MAP_TYPE_PERCPU_ARRAY || info.type == BPF_MAP_TYPE_ARRAY) {
			poison_scratch(fd, &info);
		}
		close(fd);
	}
	usleep(1000); /* an event may have been put together when its map was poisoned */
	for (int i = 0; i < ring_count; i++)
		find_poison(&rings[i]);
}

static void check(void)
{
	for (int i = 0; i < ring_count; i++)
		check_ring(&rings[i]);
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: stale PID COMMAND [ARG...]\n");
		return EXIT_USAGE;
	}
	libbpf_set_print(NULL);
	srandom(now_ns());
	fill_with_poison(poison, sizeof(poison));
	prepare(argv[1]);

	child = fork();
	if (child < 0)
		die("cannot fork");
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(argv[2], argv + 2);
		die("cannot execute %s", argv[2]);
	}
	while (!waitpid(child, &status, WNOHANG)) {
		check();
		usleep(10000);
	}
	check();

	for (int i = 0; i < ring_count; i++) {
		check_offsets(&rings[i]);
		printf("%u records in %s\n", rings[i].records, rings[i].name);
	}
	if (status) {
		fprintf(stderr, "stale: %s has failed\n", argv[2]);
		return EXIT_USAGE;
	}
	return problems ? EXIT_FAILED : 0;
}
