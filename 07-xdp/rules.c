// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Add, delete and read rules while the program uses them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "example.h"
#include "rules.h"

int lock_rules(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX))
		die("cannot lock the rules");
	return fd;
}

void unlock_rules(int lock)
{
	close(lock);
}

void number_slots(const struct maps *maps, __u32 room)
{
	for (__u32 slot = SLOT_RULES; slot < SLOT_RULES + room; slot++)
		if (bpf_map_update_elem(maps->free_slots, NULL, &slot, BPF_ANY))
			die("cannot number the rules");
}

/* A value of each possible CPU, which is how the kernel hands out a per-CPU map. */
static int cpus;
static struct count *counts;

static void make_counts(void)
{
	if (counts)
		return;
	cpus = possible_cpus();
	counts = calloc(cpus, sizeof(*counts));
	if (!counts)
		die("cannot count by CPU");
}

struct count read_count(const struct maps *maps, __u32 slot)
{
	struct count sum = {};

	make_counts();
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
	make_counts();
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

size_t add_rules(const struct maps *maps, const struct cidr *cidrs, size_t n)
{
	char text[RULE_SIZE];
	size_t added = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cidr *cidr = &cidrs[i];
		struct rule rule;

		if (find_rule(maps, cidr, &rule))
			continue;
		if (bpf_map_lookup_and_delete_elem(maps->free_slots, NULL, &rule.slot)) {
			if (errno != ENOENT)
				die("cannot take a slot for %s", format_cidr(text, cidr));
			fail("there is no room for %s and what follows it: %zu of %zu rules were added\n"
			     "  hint: run takes --room RULES, to make more room",
			     format_cidr(text, cidr), added, n);
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

/* Die, as there is no rule for @cidr; @rule is one that covers it, or has slot 0. */
static _Noreturn void fail_without_rule(const struct cidr *cidr, const struct rule *rule)
{
	char text[RULE_SIZE], other[RULE_SIZE];
	struct cidr cover = *cidr;

	if (!rule->slot)
		fail("there is no rule %s", format_cidr(text, cidr));
	cover.key.len = rule->len;
	mask_cidr(&cover);
	fail("there is no rule %s; it is blocked by %s", format_cidr(text, cidr),
	     format_cidr(other, &cover));
}

size_t delete_rules(const struct maps *maps, const struct cidr *cidrs, size_t n,
		    struct entry *deleted)
{
	size_t count = 0;
	char text[RULE_SIZE];
	struct count sum;
	struct rule rule;

	for (size_t i = 0; i < n; i++)
		if (!find_rule(maps, &cidrs[i], &rule))
			fail_without_rule(&cidrs[i], &rule);

	for (size_t i = 0; i < n; i++) {
		const struct cidr *cidr = &cidrs[i];
		struct entry *entry = &deleted[count];

		if (!find_rule(maps, cidr, &rule))
			continue;
		if (bpf_map_delete_elem(maps->blocked[cidr->is_v6], &cidr->key))
			die("cannot delete %s", format_cidr(text, cidr));
		*entry = (struct entry){ *cidr, rule.slot, read_count(maps, rule.slot) };
		count++;
		sum = read_count(maps, SLOT_DELETED);
		sum.packets += entry->count.packets;
		sum.bytes += entry->count.bytes;
		write_count(maps, SLOT_DELETED, sum);
		/* It will be taken last, when no packet is still about to count there. */
		if (bpf_map_update_elem(maps->free_slots, NULL, &rule.slot, BPF_ANY))
			die("cannot free the slot of %s", format_cidr(text, cidr));
	}
	return count;
}

static int compare_entries(const void *a, const void *b)
{
	return compare_cidrs(a, b);
}

struct entry *read_rules(const struct maps *maps, size_t *count)
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
	if (*count)
		qsort(entries, *count, sizeof(*entries), compare_entries);
	return entries;
}
