// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Print records as JSON by their BTF, so that no example spells its fields twice.
 *
 * A struct is resolved once, so that a record costs no look-ups, into a plan: a list of operations.
 * Each is one value: the text in front of it (separator, name and opening brackets, put together
 * beforehand), where it lies, and how to print it. An array is one operation, followed by those of
 * its element, which it repeats.
 *
 * Members whose names begin with __pad are left out; those of an anonymous struct belong to
 * the struct around it, as in C. An array at the end, not only one of chars, is cut where
 * the record ends. (perf pads records to 4 bytes more than a multiple of 8: flexible arrays
 * of smaller elements had better travel through a ring buffer.)
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include "example.h"

enum kind {
	TEXT, /* no value: only what closes brackets */
	INTEGER,
	PORT, /* an integer in network byte order */
	BOOL,
	POINTER,
	ENUM,
	ERRNO,
	FLOAT,
	STRING,
	ARRAY,
	FORMAT,
	NUMBER, /* a format, whose text is a number */
};

struct operation {
	enum kind kind;
	bool is_signed;
	bool cut;		     /* the array or string at the end */
	uint8_t bits;		     /* how wide an integer is */
	uint8_t shift;		     /* the bits of its first byte that precede a bit field */
	uint32_t offset;	     /* in bytes, from the start of the record or array element */
	uint32_t size;		     /* in bytes, of the value; for an array or string of one element */
	uint32_t count;		     /* elements, or bytes of a string */
	uint32_t body;		     /* so many operations print an array's element */
	size_t text, text_size;	     /* where the text in front is in plan->text */
	const struct btf_type *type; /* with the names of an enum */
	json_format_fn format;
};

struct plan {
	const char *name;
	const struct btf *btf;
	size_t least; /* bytes that a record has at least */
	struct operation *operations;
	size_t count;
	char *text;
	size_t text_size;
};

/* ---- Formats for typedefs ---- */

struct format {
	const char *type_name;
	uint32_t size; /* only values of this size are meant; 0: all */
	enum kind kind;
	json_format_fn format;
};

static void format_ip_address(char *buf, size_t size, const void *data)
{
	format_ip(buf, size, data);
}

static void format_mac_address(char *buf, size_t size, const void *data)
{
	const unsigned char *mac = data;

	for (int i = 0; i < 6; i++) {
		*buf++ = "0123456789abcdef"[mac[i] >> 4];
		*buf++ = "0123456789abcdef"[mac[i] & 15];
		*buf++ = i < 5 ? ':' : '\0';
	}
}

static void format_kernel_address(char *buf, size_t size, const void *data)
{
	uint64_t addr;

	memcpy(&addr, data, sizeof(addr));
	format_ksym(buf, size, addr);
}

static const struct format builtin_formats[] = {
	{ "ip_address", 16, FORMAT, format_ip_address },
	{ "net_port", 2, PORT, NULL },
	{ "mac_address", 6, FORMAT, format_mac_address },
	{ "errno_value", 4, ERRNO, NULL },
	{ "kernel_address", 8, FORMAT, format_kernel_address },
};

static struct format *formats;
static size_t format_count;

/* Make room for one more in @list, whose capacity is always a power of two. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	list = realloc(list, (count ? 2 * count : 1) * size);
	if (!list)
		die("cannot plan the output as JSON");
	return list;
}

static void add_format(const char *type_name, enum kind kind, json_format_fn format)
{
	formats = grow(formats, format_count, sizeof(*formats));
	formats[format_count++] = (struct format){ type_name, 0, kind, format };
}

void json_format(const char *type_name, json_format_fn format)
{
	add_format(type_name, FORMAT, format);
}

void json_format_number(const char *type_name, json_format_fn format)
{
	add_format(type_name, NUMBER, format);
}

static const struct format *find_format(const char *type_name, uint32_t size)
{
	for (size_t i = format_count; i--;)
		if (!strcmp(formats[i].type_name, type_name))
			return &formats[i];
	for (size_t i = 0; i < sizeof(builtin_formats) / sizeof(*builtin_formats); i++)
		if (builtin_formats[i].size == size &&
		    !strcmp(builtin_formats[i].type_name, type_name))
			return &builtin_formats[i];
	return NULL;
}

/* ---- Making a plan ---- */

struct planner {
	struct plan *plan;
	const struct btf *btf;
	FILE *text;	    /* writes plan->text */
	size_t text_start;  /* of what waits there for the next operation */
	const char *member; /* that is being planned, for messages */
};

static _Noreturn void refuse(const struct planner *planner, const char *what)
{
	fail("cannot print struct %s as JSON: its member %s %s; give the type a typedef, and that "
	     "a json_format()",
	     planner->plan->name, planner->member, what);
}

