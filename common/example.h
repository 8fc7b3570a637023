/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What every loader shares and nobody comes to learn: its command line, how it fails,
 * how it stops, and how events reach people and programs. The steps of a BPF program's
 * life (open, load, attach, read) stay in the example.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* Exit statuses; 0 is done, which the end of --duration, SIGINT and SIGTERM are too. */
enum {
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_SKIPPED = 4, /* this kernel or machine cannot run it; kselftest's KSFT_SKIP */
};

/* ---- The command line (options.c) ---- */

/* The options that all tools have; parse_options() fills them in. */
struct options {
	double duration; /* -d: seconds from attached() until running() turns false; 0: no end */
	bool json;	 /* -j: one JSON object a line instead of columns */
	bool verbose;	 /* -v: print what libbpf says, the verifier's log included */
};
extern struct options options;

/*
 * Read the command line: what @argp describes, and the options above. Also make SIGINT
 * and SIGTERM end running(), and route libbpf's messages. Exits with EXIT_USAGE when an
 * option is wrong or a word is no option and @argp's parser does not take it, and with 0
 * after --help or --version.
 */
void parse_options(const struct argp *argp, int argc, char **argv);

/*
 * @text as a whole number from @min to @max, in decimal (or, after 0x, in hex). Anything
 * else is a usage error that calls it @what ("PID") and ends the program.
 */
long parse_number(struct argp_state *state, const char *what, const char *text, long min, long max);

/* @text, a decimal number of seconds above 0; anything else is a usage error. */
double parse_seconds(struct argp_state *state, const char *text);

/*
 * @text as the interval of a summary (-I SECONDS), for wait_for_summary(): a decimal number of
 * seconds from 0.001 on; anything else is a usage error.
 */
double parse_interval(struct argp_state *state, const char *text);

/* @text, milliseconds as a decimal number from 0 on, as ns; anything else is a usage error. */
unsigned long long parse_ms(struct argp_state *state, const char *text);

/* ---- What people name on the command line (target.c) ---- */

/*
 * @text as the id of a process that runs now. Dies if there is none, if it is a thread's id, if all
 * of the process has ended, and in a PID namespace other than the first one, since BPF programs see
 * the PIDs of that (bpf_get_current_pid_tgid()).
 */
pid_t parse_pid(struct argp_state *state, const char *text);

/*
 * Open the cgroup v2 directory @path, which may be relative to where cgroup2 is mounted
 * (that is not always /sys/fs/cgroup; /proc/mounts knows). Returns a file descriptor to
 * put into a map or to attach to; dies if there is no such cgroup.
 */
int open_cgroup(const char *path);

/* The index of the network interface with the name, or alternative name, @name; dies if there is none. */
int parse_interface(const char *name);

/*
 * Do packets on the interface with @index begin with an Ethernet header (Ethernet, loopback), or with the IP header
 * (tun, WireGuard, ipip, ppp)? Dies, naming the interface, where it is neither.
 */
bool has_ethernet_header(int index);

/*
 * Has the interface that was watched last been deleted, or moved to another network namespace, since? Its index
 * cannot tell: another one may have it at once. Asked by netlink, which tells of what has happened.
 */
void watch_interface(int index);
bool interface_has_gone(void);

/* ---- Failing (error.c) ---- */

/*
 * Print "TOOL: MESSAGE: strerror(errno)" and exit with EXIT_FAILED. Where the cause can be
 * proved (no capability, no BTF, tracefs not mounted ...) the next line is a hint that
 * names the cure, and if the cause is that this kernel lacks something, the status is
 * EXIT_SKIPPED. libbpf's functions set errno even when they return NULL.
 */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The hint of a tool that needs CAP_SYS_ADMIN, where die() would name CAP_BPF and CAP_PERFMON. */
extern const char *admin_hint;

/*
 * Print "TOOL: MESSAGE" and exit with EXIT_FAILED: for errors that no errno describes, and, with %m
 * in @fmt, for those that are about what somebody has named and not about this machine.
 */
_Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Print "TOOL: skipped: MESSAGE" and exit with EXIT_SKIPPED. MESSAGE names what is missing
 * and since when there is one: "needs Linux 6.6 (tcx); this is 6.1.0-50".
 */
_Noreturn void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Print "TOOL: MESSAGE" on stderr, and go on. */
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Is this kernel at least @major.@minor? Ask for a feature itself wherever one can. */
bool kernel_is_at_least(int major, int minor);

