// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * json_test TYPES.bpf.o OTHER.bpf.o [LINES]: structs filled in by this compiler, printed by the
 * BTF that clang made of them. What is printed also goes to file LINES, for other parsers.
 *
 * Includes what it tests, to reach load(), which no other way shows both byte orders.
 */
#include "../../common/json.c"
#include <arpa/inet.h>
#include <limits.h>
#include <math.h>
#include "tap.h"
#include "types.h"

static struct btf *btf;
static char **paths; /* of types.bpf.o and other.bpf.o */
static FILE *lines;

/* Stands in for ksym.c; what it says has to be escaped. */
const char *format_ksym(char *buf, size_t size, unsigned long long addr)
{
	snprintf(buf, size, "\"symbol\"+0x%llx", addr);
	return buf;
}

static void free_plan(struct plan *plan)
{
	free(plan->text);
	free(plan->operations);
	free(plan);
}

static void check(const char *type, const void *data, size_t size, const char *expected,
		  const char *name)
{
	struct plan *plan = make_plan(btf, type);
	char *text = NULL;
	size_t text_size;
	FILE *out = open_memstream(&text, &text_size);

	print_by_plan(plan, out, data, size);
	fclose(out);
	if (lines)
		fputs(text, lines);
	if (text_size && text[text_size - 1] == '\n')
		text[text_size - 1] = '\0';
	same(text, expected, name);
	free(text);
	free_plan(plan);
}
#define CHECK(type, value, expected, name) check(#type, value, sizeof(struct type), expected, name)

static void test_integers(void)
{
	struct integers low = { SCHAR_MIN, 0, SHRT_MIN, 0, INT_MIN, 0, LLONG_MIN, 0, LONG_MIN, 0,
				true, false, 'x' };
	struct integers high = { SCHAR_MAX, UCHAR_MAX, SHRT_MAX, USHRT_MAX, INT_MAX, UINT_MAX,
				 LLONG_MAX, ULLONG_MAX, LONG_MAX, ULONG_MAX, true, false, '\0' };
	struct integers minus = { -1, 1, -10, 10, -99, 99, -100, 100, -1, 1, true, false, '"' };

	CHECK(integers, &low,
	      "{\"s8\":-128,\"u8\":0,\"s16\":-32768,\"u16\":0,\"s32\":-2147483648,"
	      "\"u32\":0,\"s64\":-9223372036854775808,\"u64\":0,"
	      "\"l\":-9223372036854775808,\"ul\":0,\"yes\":true,\"no\":false,\"c\":\"x\"}",
	      "the least integers");
	CHECK(integers, &high, "{\"s8\":127,\"u8\":255,\"s16\":32767,\"u16\":65535,"
			       "\"s32\":2147483647,\"u32\":4294967295,\"s64\":9223372036854775807,"
			       "\"u64\":18446744073709551615,\"l\":9223372036854775807,"
			       "\"ul\":18446744073709551615,\"yes\":true,\"no\":false,\"c\":\"\"}",
	      "the greatest integers");
	CHECK(integers, &minus,
	      "{\"s8\":-1,\"u8\":1,\"s16\":-10,\"u16\":10,\"s32\":-99,\"u32\":99,"
	      "\"s64\":-100,\"u64\":100,\"l\":-1,\"ul\":1,"
	      "\"yes\":true,\"no\":false,\"c\":\"\\\"\"}",
	      "integers between");
}

static void test_unaligned(void)
{
	struct unaligned value = { '~', 0x1234, -2, 1ULL << 63, 0.5, htons(443), 0xabcdef };
	char buf[sizeof(value) + 8] __attribute__((aligned(8)));
	char name[64];

	for (int shift = 0; shift < 8; shift++) {
		memcpy(buf + shift, &value, sizeof(value));
		snprintf(name, sizeof(name), "a packed struct, %d bytes off alignment", shift);
		CHECK(unaligned, buf + shift, "{\"c\":\"~\",\"u16\":4660,\"s32\":-2,"
					      "\"u64\":9223372036854775808,\"f\":0.5,\"port\":443,"
					      "\"address\":\"\\\"symbol\\\"+0xabcdef\"}",
		      name);
	}
}

