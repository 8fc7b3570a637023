# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# shellcheck shell=sh
# shellcheck disable=SC2034 # for those who source this
#
# What tests/mutants and tests/exercises share: they build changed copies of examples and run tests on them.
# Needs tests/lib.sh, $root (the checkout), $T (an empty directory), and, for try, $limit, in seconds.

# ---- Reporting ----

passed=0 failed=0 skipped=0

# result "ok"|"not ok" TEXT [DIAGNOSTICS]
result() {
	case "$1 $2" in
	"not ok "*) failed=$((failed + 1)) ;;
	*" # SKIP "*) skipped=$((skipped + 1)) ;;
	*) passed=$((passed + 1)) ;;
	esac
	echo "$1 $((passed + failed + skipped)) - $2"
	[ -z "${3-}" ] || echo "$3" | sed 's/^\(# \)\{0,1\}/# /'
}

# ---- Running ----

# A copy needs what the examples share, beside it.
make_tree() {
	mkdir "$T/tree" "$T/tap"
	chmod 755 "$T/tree"
	for shared in build common headers tests vmlinux; do
		ln -s "$root/$shared" "$T/tree/"
	done
}

# try DIR DEADLINE CASE: run that case of DIR's test (all, if CASE is empty) until one fails. Sets
# $verdict: passed, skipped or failed, and $why: the reason, or the name of the case that failed.
try() {
	verdict='' why=''
	rm -f "$T/fifo" "$T/tap"/*
	mkfifo "$T/fifo"
	( cd "$1" && TMPDIR=$T/tap TEST_DEADLINE=$2 exec timeout -k 5 "$limit" ./test.sh "$3" ) \
		</dev/null >"$T/fifo" 2>&1 &
	pid=$!
	while IFS= read -r line; do
		echo "$line" >>"$T/log"
		case $line in
		"ok "* | "not ok "*) [ "$verdict" != failed ] || kill $pid 2>/dev/null ;;
		esac
		[ "$verdict" != failed ] || continue
		case $line in
		"not ok "*) verdict=failed why=${line#* - } ;;
		"ok "*" # SKIP "*) [ -n "$verdict" ] || verdict=skipped why=${line#* # SKIP } ;;
		"ok "*) verdict=passed ;;
		esac
	done <"$T/fifo"
	wait $pid
	[ $? -ne 124 ] || [ "$verdict" = failed ] || verdict=failed why="the limit of $limit s"
	pid=
	for left in "$T/tap"/hello-libbpf.*/; do
		[ ! -d "$left" ] || ( T=${left%/} && clean_up "$T" )
		rm -rf "$left"
	done
}

# In a VM: vm/run takes files, and finds none behind a link. Make what is in $T/tree all that it needs.
complete_tree() {
	rm "$T/tree/tests" "$T/tree/common"
	mkdir -p "$T/tree/common" "$T/tree/doctor" "$T/tree/docs/verifier"
	cp -a common/*.sh "$T/tree/common/"
	cp -a tests "$T/tree/"
}

# run_tree SECONDS COMMAND...: run it in a VM on Linux $series, in $T/tree. It prints results, and at its end
# "N passed, N failed, N skipped", which goes on from "$passed $failed $skipped".
run_tree() {
	complete_tree
	seconds=$1
	shift
	HELLO_LIBBPF_TREE=$T/tree vm/run -k "$series" -t "$seconds" -- "$@" |
		tee "$T/vm.tap" | grep -v '^1\.\.\| passed, .* skipped$'
	last=$(tail -n 1 "$T/vm.tap")
	case $last in
	*" passed, "*" failed, "*" skipped")
		set -- $last
		passed=$1 failed=$3 skipped=$5
		;;
	*) result "not ok" "the VM lives" "$last" ;;
	esac
}
