// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include <errno.h>
#include <stdint.h>
#include "example.h"
#include "tap.h"

static char output[8192];
static size_t output_size;
static FILE *memory;

/* What a printer prints of @size bytes, in output[]; each call overwrites the last one's. */
static int print(bool json, const void *text, size_t size)
{
	int columns = 0;

	rewind(memory);
	if (json)
		print_json_string(memory, text, size);
	else
		columns = print_text(memory, text, size);
	fflush(memory);
	output_size = ftell(memory);
	output[output_size] = '\0';
	return columns;
}

static void check(const char *name, const char *text, size_t size, const char *terminal,
		  const char *json)
{
	char title[128];
	int columns = print(false, text, size), expected = 0;

	for (const char *c = terminal; *c; c++)
		expected += (*c & 0xc0) != 0x80;
	snprintf(title, sizeof(title), "%s, for a terminal", name);
	same(output, terminal, title);
	if (columns != expected)
		ok(false, "%s: %d columns, but print_text() says %d", name, expected, columns);
	print(true, text, size);
	snprintf(title, sizeof(title), "%s, as JSON", name);
	same(output, json, title);
}
#define CHECK(name, text, terminal, json) check(name, text, sizeof(text) - 1, terminal, json)

static void test_escapes(void)
{
	CHECK("no text", "", "", "\"\"");
	CHECK("plain ASCII", " ~az09/", " ~az09/", "\" ~az09/\"");
	CHECK("quotes and backslashes", "a\"b\\c\\", "a\"b\\\\c\\\\", "\"a\\\"b\\\\c\\\\\"");
	CHECK("line ends and tabs", "a\nb\tc\rd", "a\\nb\\tc\\rd", "\"a\\nb\\tc\\rd\"");
	CHECK("control bytes", "\1\x1b[31m\x7f\x1f\b", "\\x01\\x1b[31m\\x7f\\x1f\\x08",
	      "\"\\u0001\\u001b[31m\\u007f\\u001f\\u0008\"");
	CHECK("C1 controls",
	      "\xc2\x80\xc2\x9b"
	      "31m\xc2\x9f\u00a0",
	      "\\u0080\\u009b31m\\u009f\u00a0", "\"\\u0080\\u009b31m\\u009f\u00a0\"");
	CHECK("UTF-8 of each length", "\u00e9\u20ac\U0001f600\U0010ffff\uffff\ud7ff\ue000",
	      "\u00e9\u20ac\U0001f600\U0010ffff\uffff\ud7ff\ue000",
	      "\"\u00e9\u20ac\U0001f600\U0010ffff\uffff\ud7ff\ue000\"");
	CHECK("bidirectional controls", "\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
	      "\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069",
	      "\"\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069\"");
	CHECK("line and paragraph separators, and their neighbours",
	      "\u2027\u2028\u2029\u202f\u2065\u206a", "\u2027\\u2028\\u2029\u202f\u2065\u206a",
	      "\"\u2027\\u2028\\u2029\u202f\u2065\u206a\"");
	CHECK("bytes that begin nothing", "\x80\xbf\xf8\xff", "\\x80\\xbf\\xf8\\xff",
	      "\"\\udc80\\udcbf\\udcf8\\udcff\"");
	CHECK("overlong forms", "\xc0\x80\xc1\xbf\xe0\x9f\xbf\xf0\x8f\xbf\xbf",
	      "\\xc0\\x80\\xc1\\xbf\\xe0\\x9f\\xbf\\xf0\\x8f\\xbf\\xbf",
	      "\"\\udcc0\\udc80\\udcc1\\udcbf\\udce0\\udc9f\\udcbf\\udcf0\\udc8f\\udcbf\\udcbf\"");
	CHECK("surrogates", "\xed\xa0\x80\xed\xbf\xbf", "\\xed\\xa0\\x80\\xed\\xbf\\xbf",
	      "\"\\udced\\udca0\\udc80\\udced\\udcbf\\udcbf\"");
	CHECK("beyond U+10FFFF", "\xf4\x90\x80\x80\xf5\x80\x80\x80",
	      "\\xf4\\x90\\x80\\x80\\xf5\\x80\\x80\\x80",
	      "\"\\udcf4\\udc90\\udc80\\udc80\\udcf5\\udc80\\udc80\\udc80\"");
	CHECK("a sequence that other text cuts short", "\xe2\x82z\xf0\x9f\x98\u20ac",
	      "\\xe2\\x82z\\xf0\\x9f\\x98\u20ac", "\"\\udce2\\udc82z\\udcf0\\udc9f\\udc98\u20ac\"");
	check("a sequence that the end cuts short", "ab\u20ac", 4, "ab\\xe2\\x82",
	      "\"ab\\udce2\\udc82\"");
	CHECK("NUL ends the text", "ab\0cd", "ab", "\"ab\"");
	CHECK("NUL cuts a sequence short", "\xe2\0\x82", "\\xe2", "\"\\udce2\"");
	check("the size ends the text", "abcdef", 3, "abc", "\"abc\"");
	check("no bytes at all", "abc", 0, "", "\"\"");
}