/* Bring plan->text and its size up to date. */
static void sync_text(struct planner *planner)
{
	if (fflush(planner->text))
		die("cannot plan the output as JSON");
}

/* Add @operation, and return its index. */
static size_t add(struct planner *planner, struct operation operation)
{
	struct plan *plan = planner->plan;

	sync_text(planner);
	operation.text = planner->text_start;
	operation.text_size = plan->text_size - planner->text_start;
	planner->text_start = plan->text_size;

	plan->operations = grow(plan->operations, plan->count, sizeof(operation));
	plan->operations[plan->count] = operation;
	return plan->count++;
}

/* The type behind qualifiers and typedefs, but not behind one that has a @format. */
static const struct btf_type *resolve(const struct btf *btf, uint32_t *id,
				      const struct format **format)
{
	const struct btf_type *type = btf__type_by_id(btf, *id);

	*format = NULL;
	while (btf_is_mod(type) || btf_is_typedef(type)) {
		if (btf_is_typedef(type))
			*format = find_format(btf__name_by_offset(btf, type->name_off),
					      btf__resolve_size(btf, *id));
		if (*format)
			break;
		*id = type->type;
		type = btf__type_by_id(btf, *id);
	}
	return type;
}

static bool is_char(const struct btf *btf, const struct btf_type *type)
{
	return btf_is_int(type) && !strcmp(btf__name_by_offset(btf, type->name_off), "char");
}

static void plan_value(struct planner *planner, uint32_t id, struct operation at, bool last);

static void plan_array(struct planner *planner, const struct btf_array *array,
		       struct operation at, bool last)
{
	struct plan *plan = planner->plan;
	const struct format *format;
	uint32_t id = array->type;
	const struct btf_type *element = resolve(planner->btf, &id, &format);
	size_t index;

	at.size = btf__resolve_size(planner->btf, id);
	at.count = array->nelems;
	if (last && at.size) {
		at.cut = true;
		plan->least = at.offset;
		if (!at.count)
			at.count = UINT32_MAX; /* a flexible array ends with the record */
	}
	if (!format && is_char(planner->btf, element)) {
		at.kind = STRING;
		add(planner, at);
		return;
	}
	at.kind = ARRAY;
	fputc('[', planner->text);
	index = add(planner, at);
	plan_value(planner, array->type, (struct operation){ 0 }, false);
	add(planner, (struct operation){ .kind = TEXT });
	plan->operations[index].body = plan->count - index - 1;
	fputc(']', planner->text);
}

static void plan_members(struct planner *planner, const struct btf_type *type, uint32_t offset,
			 bool last)
{
	struct plan *plan = planner->plan;

	for (int i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = btf__name_by_offset(planner->btf, member->name_off);
		uint32_t bit = btf_member_bit_offset(type, i);
		uint32_t bits = btf_member_bitfield_size(type, i);
		struct operation at = { .offset = offset + bit / 8, .bits = bits, .shift = bit % 8 };
		bool is_last = last && i == btf_vlen(type) - 1;
		const struct format *format;
		uint32_t id = member->type;
		const struct btf_type *value = resolve(planner->btf, &id, &format);

		if (!*name && btf_is_struct(value)) {
			plan_members(planner, value, at.offset, is_last);
			continue;
		}
		if (is_last) /* an array then says that a record may do with less */
			plan->least = at.offset + (bits ? (at.shift + bits + 7) / 8 :
							  btf__resolve_size(planner->btf, id));
		if (!strncmp(name, "__pad", 5))
			continue;
		planner->member = *name ? name : "without a name";
		sync_text(planner);
		fprintf(planner->text, "%s\"%s\":",
			plan->text[plan->text_size - 1] == '{' ? "" : ",", name);
		plan_value(planner, member->type, at, is_last);
	}
}

