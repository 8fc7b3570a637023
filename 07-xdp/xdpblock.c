// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Attach xdpblock.bpf.c to an interface, and edit its rules while it runs.
 *
 * There is no daemon and no file that says which xdpblock runs where: the kernel knows which
 * program is on an interface, and a program knows its maps. So "add" and the like find the
 * maps through the interface, and when the program goes, there is nothing left to go stale.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "example.h"
#include "xdpblock.h"
#include "xdpblock.skel.h"

#define BPFFS	"/sys/fs/bpf"
#define PARENT	BPFFS "/hello-libbpf"
#define PIN_DIR PARENT "/xdpblock" /* of load's links: link-ID */
#define TICK	0.1 /* seconds; so often we look whether we are still attached */

/* A network. The kernel's prefix4 is the beginning of prefix6, so this is a key of both tries. */
struct cidr {
	bool is_v6;
	struct prefix6 key;
};

/* The maps of the xdpblock on an interface, as file descriptors. */
struct maps {
	int blocked[2]; /* IPv4, IPv6 */
	int counters, free_slots;
};

/* ---- The command line ---- */

enum command { RUN, LOAD, UNLOAD, ADD, DEL, LIST };
static const char *const commands[] = { "run", "load", "unload", "add", "del", "list" };

static struct {
	enum command command;
	const char *interface;
	double interval;
	unsigned int room;
	bool force, generic;
	struct cidr *cidrs;
	size_t count;
} wanted = { .interval = 1 };

static const struct argp_option options_table[] = {
	{ "interface", 'i', "IFACE", 0,
	  "run, load: on this interface (lo); the others: where xdpblock is, if that is in more "
	  "than one place", 0 },
	{ "interval", 't', "SECONDS", 0, "run: print what was dropped every SECONDS (1)", 0 },
	{ "room", 'n', "RULES", 0, "run, load: make room for so many rules (16384)", 0 },
	{ "generic", 'g', NULL, 0, "run, load: do not try native XDP", 0 },
	{ "force", 'f', NULL, 0, "run, load: replace the XDP program of somebody else", 0 },
	{ 0 },
};

static const char *format_cidr(char *buf, const struct cidr *cidr)
{
	inet_ntop(cidr->is_v6 ? AF_INET6 : AF_INET, cidr->key.addr, buf, INET6_ADDRSTRLEN);
	sprintf(buf + strlen(buf), "/%u", cidr->key.len);
	return buf;
}