/* Skip the example unless @path exists: "this kernel has no WHAT (there is no PATH)". */
void need_path(const char *path, const char *what);

/* Does this kernel have the tracepoint @category:@name? Dies if tracefs cannot be read. */
bool tracepoint_exists(const char *category, const char *name);

/* ---- What this kernel can do (probe.c) ---- */

/* The kernel's own BTF, read at the first call. NULL, with errno, where there is none. */
const struct btf *kernel_btf(void);

/* Give back the megabytes that it may take; the next kernel_btf() reads it anew. */
void kernel_btf__free(void);

/*
 * The id of the kernel's type or function @name (@kind: BTF_KIND_STRUCT, BTF_KIND_FUNC ...), or 0
 * if it has none. Dies if it has no BTF.
 */
unsigned int kernel_type_id(const char *name, unsigned int kind);

/*
 * Load a program that only returns 0, for @function where @type wants one (else NULL), with the
 * flags of BPF_PROG_LOAD (BPF_F_SLEEPABLE). Returns its file descriptor or a negative errno:
 * -ENOENT where there is no such function.
 */
int load_nothing(enum bpf_prog_type type, enum bpf_attach_type attach_type, const char *function,
		 unsigned int flags);

/* load_nothing(), and away with it: 0 or the negative errno. */
int try_load(enum bpf_prog_type type, enum bpf_attach_type attach_type, const char *function,
	     unsigned int flags);

/*
 * To be asked when a load has failed: if the kernel loads programs, but refuses with EPERM even
 * the one that only returns 0 for @function, then skip, saying that it takes no @what programs
 * (some hypervisors forbid the kernel to patch its code). Keeps errno.
 */
void skip_if_refused(const char *what, enum bpf_prog_type type, enum bpf_attach_type attach_type,
		     const char *function);

/* ---- Maps (map.c) ---- */

/* How many values an element of a per-CPU map has: one for each CPU that may ever be there. Dies if
 * that cannot be read. */
int possible_cpus(void);

/* How many elements @map has. Dies if that cannot be read. */
unsigned long long count_elements(const struct bpf_map *map);

/* ---- Names of functions (demangle.c) ---- */

/*
 * The C++ or Rust function that a compiler has called @mangled ("_ZN4shop4Cart3sumEi") as its source
 * has it ("shop::Cart::sum(int)"); or @mangled itself, if it is no such name. What is returned holds
 * until the next call, has at most 1023 bytes, and ends in "..." where it was cut. Bytes of a hostile
 * @mangled are in it as they are. Whoever calls this is linked with libiberty: LDLIBS := -liberty.
 */
const char *demangle(const char *mangled);

/* ---- ELF files (elf.c) ---- */

/*
 * Write the path of the program or library @name into @path. With a slash in it, that is the path
 * itself. A bare name is a file in the current directory or, if there is none, what
 * search_elf_file() finds. Dies if there is no such file. libbpf, asked for a bare name, would not
 * look in the current directory.
 */
void find_elf_file(char *path, size_t size, const char *name);

/*
 * Look for @name in PATH or, if it has ".so" in it, in LD_LIBRARY_PATH and where libraries usually
 * are. Returns whether it is there, and its path in @path.
 */
bool search_elf_file(char *path, size_t size, const char *name);

/*
 * Open the ELF file @path to be read with libelf; elf_end() closes it. Dies if that cannot be done;
 * if it is no ELF file, by saying that it is not a @what ("program").
 */
struct Elf *open_elf_file(const char *path, const char *what);

/*
 * Why tracing how functions of the ELF file @path return could end processes that run them, as the end
 * of a sentence about it: "has Go code, ..."; NULL if nothing in the file says so, or if it cannot be
 * read. To trace a return, the kernel replaces the return address on the stack, and what walks the
 * stack then comes to an address of which it knows nothing.
 */
const char *return_probe_risk(const char *path);

/* ---- Running and reading (poll.c) ---- */

/*
 * Say on stderr that events come from now on: "TOOL: attached to WHERE; Ctrl-C to stop".
 * Tests and scripts wait for this line. Starts the clock of --duration.
 */