/* Is it read no farther than @size? A sanitizer sees it, and so does the next page. */
static void test_bounds(void)
{
	char *text = malloc(4);

	memcpy(text, "a\xf0\x9f\x98", 4);
	print(false, text, 4);
	same(output, "a\\xf0\\x9f\\x98", "nothing behind the end is looked at");
	free(text);
}

static void column(const char *text, int width, const char *expected, const char *name)
{
	rewind(memory);
	print_column(memory, text, strlen(text), width);
	fflush(memory);
	output[ftell(memory)] = '\0';
	same(output, expected, name);
}

/* Undo a printer's escapes, and complain about what it should have escaped; the size, or -1. */
static int undo(const char *in, const char *end, bool json, unsigned char *out)
{
	unsigned char *start = out;
	unsigned int code;
	char escape;

	if (json && (end - in < 2 || *in++ != '"' || *--end != '"'))
		return -1;
	while (in < end) {
		unsigned char c = *in++;

		if (c < 0x20 || c == 0x7f || (json && c == '"'))
			return -1;
		if (c == 0xc2 && (unsigned char)*in < 0xa0) /* C1 */
			return -1;
		if (c != '\\') {
			*out++ = c;
			continue;
		}
		escape = *in++;
		if (escape == 'n' || escape == 't' || escape == 'r') {
			*out++ = escape == 'n' ? '\n' : escape == 't' ? '\t' :
									'\r';
		} else if (escape == '\\' || (json && escape == '"')) {
			*out++ = escape;
		} else if (!json && escape == 'x' && sscanf(in, "%2x", &code) == 1) {
			in += 2;
			*out++ = code;
		} else if (escape == 'u' && sscanf(in, "%4x", &code) == 1) {
			in += 4;
			if (json && code >= 0xdc80 && code <= 0xdcff) {
				*out++ = code;
			} else if (code < 0x80) {
				*out++ = code;
			} else if (code < 0x800) {
				*out++ = 0xc0 | code >> 6;
				*out++ = 0x80 | (code & 63);
			} else if (code < 0xd800 || code > 0xdfff) {
				*out++ = 0xe0 | code >> 12;
				*out++ = 0x80 | (code >> 6 & 63);
				*out++ = 0x80 | (code & 63);
			} else {
				return -1;
			}
		} else {
			return -1;
		}
	}
	return out - start;
}