/* The length of a prefix: at most @max, without sign or blanks. Or -1. */
static int parse_length(const char *text, int max)
{
	size_t digits = strspn(text, "0123456789");

	return !digits || digits > 3 || text[digits] || atoi(text) > max ? -1 : atoi(text);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* Clear the bits of the address that the length leaves out. */
static void mask(struct cidr *cidr)
{
	for (int bit = cidr->key.len; bit < 128; bit++)
		cidr->key.addr[bit / 8] &= ~(0x80 >> bit % 8);
}

/* Add the network @text, an address with or without a /LENGTH, to those that are wanted. */
static void parse_cidr(struct argp_state *state, const char *text)
{
	struct cidr cidr = {};
	struct prefix6 given;
	char address[INET6_ADDRSTRLEN] = "", masked[RULE_SIZE];
	const char *slash = strchrnul(text, '/');
	int bits, len;

	if (slash - text < (ptrdiff_t)sizeof(address))
		memcpy(address, text, slash - text);
	cidr.is_v6 = strchr(address, ':');
	bits = cidr.is_v6 ? 128 : 32;
	if (inet_pton(cidr.is_v6 ? AF_INET6 : AF_INET, address, cidr.key.addr) != 1)
		argp_error(state, "'%s' is neither a command nor an address like 192.0.2.1, "
			   "192.0.2.0/24 or 2001:db8::/32", text);
	len = *slash ? parse_length(slash + 1, bits) : bits;
	if (len < 0)
		argp_error(state, "the length in '%s' must be a number from 0 to %d", text, bits);
	cidr.key.len = len;

	given = cidr.key;
	mask(&cidr);
	if (memcmp(&cidr.key, &given, sizeof(given)))
		warn("%s is taken as %s, the network that it is in", text,
		     format_cidr(masked, &cidr));

	wanted.cidrs = reallocarray(wanted.cidrs, wanted.count + 1, sizeof(cidr));
	if (!wanted.cidrs)
		die("cannot remember %s", text);
	wanted.cidrs[wanted.count++] = cidr;
}

/* One network per line of stdin; what follows # or ; is a comment, as published lists have it. */
static void read_cidrs(struct argp_state *state)
{
	char *line = NULL, *word;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0) {
		line[strcspn(line, "#;")] = '\0';
		word = strtok(line, " \t\r\n");
		if (word)
			parse_cidr(state, word);
	}
	if (ferror(stdin))
		die("cannot read the networks from stdin");
	free(line);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	static bool has_operand;

	switch (key) {
	case 'i':
		wanted.interface = arg;
		return 0;
	case 't':
		wanted.interval = parse_seconds(state, arg);
		return 0;
	case 'n':
		wanted.room = parse_number(state, "RULES", arg, 1, 1 << 24);
		return 0;
	case 'g':
		wanted.generic = true;
		return 0;
	case 'f':
		wanted.force = true;
		return 0;
	case ARGP_KEY_ARG:
		for (size_t i = 0; !has_operand && i < sizeof(commands) / sizeof(*commands); i++) {
			if (!strcmp(arg, commands[i])) {
				wanted.command = i;
				has_operand = true;
				return 0;
			}
		}
		has_operand = true;
		if (wanted.command == UNLOAD || wanted.command == LIST)
			argp_error(state, "%s takes no networks: what is '%s'?",
				   commands[wanted.command], arg);
		if (!strcmp(arg, "-"))
			read_cidrs(state);
		else
			parse_cidr(state, arg);
		return 0;
	case ARGP_KEY_END:
		if ((wanted.command == ADD || wanted.command == DEL) && !wanted.count)
			argp_error(state, "%s which networks?", commands[wanted.command]);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "[run|load] [CIDR...]\nadd CIDR...\ndel CIDR...\nlist\nunload",
	.doc = "Drop what comes in from the networks CIDR..., and count it.\v"
	       "run (the default) does so until it is stopped, load until unload. add, del and list "
	       "work on the rules meanwhile. A CIDR is 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32; "
	       "- reads them from stdin, one per line.",
};

/* ---- What is on an interface ---- */

/* The XDP program on an interface. */
struct attachment {
	__u32 program;
	__u32 link; /* that holds it; 0: none, it was attached through netlink */
	const char *mode;
	__u32 mode_flag;
	char name[BPF_OBJ_NAME_LEN];
	bool is_ours;
	struct maps maps; /* if so */
};

/* The id of the link that holds @program on @ifindex; 0 if there is none. */
static __u32 find_link(int ifindex, __u32 program)
{
	struct bpf_link_info info;
	__u32 id = 0, size;
	int fd, err;

	while (!bpf_link_get_next_id(id, &id)) {
		fd = bpf_link_get_fd_by_id(id);
		if (fd < 0)
			continue; /* gone since */
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		err = bpf_link_get_info_by_fd(fd, &info, &size);
		close(fd);
		/* Both: other network namespaces have interfaces of the same number. */
		if (!err && info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == (__u32)ifindex &&
		    info.prog_id == program)
			return id;
	}
	return 0;
}

/* Open the maps of the program @fd that are called as ours are. Are they all there? */
static bool open_maps(int fd, struct maps *maps)
{
	struct {
		const char *name;
		__u32 key_size, value_size;
		int *fd;
	} ours[] = {
		{ "blocked4", sizeof(struct prefix4), sizeof(struct rule), &maps->blocked[0] },
		{ "blocked6", sizeof(struct prefix6), sizeof(struct rule), &maps->blocked[1] },
		{ "counters", sizeof(__u32), sizeof(struct count), &maps->counters },
		{ "free_slots", 0, sizeof(__u32), &maps->free_slots },
	};
	struct bpf_prog_info program = {};
	__u32 ids[16], size = sizeof(program);
	size_t found = 0;

	program.map_ids = (uintptr_t)ids;
	program.nr_map_ids = sizeof(ids) / sizeof(*ids);
	if (bpf_prog_get_info_by_fd(fd, &program, &size))
		return false;
	for (__u32 i = 0; i < program.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++) {
		int map = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info info = {};
		bool kept = false;

		size = sizeof(info);
		if (map < 0 || bpf_map_get_info_by_fd(map, &info, &size))
			return false;
		for (size_t j = 0; j < sizeof(ours) / sizeof(*ours); j++) {
			if (strcmp(info.name, ours[j].name) || info.key_size != ours[j].key_size ||
			    info.value_size != ours[j].value_size)
				continue;
			*ours[j].fd = map;
			kept = true;
			found++;
		}
		if (!kept)
			close(map);
	}
	return found == sizeof(ours) / sizeof(*ours);
}

/* Which XDP program is on @ifindex? False if there is none. */
static bool find_attachment(int ifindex, struct attachment *at)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd;

	if (bpf_xdp_query(ifindex, 0, &query))
		die("cannot ask which XDP program is on interface %d", ifindex);
	memset(at, 0, sizeof(*at));
	if (query.drv_prog_id) {
		at->program = query.drv_prog_id;
		at->mode = "native";
		at->mode_flag = XDP_FLAGS_DRV_MODE;
	} else if (query.skb_prog_id) {
		at->program = query.skb_prog_id;
		at->mode = "generic";
		at->mode_flag = XDP_FLAGS_SKB_MODE;
	} else if (query.hw_prog_id) {
		at->program = query.hw_prog_id;
		at->mode = "offloaded";
		at->mode_flag = XDP_FLAGS_HW_MODE;
	} else {
		return false;
	}
	fd = bpf_prog_get_fd_by_id(at->program);
	if (fd < 0)
		die("cannot open the XDP program %u on interface %d", at->program, ifindex);
	if (!bpf_prog_get_info_by_fd(fd, &info, &size))
		memcpy(at->name, info.name, sizeof(at->name));
	at->is_ours = open_maps(fd, &at->maps);
	at->link = find_link(ifindex, at->program);
	close(fd);
	return true;
}

