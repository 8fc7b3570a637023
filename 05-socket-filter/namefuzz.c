// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Feed decode_name() with garbage, built with the address and undefined-behaviour sanitizers:
 *
 *	namefuzz [COUNT [SEED]]		300000 and 1
 *
 * Each name lies at the very end of an allocation, so that a read behind it is found, and so does
 * the text. Checks of the text that it is printable ASCII. Then some names whose text is known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "name.h"

static unsigned long long state;

static unsigned int random_below(unsigned int n) /* xorshift64: the same everywhere */
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % n;
}

/* Garbage in some ways: noise; labels of any length; proper labels; many of one byte. */
static size_t make_name(unsigned char *wire)
{
	size_t size = random_below(300), at = 0;
	unsigned int way = random_below(4);

	for (size_t i = 0; i < size; i++)
		wire[i] = random_below(way ? 4 : 256) ? random_below(256) : 0xc0;
	while (way && at < size) {
		wire[at] = way == 1 ? random_below(256) : way == 2 ? random_below(65) :
								     1;
		if (!wire[at])
			break;
		at += wire[at] + 1;
	}
	return size;
}

static int check(const char *want, const char *wire, size_t size)
{
	char text[NAME_TEXT_SIZE];

	decode_name(text, (const unsigned char *)wire, size);
	if (!strcmp(text, want))
		return 0;
	fprintf(stderr, "namefuzz: '%s', not '%s'\n", text, want);
	return 1;
}
#define CHECK(want, wire) check(want, wire, sizeof(wire) - 1)

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 300000, whole = 0;
	char longest[256], *text = malloc(NAME_TEXT_SIZE);
	size_t most = 0;
	int wrong = 0;

	state = argc > 2 ? atol(argv[2]) : 1;
	state = state * 2654435761 + 88172645463325252ULL;
	for (long i = 0; i < count; i++) {
		unsigned char made[300], *wire;
		size_t size = make_name(made), len;

		wire = malloc(size);
		memcpy(wire, made, size);
		len = decode_name(text, wire, size);
		if (question_type(wire, size) >= 0 && strstr(text, "<malformed>")) {
			fprintf(stderr, "namefuzz: a type, but %s\n", text);
			return 1;
		}
		free(wire);
		if (len != strlen(text)) {
			fprintf(stderr, "namefuzz: says %zu, has %zu\n", len, strlen(text));
			return 1;
		}
		for (size_t j = 0; j < len; j++)
			if (text[j] <= ' ' || text[j] >= 0x7f) {
				fprintf(stderr, "namefuzz: byte %02x\n", text[j] & 0xff);
				return 1;
			}
		whole += !strstr(text, "<malformed>");
		most = len > most ? len : most;
	}

	wrong += CHECK(".", "\0");
	wrong += CHECK("www.example.com", "\3www\7example\3com\0");
	wrong += CHECK("a\\.b.\\\\", "\3a.b\1\\\0");
	wrong += CHECK("\\000\\127\\255\\027[m.x", "\6\0\177\377\33[m\1x\0");
	wrong += CHECK("<malformed>", "");
	wrong += CHECK("<malformed>", "\300\14");     /* a pointer to itself */
	wrong += CHECK("a<malformed>", "\1a\300\14"); /* and one behind a label */
	wrong += CHECK("<malformed>", "\77too short");
	wrong += CHECK("<malformed>", "\100");
	wrong += CHECK("a<malformed>", "\1a");
	wrong += question_type((unsigned char *)"\1a\0\1\1\0\1", 7) != 257;
	wrong += question_type((unsigned char *)"\1a\0\1\1\0\0", 7) != -1;
	wrong += question_type((unsigned char *)"\1a\0\1\1\0\1", 6) != -1;
	wrong += question_type((unsigned char *)"\300\14\0\1\0\1", 6) != -1;
	memset(longest, 255, sizeof(longest)); /* 63 + 63 + 63 + 61 bytes that print as \255 */
	longest[0] = longest[64] = longest[128] = 63;
	longest[192] = 61;
	longest[254] = 0;
	memset(text, 0, NAME_TEXT_SIZE);
	most = decode_name(text, (unsigned char *)longest, 255);
	wrong += most != 250 * 4 + 3 || strstr(text, "<malformed>");
	longest[192] = 62; /* one too many */
	longest[255] = 0;
	decode_name(text, (unsigned char *)longest, 256);
	wrong += !strstr(text, "<malformed>");
	free(text);

	printf("%ld names, %ld of them whole, the longest text %zu, %d wrong\n", count, whole, most,
	       wrong);
	return wrong != 0;
}
