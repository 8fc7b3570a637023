#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Is what was generated current, and does the check see when it is not?
cd "$(dirname "$0")" || exit 1
. ../lib.sh
root=$(cd ../.. && pwd)

test_the_tables_are_current() {
	make -C "$root/docs" check >"$T/check" 2>&1 || fail "$(tail -n 20 "$T/check")"
}

test_excerpts_and_links_are_right() {
	"$root/docs/check-excerpts" >"$T/check" || fail "$(cat "$T/check")"
	mkdir "$T/copy"
	cp -r "$root"/docs "$root"/README.md "$T/copy/"
	for example in "$root"/[0-9][0-9]-*/; do
		mkdir "$T/copy/$(basename "$example")"
		cp "$example/README.md" "$T/copy/$(basename "$example")/"
	done
	exits 1 "$root/docs/check-excerpts" "$T/copy" # without the sources that they show
}

once_the_program_of_the_page_about_libbpf_works() {
	make -C "$root/docs" .output/inspect >"$T/make" || fail "$(cat "$T/make")"
	exits 0 "$root/docs/.output/inspect" "$root/00-hello/.output/hello.bpf.o"
	says_in '^program on_exec in section tp/sched/sched_process_exec$' \
		'^map events, type ringbuf, 262144 entries$' stdout
}

test_a_section_that_an_example_has_no_more_is_found() {
	mkdir "$T/copy"
	cp -r "$root/docs" "$root/README.md" "$root/common" "$T/copy/"
	for example in "$root"/[0-9][0-9]-*/; do
		example=$(basename "$example")
		mkdir -p "$T/copy/$example/.output"
		cp "$root/$example/README.md" "$T/copy/$example/"
		cp "$root/$example"/.output/*.bpf.o "$T/copy/$example/.output/"
	done
	(cd "$T/copy" && docs/generate check) >"$T/check" || fail "$(tail -n 20 "$T/check")"
	cp "$T/copy/02-tracepoint/.output/opensnoop.bpf.o" "$T/copy/07-xdp/.output/xdpblock.bpf.o"
	exits 1 sh -c 'cd "$1" && docs/generate check' sh "$T/copy"
	# shellcheck disable=SC2016 # backquotes of Markdown
	grep -qF -e '-| `xdp` | [07-xdp](../07-xdp/) |' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qx 'docs: docs/coverage.md is not current: make docs' "$T/stdout" || fail "$(cat "$T/stdout")"
	grep -qx 'docs: README.md is not current: make docs' "$T/stdout" || fail "$(cat "$T/stdout")"
}

run_tests
