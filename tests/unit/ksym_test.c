// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Includes what it tests, to give it files of its own instead of /proc/kallsyms. */
#include "../../common/ksym.c"
#include "tap.h"

/* Forget the symbols, and let them be read from @path. */
static void forget(const char *path)
{
	free(symbols);
	free(names);
	symbols = NULL;
	names = NULL;
	symbol_count = symbol_room = names_size = names_room = 0;
	loaded = false;
	ksym_path = path;
}

/* Let the symbols be those in @text. */
static void use(const char *text)
{
	FILE *file = tmpfile();
	char path[32];

	fputs(text, file);
	fflush(file);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	forget(path);
	format_ksym((char[1]){ 0 }, 1, 0);
	fclose(file);
	ksym_path = "the file of the test";
}

static void check(unsigned long long addr, const char *expected, const char *name)
{
	char text[128];

	same(format_ksym(text, sizeof(text), addr), expected, name);
}

static const char some[] =
	"0000000000000000 A fixed_percpu_data\n"
	"0000000000001000 A cpu_debug_store\n"
	"ffffffff81000000 T first\n"
	"ffffffff81000000 T alias\n"
	"ffffffff81000000 t another\n"
	"ffffffff81000010 t second\n"
	"ffffffff81000020 D data_only\n"
	"ffffffff81000030 W weak.isra.0\n"
	"ffffffffc0202000 t late\t[beta]\n"
	"ffffffffc0202100 d late_data\t[beta]\n"
	"ffffffffc0201000 t early\t[alpha]\n"
	"ffffffffc0201ABC t capitals\t[alpha]\n"
	"ffffffffc0300000 t short_name\t[alph]\n"
	"ffffffffc0300010 t bpf_prog_6deef7357e7b4530_on_x\t[bpf]";

static void test_lookup(void)
{
	char small[8];

	use(some);
	check(0xffffffff81000010, "second", "an exact address");
	check(0xffffffff8100001f, "second+0xf", "an address inside");
	check(0xffffffff81000000, "first", "the first of several at one address");
	check(0xffffffff8100000f, "first+0xf", "inside the first of several");
	check(0xffffffff81000030, "weak.isra.0", "a name with dots");
	check(0xffffffff80ffffff, "0xffffffff80ffffff", "below the first symbol");
	check(0x1234, "0x1234", "per-CPU offsets are no addresses");
	check(0, "0x0", "address 0");
	check(0xffffffffc0201004, "early+0x4 [alpha]",
	      "a module's symbol, out of order in the file");
	check(0xffffffffc0202004, "late+0x4 [beta]", "another module's symbol");
	check(0xffffffffc0201abc, "capitals [alpha]", "hex digits in capitals");
	check(0xffffffffc0300000, "short_name [alph]", "a module whose name begins another's");
	check(0xffffffffc0300011, "bpf_prog_6deef7357e7b4530_on_x+0x1 [bpf]",
	      "no newline at the end");
	check(0xffffffffc0200fff, "0xffffffffc0200fff", "far behind the kernel");
	check(0xffffffffffffffff, "0xffffffffffffffff", "far behind the last symbol");
	same(format_ksym(small, sizeof(small), 0xffffffff81000010), "second", "a small buffer");
	same(format_ksym(small, sizeof(small), 0xffffffff8100001f), "second+",
	     "a buffer too small");
}

static void test_exists(void)
{
	use(some);
	ok(ksym_exists("first") && ksym_exists("another") && ksym_exists("weak.isra.0"),
	   "functions exist: T, t and W");
	ok(ksym_exists("late"), "a module's function exists");
	ok(!ksym_exists("data_only"), "data is not a function");
	ok(!ksym_exists("firs") && !ksym_exists("first1") && !ksym_exists(""), "no half names");
	ok(!ksym_exists("beta") && !ksym_exists("cpu_debug_store"), "no modules, no offsets");
}

static void test_hidden(void)
{
	use("0000000000000000 T first\n0000000000000000 D data\n0000000000000000 t inner\t[mod]\n");
	check(0xffffffff81000000, "0xffffffff81000000", "hidden addresses: hex");
	check(0, "0x0", "hidden addresses: 0 is none of them");
	ok(ksym_exists("first") && ksym_exists("inner"), "hidden addresses: functions exist");
	ok(!ksym_exists("data") && !ksym_exists("second"), "hidden addresses: others do not");
}

static void exists(const void *name)
{
	ksym_exists(name);
}

static void test_unreadable(void)
{
	char message[256];
	int status;

	forget("/nonexistent/kallsyms");
	check(0xffffffff81000000, "0xffffffff81000000", "no file: hex");
	status = in_child(exists, "first", message, sizeof(message));
	ok(status == EXIT_FAILED, "no file: whether a function exists cannot be told");
	same(message, "cannot read /nonexistent/kallsyms: No such file or directory\n",
	     "no file: the message");
	use("");
	check(1, "0x1", "an empty file: hex");
	status = in_child(exists, "first", message, sizeof(message));
	ok(status == EXIT_FAILED && strstr(message, "No data available"),
	   "an empty file: no answer");
	use("\nffffffff81000000\nffffffff81000000 T\nffffffff81000000 T good\n\n");
	check(0xffffffff81000001, "good+0x1", "lines of another form are left out");
}

/* Every symbol that this kernel shows, looked up by its address, against a search by hand. */
static void test_real(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[1024], type, name[512], text[600];
	unsigned long long addr, shown = 0, wrong = 0;
	double start = seconds();

	forget("/proc/kallsyms");
	ok(!loaded, "nothing is read beforehand");
	format_ksym(text, sizeof(text), 1);
	printf("# /proc/kallsyms: %zu symbols in %.1f ms, %zu KiB\n", symbol_count,
	       1e3 * (seconds() - start),
	       (symbol_room * sizeof(*symbols) + names_room) >> 10);
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx %c %511s", &addr, &type, name) != 3 || strchr("aA", type) ||
		    !addr || strstr(line, "[bpf]") || strstr(line, "[__builtin__")) /* these come and go */
			continue;
		shown++;
		format_ksym(text, sizeof(text), addr);
		text[strcspn(text, " ")] = '\0';
		if (!strchr(text, '+') && !strcmp(text, name))
			continue;
		/* not the first of its address, then: the one named must be there too */
		for (size_t i = 0; i < symbol_count; i++)
			if (symbols[i].addr == addr && !strcmp(names + symbols[i].name, text))
				goto found;
		if (!wrong++)
			printf("# %s at %llx is called %s\n", name, addr, text);
found:;
	}
	if (file)
		fclose(file);
	ok(!wrong, "each of the %llu addresses that this kernel shows is named", shown);
	ok(ksym_exists("vfs_read"), "vfs_read exists");
	ok(!ksym_exists("no_such_function_here"), "no_such_function_here does not");
}

int main(void)
{
	test_lookup();
	test_exists();
	test_hidden();
	test_unreadable();
	test_real();
	forget(NULL);
	return finished();
}