/* Die if the interface is taken, unless --force can, and shall, free it. */
static void free_interface(int ifindex)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	struct attachment at;

	if (!find_attachment(ifindex, &at))
		return;
	if (at.is_ours)
		fail("xdpblock is on %s already (program %u, %s XDP)\n  hint: its rules are edited by: "
		     "xdpblock -i %s add CIDR (or del, or list)",
		     wanted.interface, at.program, at.mode, wanted.interface);
	if (at.link)
		fail("%s has another XDP program: '%s' (program %u, %s XDP), which its link %u keeps "
		     "from being replaced\n  hint: end who attached it, or: bpftool link detach id %u",
		     wanted.interface, at.name, at.program, at.mode, at.link, at.link);
	if (!wanted.force)
		fail("%s has another XDP program: '%s' (program %u, %s XDP)\n  hint: --force replaces it",
		     wanted.interface, at.name, at.program, at.mode);

	opts.old_prog_fd = bpf_prog_get_fd_by_id(at.program);
	if (opts.old_prog_fd < 0 || bpf_xdp_detach(ifindex, at.mode_flag, &opts))
		die("cannot detach '%s' (program %u) from %s", at.name, at.program,
		    wanted.interface);
	close(opts.old_prog_fd);
	warn("detached '%s' (program %u) from %s", at.name, at.program, wanted.interface);
}

/* The xdpblock that is meant: on -i IFACE, or the only one there is. */
static struct attachment find_ours(int *ifindex)
{
	struct attachment at, found = {};
	struct if_nameindex *all;
	static char name[IF_NAMESIZE];

	if (wanted.interface) {
		*ifindex = parse_interface(wanted.interface);
		if (!find_attachment(*ifindex, &found) || !found.is_ours)
			fail("there is no xdpblock on %s", wanted.interface);
		return found;
	}
	all = if_nameindex();
	if (!all)
		die("cannot list the network interfaces");
	for (struct if_nameindex *interface = all; interface->if_index; interface++) {
		if (!find_attachment(interface->if_index, &at) || !at.is_ours)
			continue;
		if (found.program)
			fail("xdpblock is on %s and on %s; -i IFACE tells which is meant", name,
			     interface->if_name);
		found = at;
		*ifindex = interface->if_index;
		strcpy(name, interface->if_name);
	}
	if_freenameindex(all);
	if (!found.program)
		fail("there is no xdpblock on any interface of this network namespace");
	wanted.interface = name;
	return found;
}

/* ---- Rules ---- */

/*
 * One editor at a time: a free slot and a rule are two steps. The lock is on the network
 * namespace, to which the interfaces belong; it ends with the process, however that ends.
 */
static int lock_rules(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX))
		die("cannot lock the rules");
	return fd;
}

static void unlock_rules(int fd)
{
	close(fd);
}

