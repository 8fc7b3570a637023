// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Print what the iterators of bps.bpf.c have written. */
#include <arpa/inet.h>
#include <string.h>
#include "example.h"
#include "view.h"

static void print_hex(const char *before, const char *bytes, __u32 size)
{
	if (options.json)
		printf("%s\"", before);
	for (__u32 i = 0; i < size; i++)
		printf("%02x", (__u8)bytes[i]);
	putchar(options.json ? '"' : ' ');
}

static size_t print_element(const char *element, __u32 key_size, __u32 value_size)
{
	print_hex("{\"key\":", element, key_size);
	print_hex(",\"value\":", element + key_size, value_size);
	puts(options.json ? "}" : "");
	return key_size + value_size;
}

/* The length of @text, @size bytes, without the blanks at its end: those of ps are where a title that is
 * shorter than the arguments was written over them. */
static size_t trimmed(const char *text, size_t size)
{
	while (size && text[size - 1] == ' ')
		size--;
	return size;
}

/*
 * Print @line, @size bytes, with addresses like [0000:0000:0000:0000:0000:0000:0000:0001], the only way in which
 * programs can write them, as [::1].
 */
static void print_socket(const char *line, size_t size)
{
	char address[INET6_ADDRSTRLEN] = "";
	const char *open, *end = line + size;
	struct in6_addr ip;

	while ((open = memchr(line, '[', end - line)) && end - open > 40 && open[40] == ']') {
		memcpy(address, open + 1, 39);
		address[39] = '\0';
		if (inet_pton(AF_INET6, address, &ip) == 1)
			inet_ntop(AF_INET6, &ip, address, sizeof(address));
		print_text(stdout, line, open + 1 - line);
		print_text(stdout, address, sizeof(address));
		line = open + 40;
	}
	print_text(stdout, line, end - line);
}

size_t print_object(const struct bpf_object *obj, const char *object, __u32 key_size, __u32 value_size)
{
	size_t size = wanted.view->size, length;

	if (wanted.view == &views[MAP])
		return print_element(object, key_size, value_size);
	if (options.json) {
		length = wanted.view->has_text ? strlen(object + size) : 0;
		print_record(obj, wanted.view->record, object, size + trimmed(object + size, length));
		return size + length + wanted.view->has_text; /* and the NUL */
	}
	size = strchr(object, '\n') - object;
	if (wanted.view == &views[SS])
		print_socket(object, size);
	else
		print_text(stdout, object, trimmed(object, size));
	putchar('\n');
	return size + 1;
}
