#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Does the template, and does every example, make a good beginning for a tool of one's own? And is a
# directory that make new has added to the checkout treated like all others, without an edit elsewhere?
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)

# The examples, and the template.
sources() {
	(cd "$root" && ls -d [0-9][0-9]-*/Makefile template/Makefile | sed 's,/.*,,')
}
tool_of() {
	sed -n 's/^EXAMPLE *:= *//p' "$1/Makefile"
}

# begin DIR [VARIABLE=VALUE...]: make new, then build there
begin() {
	begin_dir=$1
	shift
	make -C "$root" --no-print-directory new NAME=mine DIR="$begin_dir" "$@" >"$T/new" 2>&1 ||
		fail "$(cat "$T/new")"
	make -C "$begin_dir" >"$T/make" 2>&1 || fail "$* does not build: $(tail -n 20 "$T/make")"
}

once_only_code_strings_and_file_names_get_the_new_name() {
	mkdir -p "$T/tree/01-topic" "$T/tree/headers"
	cp -r "$root/build" "$root/tests" "$T/tree/"
	cp -r "$root/common" "$T/tree/"
	cp "$root/Makefile" "$T/tree/"
	cd "$T/tree/01-topic"
	printf 'EXAMPLE := topsnoop\nSOURCES := topsnoop.c topsnoop_more.c\n# topsnoop is fast\ninclude ../common/example.mk\n' >Makefile
	cat >topsnoop.c <<-'END'
		/* Load topsnoop.bpf.c, as bcc's topsnoop does: libbpf-tools/topsnoop.c has
		 * topsnoop_bpf__load(), too. */
		#include "topsnoop.skel.h" // topsnoop's
		#define TOPSNOOP_H TOPSNOOP_HIGH /* topsnoop */ "topsnoop" /* "topsnoop */
		struct topsnoop_bpf *skel = topsnoop_bpf__open("//topsnoop", '"', "/*"); /* topsnoop */
		int topsnoops, mytopsnoop; char *s = "\"topsnoop";
	END
	printf '#!/bin/sh\n# run with: /run/topsnoop-demo\n# topsnoop topsnoop.h\n./topsnoop --topsnoops\n' >demo.sh
	printf '# 01-topic: topsnoop, see topsnoop\n\n## Change this first\n\ntopsnoop is in `topsnoop.h`; `topsnoop`.\n' >README.md
	exits 0 "$T/tree/build/new.sh" mine topsnoop "$T/out"
	cat >"$T/want" <<-'END'
		/* Load mine.bpf.c, as bcc's topsnoop does: libbpf-tools/topsnoop.c has
		 * mine_bpf__load(), too. */
		#include "mine.skel.h" // topsnoop's
		#define MINE_H TOPSNOOP_HIGH /* topsnoop */ "mine" /* "topsnoop */
		struct mine_bpf *skel = mine_bpf__open("//mine", '"', "/*"); /* topsnoop */
		int topsnoops, mytopsnoop; char *s = "\"mine";
	END
	diff "$T/want" "$T/out/mine.c" || fail "mine.c is another"
	printf 'EXAMPLE := mine\nSOURCES := mine.c topsnoop_more.c\n# topsnoop is fast\ninclude ../tree/common/example.mk\n' |
		diff - "$T/out/Makefile" || fail "the Makefile is another"
	printf '#!/bin/sh\n# run with: /run/mine-demo\n# topsnoop mine.h\n./mine --topsnoops\n' |
		diff - "$T/out/demo.sh" || fail "demo.sh is another"
	head -n 1 "$T/out/README.md" | grep -qx '# out: mine, see topsnoop' || fail "$(cat "$T/out/README.md")"
	tail -n 1 "$T/out/README.md" | grep -qx 'topsnoop is in `mine.h`; `mine`.' || fail "$(cat "$T/out/README.md")"
}

# What a beginner meets first in a tool of one's own.
once_a_program_that_does_not_load_is_told_where_to_look() {
	begin "$T/mine"
	cd "$T/mine"
	cp mine.bpf.c good.c
	sed -i 's/^	event.time_ns = .*/	event.time_ns = task->start_time;/' mine.bpf.c
	make >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	exits 1 ./mine
	says '^mine: cannot load the BPF object: Permission denied$' \
		'^  hint: the verifier has rejected the program: -v shows its log, docs/verifier/README.md explains it$'
	exits 1 ./mine -v
	says "invalid mem access" '^  hint: .*: docs/verifier/README.md explains its messages$'
	sed 's/^	event.time_ns = .*/	if (!__builtin_memcmp(event.path, event.parent, sizeof(event.parent)))\n		return 0;/' \
		good.c >mine.bpf.c
	rm good.c
	exits 2 make
	says '^  hint: a BPF program calls memcmp\(\), which neither it nor the kernel has; '
}

once_a_standalone_copy_needs_nothing_of_the_checkout() {
	begin "$T/own" STANDALONE=1
	make -C "$T/own" test >"$T/tap" 2>&1 || fail "$(cat "$T/tap")"
	grep -q '^ok 1 ' "$T/tap" || fail "make test ran nothing: $(cat "$T/tap")"
	find "$T/own" -path '*/.output/*.d' -exec cat {} + | tr ' ' '\n' | grep -F "$root/" >"$T/needs" || :
	[ ! -s "$T/needs" ] || fail "it needs $(cat "$T/needs")"
	! grep -rlI --exclude-dir=.output -F "$root" "$T/own" || fail "these name the checkout"
}

