/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Networks as text: 10.0.0.0/8, 2001:db8::/32. */
#ifndef CIDR_H
#define CIDR_H

#include <argp.h>
#include <stdbool.h>
#include "xdpblock.h"

/* A network. The kernel's prefix4 is the beginning of prefix6, so this is a key of both tries. */
struct cidr {
	bool is_v6;
	struct prefix6 key;
};

/*
 * @text, an address with or without a /LENGTH, as a network; anything else is a usage error. If
 * the address has bits beyond the length, these are cleared, with a warning.
 */
struct cidr parse_cidr(struct argp_state *state, const char *text);

/* Write @cidr into @buf, which has room for RULE_SIZE bytes. Returns @buf. */
const char *format_cidr(char *buf, const struct cidr *cidr);

/* Clear the bits of the address that the length leaves out. */
void mask_cidr(struct cidr *cidr);

/* Less than 0, 0 or more than 0: for qsort(), IPv4 first, then by address and length. */
int compare_cidrs(const struct cidr *a, const struct cidr *b);

#endif