static void test_texts(void)
{
	struct texts value = { "", "a\0b", { "one" }, { -1, 1 }, { 0, 'a', 255 }, 5 };

	/* not ended by a NUL, which newer compilers do not like as initializers */
	memcpy(value.text, "full \xff\x80!", 8);
	memcpy(value.grid[1], "four", 4);
	CHECK(texts, &value, "{\"text\":\"full \\udcff\\udc80!\",\"constant\":\"a\","
			     "\"grid\":[\"one\",\"four\"],\"numbers\":[-1,1],\"bytes\":[0,97,255],\"last\":5}",
	      "arrays of char are texts, those of signed and unsigned char are numbers");
}

static const struct btf_type *find(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name(btf, name);

	return id > 0 ? btf__type_by_id(btf, id) : NULL;
}

static void test_enums(void)
{
	struct enums value = { BLUE, CRIMSON, 5, COLD, -77, TINY_LOW, { GREEN, 3 } };
	struct wide_enums wide = { HUGE_HIGH, 0x8000000000000002ULL, DEEP_LOW, -5 };
	bool told = btf_kflag(find(btf, "temperature"));

	/* clang before 16 neither tells an enum's sign nor describes more than 32 bits */
	CHECK(enums, &value, told ? "{\"named\":\"BLUE\",\"alias\":\"RED\",\"unknown\":5,\"cold\":\"COLD\","
				    "\"strange\":-77,\"tiny\":\"TINY_LOW\",\"list\":[\"GREEN\",3]}" :
				    "{\"named\":\"BLUE\",\"alias\":\"RED\",\"unknown\":5,\"cold\":\"COLD\","
				    "\"strange\":4294967219,\"tiny\":\"TINY_LOW\",\"list\":[\"GREEN\",3]}",
	      "enums");
	CHECK(wide_enums, &wide, told ? "{\"high\":\"HUGE_HIGH\",\"unknown\":9223372036854775810,\"low\":\"DEEP_LOW\","
					"\"strange\":-5}" :
					"{\"high\":9223372036854775809,\"unknown\":9223372036854775810,"
					"\"low\":9223372036854775809,\"strange\":18446744073709551611}",
	      told ? "enums of 64 bits" : "enums of 64 bits (this clang does not describe them)");
}

/* What no clang, or not every one, makes of C. */
static void test_made_btf(void)
{
	struct btf *clang_btf = btf;
	struct {
		__u64 enums[5];
		__u32 port;
	} value = { { 1ULL << 63, 3, -1ULL, 1ULL << 63, -2ULL }, 5 };
	int high, deep, u32;

	btf = btf__new_empty();
	high = btf__add_enum64(btf, "high", 8, false);
	btf__add_enum64_value(btf, "HIGH", 1ULL << 63);
	btf__add_enum64_value(btf, "ALL", -1ULL);
	deep = btf__add_enum64(btf, "deep", 8, true);
	btf__add_enum64_value(btf, "DEEPEST", 1ULL << 63);
	u32 = btf__add_typedef(btf, "net_port", btf__add_int(btf, "unsigned int", 4, 0));
	btf__add_struct(btf, "made", sizeof(value));
	for (int i = 0; i < 5; i++) {
		char name[] = { 'a' + i, '\0' };

		btf__add_field(btf, name, i < 3 ? high : deep, 64 * i, 0);
	}
	btf__add_field(btf, "port", u32, 64 * 5, 0);
	check("made", &value, sizeof(value),
	      "{\"a\":\"HIGH\",\"b\":3,\"c\":\"ALL\",\"d\":\"DEEPEST\",\"e\":-2,"
	      "\"port\":5}",
	      "enums of 64 bits; a typedef of a known name, but not of its size");
	btf__free(btf);
	btf = clang_btf;
}