/* A value of each possible CPU, which is how the kernel hands out a per-CPU map. */
static struct count *count_of_cpus(int *cpus)
{
	static struct count *counts;

	*cpus = libbpf_num_possible_cpus();
	if (*cpus < 0 || (!counts && !(counts = calloc(*cpus, sizeof(*counts)))))
		die("cannot count by CPU");
	return counts;
}

static struct count read_count(const struct maps *maps, __u32 slot)
{
	struct count sum = {}, *counts;
	int cpus;

	counts = count_of_cpus(&cpus);
	if (bpf_map_lookup_elem(maps->counters, &slot, counts))
		die("cannot read the counters");
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum.packets += counts[cpu].packets;
		sum.bytes += counts[cpu].bytes;
	}
	return sum;
}

/* Set the counter to @count on one CPU, and to 0 on the others. */
static void write_count(const struct maps *maps, __u32 slot, struct count count)
{
	struct count *counts;
	int cpus;

	counts = count_of_cpus(&cpus);
	memset(counts, 0, cpus * sizeof(*counts));
	counts[0] = count;
	if (bpf_map_update_elem(maps->counters, &slot, counts, BPF_ANY))
		die("cannot set the counters");
}

/* Is there a rule for @cidr itself? @rule is then that one, or one that covers it (len is
 * smaller), or has slot 0. */
static bool find_rule(const struct maps *maps, const struct cidr *cidr, struct rule *rule)
{
	*rule = (struct rule){};
	if (bpf_map_lookup_elem(maps->blocked[cidr->is_v6], &cidr->key, rule)) {
		if (errno != ENOENT)
			die("cannot look for a rule");
		return false;
	}
	return rule->len == cidr->key.len;
}

/* Make rules for what is wanted. Returns how many there had not been. */
static size_t add_rules(const struct maps *maps)
{
	char text[RULE_SIZE];
	size_t added = 0;

	for (size_t i = 0; i < wanted.count; i++) {
		const struct cidr *cidr = &wanted.cidrs[i];
		struct rule rule;

		if (find_rule(maps, cidr, &rule))
			continue;
		if (bpf_map_lookup_and_delete_elem(maps->free_slots, NULL, &rule.slot)) {
			if (errno != ENOENT)
				die("cannot take a slot for %s", format_cidr(text, cidr));
			fail("there is no room for %s and what follows it: %zu of %zu rules were added\n"
			     "  hint: run and load take -n RULES, to make more room",
			     format_cidr(text, cidr), added, wanted.count);
		}
		/* First the counter, which the packets find through the rule. */
		write_count(maps, rule.slot, (struct count){});
		rule.len = cidr->key.len;
		if (bpf_map_update_elem(maps->blocked[cidr->is_v6], &cidr->key, &rule, BPF_ANY))
			die("cannot block %s", format_cidr(text, cidr));
		added++;
	}
	return added;
}

/* ---- Printing ---- */

static struct json_plan *json; /* of struct event, if that is how to print */

static void print_header(const struct bpf_object *object)
{
	if (options.json)
		json = json_plan__new(bpf_object__btf(object), "event");
	else
		printf("%-15s %-43s %12s %15s\n", "INTERFACE", "RULE", "PACKETS", "BYTES");
}

static void print_rule(const struct cidr *cidr, struct count count)
{
	struct event event = { .packets = count.packets, .bytes = count.bytes };

	format_cidr(event.rule, cidr);
	if (!json) {
		print_column(stdout, wanted.interface, IF_NAMESIZE, 15);
		printf(" %-43s %12llu %15llu\n", event.rule, event.packets, event.bytes);
		return;
	}
	event.time_ns = now_ns();
	strncpy(event.interface, wanted.interface, sizeof(event.interface) - 1);
	json_plan__print(json, stdout, &event, sizeof(event));
}

/* A rule, as it is read to be printed later: whoever prints may have to wait for a reader. */
struct entry {
	struct cidr cidr;
	__u32 slot;
	struct count count;
};

static int compare_entries(const void *a, const void *b)
{
	const struct cidr *x = a, *y = b; /* the first member of an entry */

	if (x->is_v6 != y->is_v6)
		return x->is_v6 - y->is_v6;
	return memcmp(x->key.addr, y->key.addr, sizeof(x->key.addr)) ?:
	       (int)x->key.len - (int)y->key.len;
}

