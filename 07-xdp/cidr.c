// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Parse, print and compare networks. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "example.h"
#include "cidr.h"

const char *format_cidr(char *buf, const struct cidr *cidr)
{
	inet_ntop(cidr->is_v6 ? AF_INET6 : AF_INET, cidr->key.addr, buf, INET6_ADDRSTRLEN);
	sprintf(buf + strlen(buf), "/%u", cidr->key.len);
	return buf;
}

void mask_cidr(struct cidr *cidr)
{
	for (int bit = cidr->key.len; bit < 128; bit++)
		cidr->key.addr[bit / 8] &= ~(0x80 >> bit % 8);
}

/* The length of a prefix: at most @max, without sign or blanks. Or -1. */
static int parse_length(const char *text, int max)
{
	size_t digits = strspn(text, "0123456789");

	return !digits || digits > 3 || text[digits] || atoi(text) > max ? -1 : atoi(text);
}

struct cidr parse_cidr(struct argp_state *state, const char *text)
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
				  "192.0.2.0/24 or 2001:db8::/32",
			   text);
	len = *slash ? parse_length(slash + 1, bits) : bits;
	if (len < 0)
		argp_error(state, "the length in '%s' must be a number from 0 to %d", text, bits);
	cidr.key.len = len;

	given = cidr.key;
	mask_cidr(&cidr);
	if (memcmp(&cidr.key, &given, sizeof(given)))
		warn("%s is taken as %s, the network that it is in", text,
		     format_cidr(masked, &cidr));
	return cidr;
}

int compare_cidrs(const struct cidr *a, const struct cidr *b)
{
	if (a->is_v6 != b->is_v6)
		return a->is_v6 - b->is_v6;
	return memcmp(a->key.addr, b->key.addr, sizeof(a->key.addr)) ?:
								       (int)a->key.len - (int)b->key.len;
}