/* Is all of it UTF-8? mbrtowc() would say, if it knew a UTF-8 locale on every machine. */
static bool is_utf8(const unsigned char *text, size_t size)
{
	for (size_t i = 0, more; i < size; i++) {
		unsigned char c = text[i], next = i + 1 < size ? text[i + 1] : 0;

		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4 || (c == 0xe0 && next < 0xa0) ||
		    (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) ||
		    (c == 0xf4 && next > 0x8f))
			return false;
		for (more = c < 0xe0 ? 1 : c < 0xf0 ? 2 :
						      3;
		     more; more--)
			if (++i >= size || (text[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

static uint64_t random_state = 88172645463325252ULL;

static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state >> 16;
}

/* Whatever bytes come, the output is well-formed, and the bytes can be had back from it. */
static void test_random(int rounds)
{
	static const char *const likely[] = { "\"", "\\", "\n", "\\n",
					      "\u202e", "\xc2\x85", "\u20ac", "\xe2\x80",
					      "\U0001f600", "\xf0", "\xc2", "\xed\xa0",
					      "u" };
	unsigned char text[64], back[512];
	int bad = 0, lossy = 0;

	for (int round = 0; round < rounds; round++) {
		size_t size = random_number() % sizeof(text), length;

		for (size_t i = 0; i < size; i++)
			text[i] = random_number() % 8 ? random_number() : random_number() % 127 + 1;
		for (size_t i = 0; i + 4 < size; i += 1 + random_number() % 8) {
			const char *some =
				likely[random_number() % (sizeof(likely) / sizeof(*likely))];

			memcpy(text + i, some, strlen(some));
		}
		length = strnlen((char *)text, size);
		for (int json = 0; json < 2; json++) {
			int got;

			print(json, text, size);
			got = undo(output, output + output_size, json, back);
			bad += got < 0 || !is_utf8((unsigned char *)output, output_size);
			lossy += got != (int)length || memcmp(back, text, length);
			if (got < 0 && bad == 1)
				printf("# not valid: %s\n", output);
		}
	}
	ok(!bad, "%d random texts come out valid", rounds);
	ok(!lossy, "%d random texts can be had back", rounds);
}

static void ip(const char *name, const unsigned char ip[16], const char *expected)
{
	char text[64];

	same(format_ip(text, sizeof(text), ip), expected, name);
}

static void test_ip(void)
{
	char small[4] = "abc";

	ip("IPv4", (unsigned char[16]){ [10] = 255, 255, 127, 0, 0, 1 }, "127.0.0.1");
	ip("IPv4, the largest", (unsigned char[16]){ [10] = 255, 255, 255, 255, 255, 255 },
	   "255.255.255.255");
	ip("IPv6", (unsigned char[16]){ 0x20, 1, 0xd, 0xb8, [15] = 1 }, "2001:db8::1");
	ip("IPv6 loopback", (unsigned char[16]){ [15] = 1 }, "::1");
	ip("IPv6, unspecified", (unsigned char[16]){ 0 }, "::");
	ip("almost a mapped IPv4", (unsigned char[16]){ 1, [10] = 255, 255, 1, 2, 3, 4 },
	   "100::ffff:102:304");
	same(format_ip(small, sizeof(small), (unsigned char[16]){ [15] = 1 }), "::1",
	     "an address that just fits");
	same(format_ip(small, sizeof(small), (unsigned char[16]){ [0] = 1, [15] = 1 }), "",
	     "an address that does not fit");
}

static void test_errors(void)
{
	int missing = 0;

	same(error_name(ENOENT), "ENOENT", "an error's name");
	same(error_name(ERESTART), "ERESTART", "another");
	same(error_name(512), "ERESTARTSYS", "an error that only the kernel knows");
	same(error_name(524), "ENOTSUPP", "a second one");
	same(error_name(0), "0", "no error");
	same(error_name(-2), "-2", "a negative number");
	same(error_name(520), "520", "a gap");
	same(error_name(1 << 30), "1073741824", "beyond all errors");
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
	for (int err = 1; err < 512; err++)
		missing += strerrorname_np(err) && strcmp(strerrorname_np(err), error_name(err));
#endif
	ok(!missing, "every error has the name that the C library gives it");
}

int main(void)
{
	memory = fmemopen(output, sizeof(output), "w");
	setvbuf(memory, NULL, _IOFBF, sizeof(output));
	test_escapes();
	test_bounds();
	column("ab", 5, "ab   ", "a column is filled with spaces");
	column("abcdef", 5, "abcdef", "what is too wide for a column is not cut");
	column("\u20ac\n", 5, "\u20ac\\n  ", "columns, not bytes, are counted");
	column("", 0, "", "a column of no width");
	test_random(200000);
	test_ip();
	test_errors();
	fclose(memory);
	return finished();
}