/* Read all rules, in the order of their addresses. Free them; @count is how many. */
static struct entry *read_rules(const struct maps *maps, size_t *count)
{
	struct entry *entries = NULL;

	*count = 0;
	for (int is_v6 = 0; is_v6 < 2; is_v6++) {
		struct cidr cidr = { .is_v6 = is_v6 };
		const void *previous = NULL;

		while (!bpf_map_get_next_key(maps->blocked[is_v6], previous, &cidr.key)) {
			struct rule rule;

			if (!(*count & (*count - 1))) /* full: capacities are powers of two */
				entries = reallocarray(entries, *count ? 2 * *count : 1,
						       sizeof(*entries));
			if (!entries)
				die("cannot list the rules");
			if (find_rule(maps, &cidr, &rule))
				entries[(*count)++] = (struct entry){
					cidr, rule.slot, read_count(maps, rule.slot)
				};
			previous = &cidr.key;
		}
		if (errno != ENOENT)
			die("cannot list the rules");
	}
	qsort(entries, *count, sizeof(*entries), compare_entries);
	return entries;
}

/*
 * Print the rules that have dropped something since the last time, which @shown remembers by
 * slot; without @shown, all rules. Returns how many packets all rules have dropped together.
 */
static unsigned long long print_rules(const struct maps *maps, struct count *shown)
{
	unsigned long long packets;
	struct entry *entries;
	size_t count;
	int lock;

	lock = lock_rules();
	packets = read_count(maps, SLOT_DELETED).packets;
	entries = read_rules(maps, &count);
	unlock_rules(lock);
	for (size_t i = 0; i < count; i++) {
		struct count now = entries[i].count;

		if (!shown || (now.packets && now.packets != shown[entries[i].slot].packets))
			print_rule(&entries[i].cidr, now);
		if (shown)
			shown[entries[i].slot] = now;
		packets += now.packets;
	}
	free(entries);
	flush_output();
	return packets;
}

/* ---- The commands ---- */

/*
 * Delete the rules that are wanted; if one does not exist, none. Puts them into @deleted, where
 * there is room for all, and returns how many they were: one may have been named twice.
 */
static size_t delete_rules(const struct maps *maps, struct entry *deleted)
{
	size_t n = 0;
	char text[RULE_SIZE], other[RULE_SIZE];
	struct count count, sum;
	struct rule rule;

	for (size_t i = 0; i < wanted.count; i++) {
		struct cidr *cidr = &wanted.cidrs[i], cover = *cidr;

		if (find_rule(maps, cidr, &rule))
			continue;
		if (!rule.slot)
			fail("there is no rule %s", format_cidr(text, cidr));
		cover.key.len = rule.len;
		mask(&cover);
		fail("there is no rule %s; it is blocked by %s", format_cidr(text, cidr),
		     format_cidr(other, &cover));
	}
	for (size_t i = 0; i < wanted.count; i++) {
		const struct cidr *cidr = &wanted.cidrs[i];
		int blocked = maps->blocked[cidr->is_v6];

		if (!find_rule(maps, cidr, &rule))
			continue;
		if (bpf_map_delete_elem(blocked, &cidr->key))
			die("cannot delete %s", format_cidr(text, cidr));
		count = read_count(maps, rule.slot);
		deleted[n++] = (struct entry){ *cidr, rule.slot, count };
		sum = read_count(maps, SLOT_DELETED);
		sum.packets += count.packets;
		sum.bytes += count.bytes;
		write_count(maps, SLOT_DELETED, sum);
		/* It will be taken last, when no packet is still about to count there. */
		if (bpf_map_update_elem(maps->free_slots, NULL, &rule.slot, BPF_ANY))
			die("cannot free the slot of %s", format_cidr(text, cidr));
	}
	return n;
}

/* add, del, list: find the maps through the interface, and work on them. */
static void edit(const struct bpf_object *object)
{
	struct entry *deleted;
	struct attachment at;
	size_t added, count;
	int ifindex, lock;

	at = find_ours(&ifindex);
	if (wanted.command == ADD) {
		lock = lock_rules();
		added = add_rules(&at.maps);
		unlock_rules(lock);
		fprintf(stderr, "%s: %zu rule%s added on %s, of %zu\n",
			program_invocation_short_name, added, plural(added), wanted.interface,
			wanted.count);
		return;
	}
	print_header(object);
	if (wanted.command == LIST) {
		print_rules(&at.maps, NULL);
		return;
	}
	deleted = calloc(wanted.count, sizeof(*deleted));
	if (!deleted)
		die("cannot delete so many rules");
	lock = lock_rules();
	count = delete_rules(&at.maps, deleted);
	unlock_rules(lock);
	for (size_t i = 0; i < count; i++)
		print_rule(&deleted[i].cidr, deleted[i].count);
	free(deleted);
	flush_output();
}