/* Plan a value of type @id. Of @at there are the place, and the bits if it is a bit field. */
static void plan_value(struct planner *planner, uint32_t id, struct operation at, bool last)
{
	const struct format *format;
	const struct btf_type *type = resolve(planner->btf, &id, &format);

	if (format && at.bits) { /* formats take whole values */
		format = NULL;
		type = btf__type_by_id(planner->btf, btf__resolve_type(planner->btf, id));
	}
	at.size = btf__resolve_size(planner->btf, id);
	at.type = type;
	at.count = 1;
	if (format) {
		at.kind = format->kind;
		at.format = format->format;
	} else if (btf_is_int(type)) {
		at.kind = btf_int_encoding(type) & BTF_INT_BOOL	  ? BOOL :
			  is_char(planner->btf, type) && !at.bits ? STRING :
								    INTEGER;
		at.is_signed = btf_int_encoding(type) & BTF_INT_SIGNED;
		if (at.size > 8)
			refuse(planner, "is wider than 64 bits");
	} else if (btf_is_any_enum(type)) {
		at.kind = ENUM;
		at.is_signed = btf_kflag(type); /* clang before 16 never says so */
	} else if (btf_is_ptr(type)) {
		at.kind = POINTER;
	} else if (btf_is_float(type) && (at.size == sizeof(float) || at.size == sizeof(double))) {
		at.kind = FLOAT;
	} else if (btf_is_array(type)) {
		plan_array(planner, btf_array(type), at, last);
		return;
	} else if (btf_is_struct(type)) {
		fputc('{', planner->text);
		plan_members(planner, type, at.offset, last);
		fputc('}', planner->text);
		return;
	} else {
		refuse(planner, btf_is_union(type) ?
					"is a union, and nothing says which of its members holds" :
					"is of a type that JSON does not have");
	}
	if (!at.bits && at.size <= 8)
		at.bits = 8 * at.size;
	add(planner, at);
}

/* The plan for struct @name of @btf, which must outlive it. */
static struct plan *make_plan(const struct btf *btf, const char *name)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	struct planner planner = { .plan = plan, .btf = btf };

	if (id < 0)
		fail("the BPF object's BTF has no struct %s; is DESCRIBE(%s) missing?", name,
		     name);
	planner.text = plan ? open_memstream(&plan->text, &plan->text_size) : NULL;
	if (!planner.text)
		die("cannot plan the output as JSON");
	plan->name = btf__name_by_offset(btf, btf__type_by_id(btf, id)->name_off);
	plan->btf = btf;
	plan_value(&planner, id, (struct operation){ 0 }, true);
	fputc('\n', planner.text);
	add(&planner, (struct operation){ .kind = TEXT });
	if (fclose(planner.text))
		die("cannot plan the output as JSON");
	return plan;
}

/* ---- Printing by the plan ---- */

/* Collects what is to be printed: a call of fwrite() for each piece would cost more. */
struct line {
	FILE *out;
	size_t size;
	char text[1024];
};

static void flush(struct line *line)
{
	fwrite_unlocked(line->text, 1, line->size, line->out);
	line->size = 0;
}

static void put(struct line *line, const char *text, size_t size)
{
	if (size > sizeof(line->text) - line->size)
		flush(line);
	if (size > sizeof(line->text)) {
		fwrite_unlocked(text, 1, size, line->out);
		return;
	}
	memcpy(line->text + line->size, text, size);
	line->size += size;
}

static void put_string(struct line *line, const char *text, size_t size)
{
	flush(line);
	print_json_string(line->out, text, size);
}

/* For names, which need no escapes. */
static void put_quoted(struct line *line, const char *name)
{
	put(line, "\"", 1);
	put(line, name, strlen(name));
	put(line, "\"", 1);
}

/* @value is the low @bits of a number. */
static void put_integer(struct line *line, uint64_t value, unsigned int bits, bool is_signed)
{
	bool negative = is_signed && value >> (bits - 1);
	char digits[21], *here = digits + sizeof(digits);

	if (negative) {
		value = -value;
		value = value << (64 - bits) >> (64 - bits);
	}
	do
		*--here = '0' + value % 10;
	while (value /= 10);
	if (negative)
		*--here = '-';
	put(line, here, digits + sizeof(digits) - here);
}

/* JSON has no word for infinity and NaN. 9 and 17 digits are enough to get the value back. */
static void put_float(struct line *line, const void *data, size_t size)
{
	char text[32];
	double value;
	float single;

	memcpy(size == sizeof(single) ? (void *)&single : &value, data, size);
	if (size == sizeof(single))
		value = single;
	if (__builtin_isfinite(value))
		put(line, text, snprintf(text, sizeof(text), "%.*g", size == 4 ? 9 : 17, value));
	else
		put(line, "null", 4);
}

/*
 * The integer of @bits bits that follow the first @shift of @data, which may lie anywhere:
 * perf's records are only aligned to 4 bytes. Big-endian machines count from the highest
 * bit of a byte, others from the lowest; a packed struct can spread 64 bits over 9 bytes.
 */
static uint64_t load(const unsigned char *data, unsigned int shift, unsigned int bits,
		     bool big_endian)
{
	uint64_t value = big_endian ? *data & (0xff >> shift) : *data >> shift;
	unsigned int have;

	for (have = 8 - shift; have < bits; have += 8) {
		data++;
		if (!big_endian)
			value |= (uint64_t)*data << have;
		else if (have + 8 <= bits)
			value = value << 8 | *data;
		else
			return value << (bits - have) | *data >> (8 - (bits - have));
	}
	return big_endian ? value >> (have - bits) : value << (64 - bits) >> (64 - bits);
}