static void test_bit_fields(void)
{
	struct bit_fields ones = { 1, 7, -1, 0x1fff, true, BLUE, COLD, (1ULL << 61) - 1,
				   -1, UINT_MAX };
	struct bit_fields mixed = {
		0, 5, -16, 0x1234, false, 5, -1, 0x123456789abcdef, LLONG_MIN, 0
	};
	struct packed_bit_fields packed = { 5, 0xfedcba9876543210, -(1LL << 57), 2, 238 };
	struct packed_bit_fields other = { 2, 1ULL << 63, (1LL << 57) - 1, 5, 0 };
	bool told = btf_kflag(find(btf, "temperature"));

	CHECK(bit_fields, &ones, "{\"one\":1,\"three\":7,\"minus\":-1,\"crossing\":8191,"
				 "\"flag\":true,\"color\":\"BLUE\",\"cold\":\"COLD\",\"wide\":2305843009213693951,"
				 "\"whole\":-1,\"u32\":4294967295}",
	      "bit fields full of ones");
	CHECK(bit_fields, &mixed, told ? "{\"one\":0,\"three\":5,\"minus\":-16,\"crossing\":4660,"
					 "\"flag\":false,\"color\":5,\"cold\":-1,\"wide\":81985529216486895,"
					 "\"whole\":-9223372036854775808,\"u32\":0}" :
					 "{\"one\":0,\"three\":5,\"minus\":-16,\"crossing\":4660,"
					 "\"flag\":false,\"color\":5,\"cold\":127,\"wide\":81985529216486895,"
					 "\"whole\":-9223372036854775808,\"u32\":0}",
	      "bit fields of all sorts");
	CHECK(packed_bit_fields, &packed, "{\"few\":5,\"nine_bytes\":18364758544493064720,"
					  "\"shifted\":-144115188075855872,\"rest\":2,\"after\":238}",
	      "bit fields spread over nine bytes");
	CHECK(packed_bit_fields, &other, "{\"few\":2,\"nine_bytes\":9223372036854775808,"
					 "\"shifted\":144115188075855871,\"rest\":5,\"after\":0}",
	      "their opposites");
}

/* Put bits one by one where each byte order counts them, and see whether load() finds them. */
static void test_byte_orders(void)
{
	int wrong = 0, tried = 0;

	for (int big = 0; big < 2; big++) {
		for (unsigned int shift = 0; shift < 8; shift++) {
			for (unsigned int bits = 1; bits <= 64; bits++, tried++) {
				uint64_t value = 0x9e3779b97f4a7c15ULL * tried >> (64 - bits);
				unsigned int size = (shift + bits + 7) / 8;
				unsigned char data[9], *exact = malloc(size);

				memset(data, tried % 2 ? 0xff : 0, sizeof(data));
				for (unsigned int i = 0; i < bits; i++) {
					unsigned int at = shift + i;
					unsigned int mask = big ? 0x80 >> at % 8 : 1 << at % 8;
					bool bit = value >> (big ? bits - 1 - i : i) & 1;

					data[at / 8] =
						bit ? data[at / 8] | mask : data[at / 8] & ~mask;
				}
				memcpy(exact, data, size);
				wrong += load(exact, shift, bits, big) != value;
				free(exact);
			}
		}
	}
	ok(!wrong, "%d integers of all widths at all bits, in both byte orders", tried);
}

static void test_nested(void)
{
	struct nested value = {
		{ 1, { 2 } },
		{ { 3, { 4 } }, { 5, { 6 } } },
		{ 7, { 8 } },
		{ 9, 10, 11 },
		{ { 1, 2, 3 }, { 4, 5, 6 } },
		{ { { 1, 2 } }, { { 3, 4 } } },
		{},
		{},
		12,
	};
	struct starts_anonymous anonymous = { { 1 }, -1, 2, "pad" };

	CHECK(nested, &value, "{\"pair\":{\"left\":1,\"right\":{\"deep\":2}},"
			      "\"pairs\":[{\"left\":3,\"right\":{\"deep\":4}},{\"left\":5,\"right\":{\"deep\":6}}],"
			      "\"a\":7,\"b\":8,\"numbers\":[9,10,11],\"grid\":[[1,2,3],[4,5,6]],"
			      "\"lists\":[{\"x\":[1,2]},{\"x\":[3,4]}],\"none\":[],\"empty\":{},\"last\":12}",
	      "structs and arrays in each other");
	CHECK(starts_anonymous, &anonymous, "{\"a\":1,\"b\":2}",
	      "an anonymous struct comes first, and padding is left out");
	CHECK(nothing, &value, "{}", "a struct of nothing");
}

