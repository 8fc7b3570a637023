// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The table that all checks print into. */
#include <stdarg.h>
#include <string.h>
#include "doctor.h"

static unsigned int verdicts[PROBLEM + 1]; /* how many of each there were */
static int name_width;			   /* of the table that was begun last */

void print_header(const char *title, int width)
{
	if (!options.json)
		printf("%s%-*s VERDICT  VALUE\n", name_width ? "\n" : "", width, title);
	name_width = width;
}

void print_check(const char *name, enum verdict verdict, const char *cure, const char *fmt, ...)
{
	static const char *const names[] = { "ok", "note", "problem" };
	char value[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	verdicts[verdict]++;
	if (verdict == OK)
		cure = NULL;
	if (options.json) {
		printf("{\"check\":");
		print_json_string(stdout, name, strlen(name));
		printf(",\"verdict\":\"%s\",\"value\":", names[verdict]);
		print_json_string(stdout, value, sizeof(value));
		printf(",\"cure\":");
		if (cure)
			print_json_string(stdout, cure, strlen(cure));
		printf("%s}\n", cure ? "" : "null");
	} else {
		print_column(stdout, name, strlen(name), name_width);
		printf(" %-8s ", names[verdict]);
		print_text(stdout, value, sizeof(value));
		if (cure) {
			printf("\n%*s -> ", name_width, "");
			print_text(stdout, cure, strlen(cure));
		}
		putchar('\n');
	}
	flush_output();
}

void print_unseen(const char *name)
{
	print_check(name, NOTE, "run doctor with sudo", "cannot be seen without root");
}

unsigned int count_verdicts(enum verdict verdict)
{
	return verdicts[verdict];
}
