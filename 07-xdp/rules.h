/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The rules in the maps of the tool, which may be another process's: a rule is an element of a
 * trie, and its counter a slot of the per-CPU array. All of these die if the kernel refuses.
 */
#ifndef RULES_H
#define RULES_H

#include "cidr.h"

/* The maps of the tool on an interface, as file descriptors. */
struct maps {
	int blocked[2]; /* IPv4, IPv6 */
	int counters, free_slots;
};

/* A rule, as it is read to be printed later: whoever prints may have to wait for a reader. */
struct entry {
	struct cidr cidr; /* first, so that an entry compares as one */
	__u32 slot;
	struct count count;
};

/*
 * One editor at a time: a free slot and a rule are two steps. The lock is on the network
 * namespace, to which the interfaces belong; it ends with the process, however that ends.
 * Take it around the functions below, where others may edit; give it back what it returned.
 */
int lock_rules(void);
void unlock_rules(int lock);

/* Put the numbers of @room slots, all that rules may have, into the queue of free ones. */
void number_slots(const struct maps *maps, __u32 room);

/* What is counted in @slot, on all CPUs together. */
struct count read_count(const struct maps *maps, __u32 slot);

/* Make rules for the @n networks @cidrs. Returns how many of them had none. */
size_t add_rules(const struct maps *maps, const struct cidr *cidrs, size_t n);

/*
 * Delete the rules of the @n networks @cidrs; if one has none, dies naming it, and deletes
 * nothing. Puts the rules into @deleted, where there is room for @n, and returns how many they
 * were: a network may have been named twice.
 */
size_t delete_rules(const struct maps *maps, const struct cidr *cidrs, size_t n,
		    struct entry *deleted);

/* Read all rules, in the order of their addresses. Free them; @count is how many. */
struct entry *read_rules(const struct maps *maps, size_t *count);

#endif