static void test_typedefs(void)
{
	// clang-format off
	struct typedefs value = { -3, 7, "abc", { "x", "yz" }, ANONYMOUS_B, { 4 },
				  (text_pointer)0xffff888012345678, NULL, (void (*)(int))0x10 };
	// clang-format on
	struct floats floats = { 0.1f, 0.1, { -1e300, 12345678 }, INFINITY, NAN };

	CHECK(typedefs, &value, "{\"tangled\":-3,\"qualified\":7,\"name\":\"abc\","
				"\"names\":[\"x\",\"yz\"],\"letter\":\"ANONYMOUS_B\",\"inner\":{\"value\":4},"
				"\"pointer\":\"0xffff888012345678\",\"null\":\"0x0\",\"function\":\"0x10\"}",
	      "typedefs, qualifiers and pointers");
	CHECK(floats, &floats,
	      "{\"f\":0.100000001,\"d\":0.10000000000000001,"
	      "\"list\":[-1.0000000000000001e+300,12345678],\"infinite\":null,\"nan\":null}",
	      "floats");
}

static void test_formats(void)
{
	static const struct formats value = {
		.v4 = { [10] = 255, 255, 10, 0, 0, 1 },
		.v6 = { 0xfe, 0x80, [15] = 1 },
		.peers = { { [15] = 1 }, { [10] = 255, 255, 127, 0, 0, 1 } },
		.pairs = { { { [15] = 1 }, { [15] = 2 } }, { { [15] = 3 }, { [15] = 4 } } },
		.mac = { 2, 0, 0, 0xab, 0xcd, 0xef },
		.failed = 2,
		.done = 0,
		.unknown = 4000,
		.status = 13,
		.none = 0,
	};
	struct formats ports = value;

	ports.port = htons(443);
	ports.ports[0] = htons(1);
	ports.ports[1] = htons(65535);
	ports.inner.port = htons(256);
	CHECK(formats, &ports,
	      "{\"v4\":\"10.0.0.1\",\"v6\":\"fe80::1\","
	      "\"peers\":[\"::1\",\"127.0.0.1\"],\"pairs\":[[\"::1\",\"::2\"],[\"::3\",\"::4\"]],"
	      "\"port\":443,\"ports\":[1,65535],\"mac\":\"02:00:00:ab:cd:ef\","
	      "\"failed\":\"ENOENT\",\"done\":null,\"unknown\":\"4000\",\"status\":\"EACCES\","
	      "\"none\":\"\\\"symbol\\\"+0x0\",\"inner\":{\"port\":256}}",
	      "the typedefs of event.h");
}

static void format_user(char *buf, size_t size, const void *data)
{
	snprintf(buf, size, "<%u>\n\"", *(const unsigned char *)data);
}

static void format_nothing(char *buf, size_t size, const void *data)
{
}

static void format_number(char *buf, size_t size, const void *data)
{
	snprintf(buf, size, "18446744073709551615");
}

static void format_long(char *buf, size_t size, const void *data)
{
	memset(buf, 'x', size); /* a mistake: no NUL */
}

static void test_user_formats(void)
{
	struct user_formats value = { { 1 }, { { 2 }, { 3 } }, { 4 }, 5 };
	struct ends_in_number number = { 6, 7 };
	char expected[2048];

	memset(&value, 0, sizeof(value));
	memset(&value.one, 1, sizeof(value.one));
	memset(value.many, 2, sizeof(value.many));
	json_format("user_type", format_user);
	json_format("user_union", format_nothing);
	CHECK(user_formats, &value,
	      "{\"one\":\"<1>\\n\\\"\",\"many\":[\"<2>\\n\\\"\",\"<2>\\n\\\"\"],"
	      "\"any\":\"\",\"plain\":0}",
	      "formats of an example's own");
	json_format("user_union", format_user);
	CHECK(user_formats, &value,
	      "{\"one\":\"<1>\\n\\\"\",\"many\":[\"<2>\\n\\\"\",\"<2>\\n\\\"\"],"
	      "\"any\":\"<0>\\n\\\"\",\"plain\":0}",
	      "the last format wins");
	json_format_number("user_union", format_number);
	CHECK(user_formats, &value,
	      "{\"one\":\"<1>\\n\\\"\",\"many\":[\"<2>\\n\\\"\",\"<2>\\n\\\"\"],"
	      "\"any\":18446744073709551615,\"plain\":0}",
	      "a format that is a number");
	json_format("__u64", format_long);
	snprintf(expected, sizeof(expected), "{\"a\":\"%01024d\",\"b\":7}", 0);
	for (char *c = expected; *c; c++)
		if (*c == '0')
			*c = 'x';
	CHECK(ends_in_number, &number, expected, "a format that fills its buffer");
	format_count--;
}