/* The name of an enum's value, or NULL. */
static const char *enum_name(const struct btf *btf, const struct operation *operation,
			     uint64_t value)
{
	const struct btf_type *type = operation->type;
	unsigned int unused = 64 - operation->bits;

	for (int i = 0; i < btf_vlen(type); i++) {
		const struct btf_enum *narrow = &btf_enum(type)[i];
		const struct btf_enum64 *wide = &btf_enum64(type)[i];
		bool is_wide = btf_is_enum64(type);
		uint64_t known = is_wide	      ? btf_enum64_value(wide) :
				 operation->is_signed ? (uint64_t)narrow->val :
							(uint32_t)narrow->val;

		if ((known ^ value) << unused == 0)
			return btf__name_by_offset(btf, is_wide ? wide->name_off :
								  narrow->name_off);
	}
	return NULL;
}

/* @size is how many bytes there are at @record, which matters to what is cut. */
static void put_values(struct line *line, const struct plan *plan,
		       const struct operation *operation, const struct operation *end,
		       const char *record, size_t size)
{
	static const bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	for (; operation < end; operation++) {
		const char *data = record + operation->offset, *name = NULL;
		size_t count = operation->count;
		char text[1024];
		uint64_t value = 0;

		put(line, plan->text + operation->text, operation->text_size);
		if (operation->kind >= INTEGER && operation->kind <= ERRNO)
			value = load((const unsigned char *)data, operation->shift, operation->bits,
				     big_endian || operation->kind == PORT);
		if (operation->cut && count > (size - operation->offset) / operation->size)
			count = (size - operation->offset) / operation->size;

		switch (operation->kind) {
		case TEXT:
			break;
		case INTEGER:
		case PORT:
			put_integer(line, value, operation->bits, operation->is_signed);
			break;
		case BOOL:
			put(line, value ? "true" : "false", value ? 4 : 5);
			break;
		case POINTER:
			put(line, text, sprintf(text, "\"0x%llx\"", (unsigned long long)value));
			break;
		case ENUM:
			name = enum_name(plan->btf, operation, value);
			if (name)
				put_quoted(line, name);
			else
				put_integer(line, value, operation->bits, operation->is_signed);
			break;
		case ERRNO:
			name = error_name((int)value);
			if (value)
				put_quoted(line, name);
			else
				put(line, "null", 4);
			break;
		case FLOAT:
			put_float(line, data, operation->size);
			break;
		case STRING:
			put_string(line, data, count);
			break;
		case ARRAY:
			for (size_t i = 0; i < count; i++, data += operation->size) {
				put(line, ",", i ? 1 : 0);
				put_values(line, plan, operation + 1,
					   operation + 1 + operation->body, data, operation->size);
			}
			operation += operation->body;
			break;
		case FORMAT:
		case NUMBER:
			text[0] = '\0';
			operation->format(text, sizeof(text), data);
			if (operation->kind == NUMBER)
				put(line, text, strnlen(text, sizeof(text)));
			else
				put_string(line, text, sizeof(text));
			break;
		}
	}
}

/* Print the @size bytes of @data on @out by @plan. */
static void print_by_plan(const struct plan *plan, FILE *out, const void *data, size_t size)
{
	struct line line;

	if (size < plan->least)
		fail("a record has %zu bytes, but struct %s needs %zu", size, plan->name,
		     plan->least);
	line.out = out;
	line.size = 0;
	flockfile(out);
	put_values(&line, plan, plan->operations, plan->operations + plan->count, data, size);
	flush(&line);
	funlockfile(out);
}

/* The plan for struct @name of @obj, made when it is first asked for. */
static const struct plan *find_plan(const struct bpf_object *obj, const char *name)
{
	static struct {
		const struct bpf_object *obj;
		struct plan *plan;
	} * plans;
	static size_t count;
	struct plan *plan;

	for (size_t i = 0; i < count; i++)
		if (plans[i].obj == obj && !strcmp(plans[i].plan->name, name))
			return plans[i].plan;
	plan = make_plan(bpf_object__btf(obj), name);
	plans = grow(plans, count, sizeof(*plans));
	plans[count].obj = obj;
	plans[count++].plan = plan;
	return plan;
}

void print_record(const struct bpf_object *obj, const char *name, const void *record, size_t size)
{
	print_by_plan(find_plan(obj, name), stdout, record, size);
}

int print_json(void *ctx, void *data, size_t size)
{
	print_record(ctx, "event", data, size);
	return 0;
}