void attached(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* False once the tool is to stop: a signal, the end of --duration, or stdout is gone. */
bool running(void);

/*
 * Hand the records of @ring to their callbacks while running(). stdout is flushed after each batch,
 * at least every 100 ms. Returns how many records there were.
 */
unsigned long long poll_ring(struct ring_buffer *ring);

/* The same, for at most @seconds, give or take 0.1; for loaders that have to look after something else. */
unsigned long long poll_ring_for(struct ring_buffer *ring, double seconds);

/*
 * After the detach: hand the records that are left in @ring to their callbacks. Returns how many
 * there were. (While programs are attached, it may never end: events can come faster than they are
 * printed.)
 */
unsigned long long drain_ring(struct ring_buffer *ring);

/* The same for a perf buffer, whose callback counts for itself: libbpf does not. */
void poll_perf(struct perf_buffer *perf);
void drain_perf(struct perf_buffer *perf);

/* Now, in ns since boot: CLOCK_MONOTONIC, which is what bpf_ktime_get_ns() reads. */
unsigned long long now_ns(void);

/*
 * For tools that print summaries: sleep until the next one is due, or for @look seconds, if that
 * is sooner. Returns whether a summary is due; false after @look, and once running() is false.
 * The n-th summary is due n times @interval seconds after attached(), however long printing takes;
 * those that became due meanwhile are skipped. An @interval of 0 has none, a @look of 0 is never.
 * The one that is due when the tool is to stop is left to the caller: it prints once more, after
 * detaching.
 */
bool wait_for_summary(double interval, double look);

/*
 * Write out what stdout holds. A closed pipe is a quiet end (running() turns false); any
 * other error dies, so that no output is lost silently.
 */
void flush_output(void);

/*
 * The last word on stderr: "TOOL: 120 events, 3 dropped (buffer full)".
 * @shown is what the callbacks printed, @dropped what the BPF side counted.
 */
void report(unsigned long long shown, unsigned long long dropped);

/* ---- JSON from BTF (json.c) ---- */

/*
 * Print @record as one JSON object and a newline on stdout, by the struct @name in the BTF of @obj
 * (skel->obj), which must stay open. @size, in bytes, may be less than the struct's: an array at
 * its end is cut there. Members called __pad... are left out. Dies if @obj has no such struct (is
 * DESCRIBE() missing on the BPF side?) or if it has a member that JSON cannot express, such as a
 * union.
 */
void print_record(const struct bpf_object *obj, const char *name, const void *record, size_t size);

/*
 * A ring buffer callback: print_record() of @data as the struct event of the BPF object that @ctx
 * points to (skel->obj). Returns 0.
 */
int print_json(void *ctx, void *data, size_t size);

/*
 * Let values of the typedef @type_name be printed as the string that @format writes into
 * @buf (NUL-terminated, at most @size bytes, 1024 or more), rather than as what they are made
 * of. @data may be unaligned: memcpy() it. Call this before a struct with such a member is first
 * printed; @type_name must stay valid. The typedefs of headers/event.h are known from the start.
 */
typedef void (*json_format_fn)(char *buf, size_t size, const void *data);
void json_format(const char *type_name, json_format_fn format);

/* The same for values that are numbers: what @format writes is printed as it is, without quotes. */
void json_format_number(const char *type_name, json_format_fn format);

/* ---- Text (text.c) ---- */

/*
 * Print the first @size bytes of @text, or those before a NUL, on @out so that a terminal
 * shows them and obeys none of them: control bytes, invalid UTF-8, bidirectional
 * controls and the backslash become \n, \x1b, \u202e, \\. Returns the columns used.
 */
int print_text(FILE *out, const char *text, size_t size);

/* print_text(), and then spaces up to @width columns. */
void print_column(FILE *out, const char *text, size_t size, int width);

/*
 * Print the first @size bytes of @text, or those before a NUL, as a JSON string. A byte
 * that is not valid UTF-8 becomes \udc80 to \udcff, as Python's surrogateescape does, so
 * that no byte is lost.
 */
void print_json_string(FILE *out, const char *text, size_t size);

/* The name of errno value @err ("ENOENT"), or its number where it has none. */
const char *error_name(int err);

/* Write @ip (16 bytes; IPv4 as ::ffff:a.b.c.d) as text, IPv4 the usual way. Returns @buf. */
const char *format_ip(char *buf, size_t size, const void *ip);

/* ---- Kernel symbols (ksym.c) ---- */

/*
 * Write kernel address @addr as "symbol+0x1f [module]" (+0x0 is left out), or in hex where
 * there is no such symbol or /proc/kallsyms hides addresses. Reads /proc/kallsyms at the
 * first call only. Returns @buf.
 */
const char *format_ksym(char *buf, size_t size, unsigned long long addr);

/* Is there a function called @name in this kernel, that a kprobe could be put on? */
bool ksym_exists(const char *name);

#endif