static void test_sizes(void)
{
	struct ends_in_text text = { 1, "hello, worl" };
	struct ends_in_numbers numbers = { 1, { 2, { 3, 4, 5, 6 } } };
	struct ends_in_formatted formatted = { 1, { [15] = 1 } };
	struct ends_in_number number = { 1, 2 };
	struct ends_in_bits bits = { 1, 3, 1, 100 };
	struct {
		__u64 id;
		char text[9];
	} flexible = { 1, "some text" };
	struct {
		__u32 id;
		struct {
			net_port port;
			char name[6];
		} list[2];
	} structs = { 1, { { htons(80), "http" }, { htons(22), "ssh" } } };
	struct {
		__u16 id;
		__u8 bytes[4];
	} bytes = { 1, { 2, 3, 4, 5 } };

	memcpy(text.text, "hello, world", 12);
	CHECK(ends_in_text, &text, "{\"id\":1,\"text\":\"hello, world\"}",
	      "a text that fills its array");
	check("ends_in_text", &text, 9, "{\"id\":1,\"text\":\"hello\"}",
	      "a text that the size cuts");
	check("ends_in_text", &text, 4, "{\"id\":1,\"text\":\"\"}",
	      "a text that is cut to nothing");
	check("ends_in_text", &text, 100, "{\"id\":1,\"text\":\"hello, world\"}",
	      "a record too long");
	check("ends_in_flexible_text", &flexible, 17, "{\"id\":1,\"text\":\"some text\"}",
	      "a flexible array of text");
	check("ends_in_flexible_text", &flexible, 8, "{\"id\":1,\"text\":\"\"}", "an empty one");
	CHECK(ends_in_numbers, &numbers, "{\"id\":1,\"count\":2,\"stack\":[\"\\\"symbol\\\"+0x3\","
					 "\"\\\"symbol\\\"+0x4\",\"\\\"symbol\\\"+0x5\",\"\\\"symbol\\\"+0x6\"]}",
	      "a full array at the end, in an anonymous struct");
	check("ends_in_numbers", &numbers, sizeof(numbers) - 16,
	      "{\"id\":1,\"count\":2,"
	      "\"stack\":[\"\\\"symbol\\\"+0x3\",\"\\\"symbol\\\"+0x4\"]}",
	      "the size cuts it");
	check("ends_in_flexible_structs", &structs, sizeof(structs),
	      "{\"id\":1,"
	      "\"list\":[{\"port\":80,\"name\":\"http\"},{\"port\":22,\"name\":\"ssh\"}]}",
	      "a flexible array of structs");
	check("ends_in_flexible_structs", &structs, sizeof(structs) - 1, "{\"id\":1,"
									 "\"list\":[{\"port\":80,\"name\":\"http\"}]}",
	      "half an element is none");
	check("flexible_bytes", &bytes, 6, "{\"id\":1,\"bytes\":[2,3,4,5]}", "flexible bytes");
	CHECK(ends_in_formatted, &formatted, "{\"id\":1,\"address\":\"::1\"}", "a formatted end");
	check("ends_in_number", &number, 9, "{\"a\":1,\"b\":2}",
	      "padding at the end need not come");
	check("ends_in_bits", &bits, 6, "{\"id\":1,\"error\":3,\"letter\":1,\"last\":100}",
	      "bit fields at the end");
}

struct attempt {
	const char *type;
	size_t size;
};

static void attempt(const void *arg)
{
	static char zero[1024];
	const struct attempt *attempt = arg;

	print_by_plan(make_plan(btf, attempt->type), stdout, zero, attempt->size);
}

static void refused(const char *type, size_t size, const char *expected, const char *name)
{
	char message[512];
	int status = in_child(attempt, &(struct attempt){ type, size }, message, sizeof(message));

	ok(status == EXIT_FAILED, "%s: refused", name);
	message[strcspn(message, "\n;")] = '\0';
	same(message, expected, name);
}

