// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include <stdio.h>
#include <string.h>
#include "name.h"

#define NAME_SIZE  255
#define LABEL_SIZE 63

static char *decode_byte(char *to, unsigned char byte)
{
	if (byte <= ' ' || byte >= 0x7f) {
		*to++ = '\\';
		*to++ = '0' + byte / 100;
		*to++ = '0' + byte / 10 % 10;
		byte = '0' + byte % 10;
	} else if (strchr(".\\\"();@$", byte)) { /* what means something in a zone file */
		*to++ = '\\';
	}
	*to++ = byte;
	return to;
}

size_t decode_name(char *text, const unsigned char *wire, size_t size)
{
	const unsigned char *end = wire + (size < NAME_SIZE ? size : NAME_SIZE);
	char *to = text;

	for (;;) {
		size_t len = wire < end ? *wire : LABEL_SIZE + 1;

		/* Not even a last label fits behind one that reaches the end. */
		if (len > LABEL_SIZE || len >= (size_t)(end - wire)) {
			to = stpcpy(to, "<malformed>");
			break;
		}
		wire++;
		if (!len) {
			if (to == text)
				*to++ = '.';
			break;
		}
		if (to > text)
			*to++ = '.';
		while (len--)
			to = decode_byte(to, *wire++);
	}
	*to = '\0';
	return to - text;
}

int question_type(const unsigned char *wire, size_t size)
{
	size_t at = 0;

	while (at < size && wire[at]) {
		if (wire[at] > LABEL_SIZE)
			return -1;
		at += wire[at] + 1;
	}
	at++; /* the empty label */
	if (at > NAME_SIZE || at + 4 > size || !(wire[at + 2] | wire[at + 3]))
		return -1;
	return wire[at] << 8 | wire[at + 1];
}
