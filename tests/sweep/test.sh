#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The load sweep. Each BPF program of the examples, built by each clang of the machine that built them,
# must load and attach where docs/sweep.tsv says that it did. What this kernel says is printed as comments,
# which tests/keep keeps for tests/sweep/record.
. ../lib.sh
exec 3>&1 # past the log of the case

test_every_program_loads_and_attaches_where_it_did() {
	[ -x .output/sweep ] || fail "it has not been built: make -C tests/sweep"
	set -- .output/clang-*/*/*.bpf.o
	unshare --net .output/sweep "$(new_cgroup sweep)" "$@" >"$T/now"
	sed 's/^/# sweep	/' "$T/now" >&3
	awk -F '\t' '
		{ program = $1 " " $2 ", built by " $4 }
		FILENAME == ARGV[1] { loaded[program, $5] = $6; attached[program, $5] = $8; next }
		{ n++ }
		!((program, $5) in loaded) { unknown++ }
		loaded[program, $5] == "loads" && $6 != "loads" { print program ": loaded, and now " $6 }
		attached[program, $5] == "attaches" && $6 == "loads" && $8 !~ /^(attaches|-)$/ {
			print program ": attached, and now " $8
		}
		END {
			if (!n) print "there are no programs"
			if (unknown) print "# " unknown " of " n " programs have no result in docs/sweep.tsv" >"/dev/fd/3"
		}' ../../docs/sweep.tsv "$T/now" >"$T/worse"
	[ ! -s "$T/worse" ] || fail "$(cat "$T/worse")
(tests/sweep/.output/sweep -v CGROUP OBJECT shows why)"
}

run_tests