static void test_refused(void)
{
	refused("has_union", 8,
		"cannot print struct has_union as JSON: its member either is a union, "
		"and nothing says which of its members holds",
		"a union");
	refused("has_anonymous_union", 8,
		"cannot print struct has_anonymous_union as JSON: its member "
		"without a name is a union, and nothing says which of its members holds",
		"an anonymous union");
	refused("has_int128", 16, "cannot print struct has_int128 as JSON: its member big is wider "
				  "than 64 bits",
		"an integer of 128 bits");
	refused("no_such_struct", 16, "the BPF object's BTF has no struct no_such_struct",
		"a struct that is not there");
	refused("color", 4, "the BPF object's BTF has no struct color",
		"an enum instead of a struct");
	refused("ends_in_text", 3, "a record has 3 bytes, but struct ends_in_text needs 4",
		"a record that ends before its text");
	refused("ends_in_formatted", 19,
		"a record has 19 bytes, but struct ends_in_formatted needs 20",
		"a record that ends in an address");
	refused("ends_in_number", 8, "a record has 8 bytes, but struct ends_in_number needs 9",
		"a record that lacks its last number");
	refused("ends_in_bits", 5, "a record has 5 bytes, but struct ends_in_bits needs 6",
		"a record that lacks half a bit field");
	refused("packed_bit_fields", 16,
		"a record has 16 bytes, but struct packed_bit_fields needs 17",
		"a record that lacks a byte");
}

static const struct event example = {
	1763695617123456789,
	123456,
	4321,
	4322,
	1000,
	2,
	0x8000,
	65536,
	"systemd-journal",
	"/var/lib/example/some/file/of/40/chars",
};
#define EXAMPLE_JSON                                                                        \
	"{\"time_ns\":1763695617123456789,\"latency_ns\":123456,\"pid\":4321,\"tid\":4322," \
	"\"uid\":1000,\"error\":\"ENOENT\",\"flags\":32768,\"size_bytes\":65536,"           \
	"\"comm\":\"systemd-journal\",\"path\":\"/var/lib/example/some/file/of/40/chars\"}"

/* Two objects take turns, and each has a struct event of its own; one has others too. */
static void print_two(const void *arg)
{
	struct bpf_object *objects[] = { bpf_object__open(paths[0]), bpf_object__open(paths[1]) };
	struct ends_in_text text = { 1, "hello" };
	int number = -7;

	if (!objects[0] || !objects[1])
		die("cannot open %s", objects[0] ? paths[1] : paths[0]);
	for (int i = 0; i < 2; i++) {
		print_record(objects[0], "ends_in_text", &text, sizeof(text));
		if (print_json(objects[0], (void *)&example, sizeof(example)) ||
		    print_json(objects[0], (void *)&example, sizeof(example)) ||
		    print_json(objects[1], &number, sizeof(number)))
			printf("print_json() does not return 0\n");
	}
}

static void test_print_json(void)
{
	static const char once[] = "{\"id\":1,\"text\":\"hello\"}\n" EXAMPLE_JSON "\n" EXAMPLE_JSON
				   "\n{\"number\":-7}\n";
	char output[2048], expected[2048];
	int status = in_child(print_two, NULL, output, sizeof(output));

	snprintf(expected, sizeof(expected), "%s%s", once, once);
	ok(!status, "print_json() and print_record() print");
	same(output, expected, "they print each object's structs, in turn");
	CHECK(event, &example, EXAMPLE_JSON, "struct event");
}

static void measure(int count)
{
	struct plan *plan = make_plan(btf, "event");
	FILE *out = fopen("/dev/null", "w");
	double best = 1e9;

	setvbuf(out, NULL, _IOFBF, 1 << 16);
	for (int round = 0; round < 5; round++) {
		double start = seconds();

		for (int i = 0; i < count / 5; i++)
			print_by_plan(plan, out, &example, sizeof(example));
		start = seconds() - start;
		best = start < best ? start : best;
	}
	printf("# struct event as JSON: %.2f million a second\n", count / 5 / best / 1e6);
	fclose(out);
	free_plan(plan);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		fail("usage: json_test TYPES.bpf.o OTHER.bpf.o [LINES]");
	paths = argv + 1;
	btf = btf__parse(paths[0], NULL);
	if (!btf)
		die("cannot read the BTF of %s", paths[0]);
	lines = argc > 3 ? fopen(argv[3], "w") : NULL;
	test_integers();
	test_unaligned();
	test_texts();
	test_enums();
	test_made_btf();
	test_bit_fields();
	test_byte_orders();
	test_nested();
	test_typedefs();
	test_formats();
	test_user_formats();
	test_sizes();
	test_refused();
	test_print_json();
	measure(500000);
	if (lines)
		fclose(lines);
	free(formats);
	btf__free(btf);
	return finished();
}