/* Is @link still on an interface? The kernel sets ifindex to 0 when that is deleted. */
static bool is_attached(int link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_link_get_info_by_fd(link, &info, &size))
		die("cannot look at the link");
	return info.xdp.ifindex;
}

/*
 * Remove the pins of link @id (0: of none), and those whose interface is gone: they would keep
 * their programs and maps for nothing. Returns how many of @id there were.
 */
static int remove_pins(__u32 id)
{
	struct bpf_link_info info;
	char path[PATH_MAX];
	struct dirent *entry;
	int fd, removed = 0;
	__u32 size;
	DIR *dir;

	dir = opendir(PIN_DIR);
	if (!dir) {
		if (errno == ENOENT)
			return 0;
		die("cannot read " PIN_DIR);
	}
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), PIN_DIR "/%s", entry->d_name);
		if (*entry->d_name == '.' || (fd = bpf_obj_get(path)) < 0)
			continue;
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		if (!bpf_link_get_info_by_fd(fd, &info, &size) && info.type == BPF_LINK_TYPE_XDP &&
		    (info.id == id || !info.xdp.ifindex)) {
			if (unlink(path))
				die("cannot remove %s", path);
			/* The last close ends a link too, but not before it returns: this does. */
			if (info.id == id) {
				bpf_link_detach(fd);
				removed++;
			}
		}
		close(fd);
	}
	closedir(dir);
	return removed;
}

static void unload(void)
{
	struct attachment at;
	int ifindex;

	remove_pins(0);
	at = find_ours(&ifindex);
	if (!at.link || !remove_pins(at.link))
		fail("the xdpblock on %s was not started by load, or not in this bpffs; it ends with its "
		     "process", wanted.interface);
	rmdir(PIN_DIR);
	rmdir(PARENT);
	fprintf(stderr, "%s: detached from %s\n", program_invocation_short_name, wanted.interface);
}

/* Where the link of load will be. Asks for the bpffs before anything is attached. */
static void make_pin_dir(void)
{
	struct statfs fs;

	if (statfs(BPFFS, &fs) || fs.f_type != BPF_FS_MAGIC)
		fail("cannot pin anything: there is no bpffs on " BPFFS "\n"
		     "  hint: mount -t bpf bpf " BPFFS);
	if ((mkdir(PARENT, 0700) && errno != EEXIST) ||
	    (mkdir(PIN_DIR, 0700) && errno != EEXIST))
		die("cannot make " PIN_DIR);
	remove_pins(0);
}

/* The link's file outlives us, and the link lives as long as that. */
static void pin(int link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);
	char path[PATH_MAX];

	if (bpf_link_get_info_by_fd(link, &info, &size))
		die("cannot look at the link");
	snprintf(path, sizeof(path), PIN_DIR "/link-%u", info.id);
	if (bpf_obj_pin(link, path))
		die("cannot pin %s", path);
}

/*
 * Attach by a link, which ends with the process: natively, where the driver calls the program
 * before it makes an skb of the frame; or, where the driver cannot, generically, where the
 * kernel does so after. Returns the link.
 */
static int attach(int program, int ifindex, const char **mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int link = -1;

	*mode = "native";
	if (!wanted.generic) {
		link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
		if (link < 0 && errno == EOPNOTSUPP)
			warn("the driver of %s has no native XDP; trying generic",
			     wanted.interface);
		else if (link < 0 && errno == ERANGE)
			warn("the MTU of %s is too large for native XDP (of a veth: its peer's MTU); "
			     "trying generic", wanted.interface);
		else if (link < 0 && errno != EBUSY && errno != EEXIST)
			warn("%s refuses native XDP: %s; trying generic", wanted.interface,
			     strerror(errno));
	}
	if (link < 0) {
		*mode = "generic";
		opts.flags = XDP_FLAGS_SKB_MODE;
		link = bpf_link_create(program, ifindex, BPF_XDP, &opts);
	}
	if (link < 0)
		die("cannot attach to %s", wanted.interface);
	return link;
}