# refused MESSAGE [NAME [FROM [DIR]]]: one line, status 2, and nothing is made
refused() {
	refused_message=$1
	shift
	exits 2 "$root/build/new.sh" "$@"
	says "^new: $refused_message"
	[ "$(wc -l <"$T/stderr")" = 1 ] || fail "$(cat "$T/stderr")"
	[ ! -e "$T/mine" ] || fail "there is $T/mine"
}

once_what_is_wrong_is_named() {
	refused 'what is it to be called\?'
	refused "NAME becomes part of C names: .*, not 'My-Tool'$" My-Tool
	refused "'a_name_of_16_chr' is too long" a_name_of_16_chr
	refused "there is no example '99-nothing'$" mine 99-nothing "$T/mine"
	refused "there is no example '.*/common'$" mine "$root/common" "$T/mine"
	mkdir "$T/there"
	refused "$T/there exists already$" mine template "$T/there"
	refused "there is no directory $T/a/b$" mine template "$T/a/b/c"
	refused "DIR in this checkout is NN-topic \(20-mine\), not 'mine'$" mine template "$root/mine"
	refused "DIR in this checkout is NN-topic" mine template "$root/20-My.Tool"
	STANDALONE=1 refused "STANDALONE=1 is for a directory outside" mine template "$root/20-mine"
}

once_a_name_that_would_not_build_is_refused() {
	for from in template 02-tracepoint 09-perf-event; do
		for name in all clean test run int main if event example macros packet_bpf vmlinux bench bpf \
			"$(tool_of "$root/$from")" opensnoop; do
			refused "NAME=$name does not work: .*; choose another$" "$name" "$from" "$T/mine"
		done
	done
	refused 'NAME=names does not work: there is a 09-perf-event/names.c; ' names 09-perf-event "$T/mine"
	refused 'NAME=hookcost does not work: there is a ' hookcost 03-raw-tracepoint "$T/mine"
	refused 'NAME=syscall_names does not work: 03-raw-tracepoint/Makefile makes ' \
		syscall_names 03-raw-tracepoint "$T/mine"
	refused 'NAME=expect does not work: the tests of 07-xdp use that word' expect 07-xdp "$T/mine"
}

# All that the README promises for DIR=NN-topic, in a copy of the checkout, which is built.
once_a_directory_is_added_without_an_edit_elsewhere() {
	TEST_DEADLINE=200
	[ -e "$root/.output" ] || mkdir "$root/.output"
	make -C "$root" all >"$T/make" 2>&1 || fail "$(tail -n 20 "$T/make")"
	mkdir "$T/tree"
	tar -C "$root" --format=posix --exclude ./.git --exclude ./.output --exclude ./docs/.output/site -cf - . | tar -C "$T/tree" -xf -
	cd "$T/tree"
	exits 0 make # all of it, as it was copied
	exits 0 make --no-print-directory new NAME=try DIR=99-try
	grep -q '^new: 99-try is part of this checkout: ' "$T/stdout" || fail "$(cat "$T/stdout")"
	exits 0 make
	grep -q 'LINK *99-try/try$' "$T/stdout" || fail "make does not build it: $(cat "$T/stdout")"
	! grep -v ' 99-try/' "$T/stdout" || fail "make builds more than that"

	exits 0 make test EXAMPLE=try
	grep -q '^ok 1 - 99-try: ' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qE '^[0-9]+ passed, 0 failed, 0 skipped$' "$T/stdout" || fail "$(cat "$T/stdout")"
	vm=vm HELLO_LIBBPF_TREE=$T/tree sh -c '. vm/lib.sh; vm_dirs' | grep -qx 99-try || fail "VMs do not test it"
	exits 0 doctor/doctor 99-try
	grep -qE '^99-try +ok +try runs$' "$T/stdout" || fail "$(cat "$T/stdout")"

	exits 0 make docs
	grep -qF '| [99-try](99-try/) | `try` | print the programs that are executed | `tp` | `ringbuf` |' README.md ||
		fail "not in README.md: $(git diff --no-index "$root/README.md" README.md)"
	grep -qF '[99-try](../99-try/)' docs/coverage.md || fail "not in docs/coverage.md"
	exits 0 make docs-check
	exits 0 docs/check-excerpts

	make -C bench >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	exits 0 env ROUNDS=1 EVENTS=200 LATENCIES=1 bench/run -j 99-try
	jq -se '.[0] | .example == "99-try" and .events == 200' "$T/stdout" >"$T/jq" ||
		fail "not measured: $(cat "$T/stdout" "$T/stderr")"

	exits 0 make install DESTDIR="$T/to"
	"$T/to/usr/local/bin/try" --version | grep -q '^hello-libbpf ' || fail "not installed"
	if command -v help2man >/dev/null; then
		grep -q '^try \\- print the programs that are executed' "$T/to/usr/local/share/man/man8/try.8" ||
			fail "$(cat "$T/to/usr/local/share/man/man8/try.8")"
	fi
	exits 0 make clean
	[ ! -e 99-try/try ] && [ ! -e 99-try/.output ] || fail "make clean leaves something"
}

run_tests
