#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Is all of it formatted, and free of what shellcheck warns of? Each version of these tools wants something
# else: clang-format is 14, as Debian 12 has it.
. ../lib.sh

once_C_is_formatted_as_clang_format_has_it() {
	need clang-format-14
	cd ../..
	find . -name .output -prune -o -path ./vmlinux -prune -o -name '*.[ch]' -print0 |
		xargs -0 clang-format-14 --dry-run -Werror 2>"$T/wrong" ||
		fail "clang-format-14 -i FILE mends:
$(grep -m 20 'error:' "$T/wrong")"
}

once_no_line_is_longer_than_120_columns() {
	cd ../..
	find . -name .output -prune -o -path ./vmlinux -prune -o -name '*.[ch]' -print0 | xargs -0 awk '
		{ columns = $0; while (match(columns, /\t/)) columns = substr(columns, 1, RSTART - 1) \
			sprintf("%*s", 8 - (RSTART - 1) % 8, "") substr(columns, RSTART + 1) }
		length(columns) > 120 { print FILENAME ":" FNR ": " length(columns) " columns" }' >"$T/long"
	[ ! -s "$T/long" ] || fail "$(cat "$T/long")"
}

once_shell_scripts_pass_shellcheck() {
	need shellcheck
	cd ../..
	{
		find . -name .output -prune -o -path ./.git -prune -o -name '*.sh' ! -name bench.sh -print
		grep -rlI --exclude-dir=.output --exclude-dir=.git '^#!/bin/sh' .
	} | sort -u | tr '\n' '\0' | xargs -0 shellcheck >"$T/wrong" || fail "$(head -n 60 "$T/wrong")"
	# These only set what bench/run uses.
	shellcheck -s sh -e SC2034 ./*/bench.sh >"$T/wrong" || fail "$(head -n 60 "$T/wrong")"
}

once_every_source_file_names_its_license() {
	cd ../..
	find . -name .output -prune -o -path ./.git -prune -o -path './vmlinux/*/vmlinux.h' -prune -o \
		\( -name '*.[ch]' -o -name '*.sh' -o -name Makefile -o -name '*.mk' -o -name '*.jq' -o -name '*.awk' \) -print0 |
		xargs -0 grep -L 'SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)' >"$T/without" || true
	[ ! -s "$T/without" ] || fail "without it: $(cat "$T/without")"
}

run_tests