/* run and load: block until we are stopped, or until unload. */
static void block(struct xdpblock_bpf *skel, int ifindex)
{
	unsigned long long passed, malformed, dropped;
	struct count *shown;
	const char *mode;
	struct maps maps;
	size_t rules;
	bool is_gone;
	int link;

	/* Load: create the maps and verify the program. */
	if (xdpblock_bpf__load(skel))
		die("cannot load the BPF object");
	maps.blocked[0] = bpf_map__fd(skel->maps.blocked4);
	maps.blocked[1] = bpf_map__fd(skel->maps.blocked6);
	maps.counters = bpf_map__fd(skel->maps.counters);
	maps.free_slots = bpf_map__fd(skel->maps.free_slots);
	for (__u32 slot = SLOT_RULES; slot < SLOT_RULES + wanted.room; slot++)
		if (bpf_map_update_elem(maps.free_slots, NULL, &slot, BPF_ANY))
			die("cannot number the rules");

	/* The program does not use this map, but shall keep it for add and del. */
	if (bpf_prog_bind_map(bpf_program__fd(skel->progs.on_packet), maps.free_slots, NULL))
		die("cannot bind the map of free slots to the program");

	/* Fill in the rules first, so that they hold from the first packet on. */
	rules = add_rules(&maps);

	/* Attach. A link would silently take the place of a program that was attached through
	 * netlink, and the kernel has no flag against that: hence the look. */
	free_interface(ifindex);
	link = attach(bpf_program__fd(skel->progs.on_packet), ifindex, &mode);
	if (wanted.command == LOAD) {
		pin(link);
		fprintf(stderr,
			"%s: loaded on %s (%s XDP), %zu rule%s; 'xdpblock unload -i %s' ends it\n",
			program_invocation_short_name, wanted.interface, mode, rules, plural(rules),
			wanted.interface);
		return;
	}

	shown = calloc(SLOT_RULES + wanted.room, sizeof(*shown));
	if (!shown)
		die("cannot remember what was shown");
	print_header(skel->obj);
	attached("%s (%s XDP), %zu rule%s", wanted.interface, mode, rules, plural(rules));
	for (double slept = 0; running() && is_attached(link); slept += TICK) {
		sleep_while_running(TICK);
		if (slept + TICK < wanted.interval)
			continue;
		print_rules(&maps, shown);
		slept = -TICK;
	}

	/* Detach before the last look, so that it has everything. */
	is_gone = !is_attached(link);
	close(link);
	dropped = print_rules(&maps, shown);
	malformed = read_count(&maps, SLOT_MALFORMED).packets;
	passed = read_count(&maps, SLOT_PASSED).packets + malformed;
	fprintf(stderr, "%s: %llu packets dropped, %llu passed", program_invocation_short_name,
		dropped, passed);
	if (malformed)
		fprintf(stderr, ", %llu of them malformed", malformed);
	fputc('\n', stderr);
	free(shown);
	if (is_gone && if_nametoindex(wanted.interface) == (unsigned int)ifindex)
		fail("somebody has detached xdpblock from %s", wanted.interface);
	if (is_gone)
		fail("%s is gone", wanted.interface);
}

int main(int argc, char **argv)
{
	struct xdpblock_bpf *skel;
	int ifindex = 0;

	parse_options(&argp, argc, argv);
	if (wanted.command == UNLOAD) {
		unload();
		return 0;
	}

	/* Open: parse the object that the skeleton embeds; it also describes struct event. */
	skel = xdpblock_bpf__open();
	if (!skel)
		die("cannot open the BPF object");

	if (wanted.command == RUN || wanted.command == LOAD) {
		if (!wanted.interface)
			wanted.interface = "lo";
		ifindex = parse_interface(wanted.interface);
		if (wanted.command == LOAD)
			make_pin_dir();
		if (wanted.room) {
			bpf_map__set_max_entries(skel->maps.blocked4, wanted.room);
			bpf_map__set_max_entries(skel->maps.blocked6, wanted.room);
			bpf_map__set_max_entries(skel->maps.counters, SLOT_RULES + wanted.room);
			bpf_map__set_max_entries(skel->maps.free_slots, wanted.room);
		}
		wanted.room = bpf_map__max_entries(skel->maps.free_slots);
		block(skel, ifindex);
	} else {
		edit(skel->obj);
	}

	json_plan__free(json);
	xdpblock_bpf__destroy(skel);
	free(wanted.cidrs);
	return 0;
}
