// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Bytes that came from elsewhere, as text that neither a terminal nor a parser trips over. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "example.h"

/*
 * The length of the UTF-8 sequence at @text, and its code point in @code; or 0, and @code as it
 * was, if what is there before @end is not valid: cut short, longer than it need be, a
 * surrogate, or beyond U+10FFFF.
 */
static size_t decode(const unsigned char *text, const unsigned char *end, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = *text < 0x80 ? 1 :
			*text < 0xc0 ? 0 :
			*text < 0xe0 ? 2 :
			*text < 0xf0 ? 3 :
				       4;
	uint32_t value = length == 1 ? *text : *text & (0xff >> (length + 1));

	if (!length || *text >= 0xf8 || length > (size_t)(end - text))
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code = value;
	return length;
}

/* Would a terminal obey this rather than show it, or show its neighbours in another order? */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c ||
	       code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* ASCII that is itself everywhere; the quotation mark only needs a backslash in JSON. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Print @code, or the byte that it is if @length is 0, escaped; return the columns used. */
static int print_escape(FILE *out, uint32_t code, size_t length, bool json)
{
	static const char hex[] = "0123456789abcdef";
	const char *letter = length == 1 ? strchr("\nn\rr\tt\\\\\"\"", code) : NULL;
	char escape[6] = { '\\' };
	int size = 1;

	if (letter && code) {
		escape[size++] = letter[1];
	} else if (!json && (!length || code < 0x80)) {
		escape[size++] = 'x';
	} else {
		if (!length)
			code |= 0xdc00;
		escape[size++] = 'u';
		escape[size++] = hex[code >> 12];
		escape[size++] = hex[code >> 8 & 15];
	}
	if (!letter || !code) {
		escape[size++] = hex[code >> 4 & 15];
		escape[size++] = hex[code & 15];
	}
	fwrite_unlocked(escape, 1, size, out);
	return size;
}

static int print_escaped(FILE *out, const char *text, size_t size, bool json)
{
	const unsigned char *here = (const unsigned char *)text, *end = here + size, *run = here;
	int columns = 0;

	while (here < end && *here) {
		uint32_t code = *here;
		size_t length = 1;

		if (!is_plain(code)) {
			length = decode(here, end, &code);
			if (!length || is_control(code) || code == '\\' || (json && code == '"')) {
				if (run < here)
					fwrite_unlocked(run, 1, here - run, out);
				columns += print_escape(out, code, length, json) - 1;
				run = here + (length ? length : 1);
			}
		}
		here += length ? length : 1;
		columns++;
	}
	if (run < here)
		fwrite_unlocked(run, 1, here - run, out);
	return columns;
}

int print_text(FILE *out, const char *text, size_t size)
{
	int columns;

	flockfile(out);
	columns = print_escaped(out, text, size, false);
	funlockfile(out);
	return columns;
}

/* A column is a code point: wide and combining characters shift what is right of them. */
void print_column(FILE *out, const char *text, size_t size, int width)
{
	int columns = print_text(out, text, size);

	if (columns < width)
		fprintf(out, "%*s", width - columns, "");
}

void print_json_string(FILE *out, const char *text, size_t size)
{
	flockfile(out);
	putc_unlocked('"', out);
	print_escaped(out, text, size, true);
	putc_unlocked('"', out);
	funlockfile(out);
}

const char *format_ip(char *buf, size_t size, const void *ip)
{
	static const unsigned char mapped[12] = { [10] = 0xff, 0xff };
	bool v4 = !memcmp(ip, mapped, sizeof(mapped));

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip + sizeof(mapped) : ip, buf, size) && size)
		*buf = '\0';
	return buf;
}

/*
 * C libraries differ in whether they name errors (glibc does from 2.32 on, musl does not), and
 * none names those from 512 on, which the kernel keeps to itself but tracing sees.
 */
#define E(name) [name] = #name
static const char *const error_names[] = {
	// clang-format off
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG), E(ENOEXEC),
	E(EBADF), E(ECHILD), E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(ENOTBLK), E(EBUSY),
	E(EEXIST), E(EXDEV), E(ENODEV), E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE),
	E(ENOTTY), E(ETXTBSY), E(EFBIG), E(ENOSPC), E(ESPIPE), E(EROFS), E(EMLINK), E(EPIPE),
	E(EDOM), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG), E(ENOLCK), E(ENOSYS), E(ENOTEMPTY),
	E(ELOOP), E(ENOMSG), E(EIDRM), E(ECHRNG), E(EL2NSYNC), E(EL3HLT), E(EL3RST), E(ELNRNG),
	E(EUNATCH), E(ENOCSI), E(EL2HLT), E(EBADE), E(EBADR), E(EXFULL), E(ENOANO), E(EBADRQC),
	E(EBADSLT), E(EBFONT), E(ENOSTR), E(ENODATA), E(ETIME), E(ENOSR), E(ENONET), E(ENOPKG),
	E(EREMOTE), E(ENOLINK), E(EADV), E(ESRMNT), E(ECOMM), E(EPROTO), E(EMULTIHOP), E(EDOTDOT),
	E(EBADMSG), E(EOVERFLOW), E(ENOTUNIQ), E(EBADFD), E(EREMCHG), E(ELIBACC), E(ELIBBAD),
	E(ELIBSCN), E(ELIBMAX), E(ELIBEXEC), E(EILSEQ), E(ERESTART), E(ESTRPIPE), E(EUSERS),
	E(ENOTSOCK), E(EDESTADDRREQ), E(EMSGSIZE), E(EPROTOTYPE), E(ENOPROTOOPT),
	E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP), E(EPFNOSUPPORT), E(EAFNOSUPPORT),
	E(EADDRINUSE), E(EADDRNOTAVAIL), E(ENETDOWN), E(ENETUNREACH), E(ENETRESET),
	E(ECONNABORTED), E(ECONNRESET), E(ENOBUFS), E(EISCONN), E(ENOTCONN), E(ESHUTDOWN),
	E(ETOOMANYREFS), E(ETIMEDOUT), E(ECONNREFUSED), E(EHOSTDOWN), E(EHOSTUNREACH),
	E(EALREADY), E(EINPROGRESS), E(ESTALE), E(EUCLEAN), E(ENOTNAM), E(ENAVAIL), E(EISNAM),
	E(EREMOTEIO), E(EDQUOT), E(ENOMEDIUM), E(EMEDIUMTYPE), E(ECANCELED), E(ENOKEY),
	E(EKEYEXPIRED), E(EKEYREVOKED), E(EKEYREJECTED), E(EOWNERDEAD), E(ENOTRECOVERABLE),
	E(ERFKILL), E(EHWPOISON),
	[512] = "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ENOIOCTLCMD",
	[516] = "ERESTART_RESTARTBLOCK", "EPROBE_DEFER", [524] = "ENOTSUPP", [529] = "EIOCBQUEUED",
	// clang-format on
};

const char *error_name(int err)
{
	static __thread char number[12];

	if (err > 0 && err < (int)(sizeof(error_names) / sizeof(*error_names)) && error_names[err])
		return error_names[err];
	snprintf(number, sizeof(number), "%d", err);
	return number;
}
