# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# What every NN-topic/test.sh is made of. A test.sh is
#
#	#!/bin/sh
#	# SPDX-License-Identifier: ...
#	. ../tests/lib.sh
#	test_a_failed_open_is_one_event() { start tool -j; cat /nowhere || true; stop; expect 1 .path; }
#	run_tests
#
# and is run as root in its own directory; "./test.sh PATTERN" runs only the cases whose
# name contains PATTERN. Each function test_* is a case, and so is each function once_*: these do
# not depend on the kernel (how options are read, say), and run on one kernel only, the host's
# (with TEST_ONCE=no in the environment they are left out). A case runs in its own subshell under
# set -eu, so the first command that fails ends it; it has a directory $T of its own, and
# all that it starts or makes with the functions here is ended and removed afterwards.
#
# Environment: TEST_DEADLINE, how many seconds anything may take to come true (20).

: "${TEST_DEADLINE:=20}"
test_pattern=${1-}

# A shell starts its background jobs with SIGINT ignored; a tool shall see what it would
# see when started from a terminal.
if env --default-signal=INT true 2>/dev/null; then
	with_sigint='env --default-signal=INT'
else
	with_sigint=
fi
launch= # what the functions that run a command put before it

# ---- Verdicts ----

# fail MESSAGE: the case has failed. Works in a pipeline and in $(...) too.
fail() {
	printf '%s\n' "$*" >>"$T/.failed"
	exit 1
}

# skip REASON: the case cannot be run here.
skip() {
	printf '%s\n' "$*" >"$T/.skipped"
	exit 4
}

# need COMMAND: skip the case if there is no such command.
need() {
	command -v "$1" >/dev/null || skip "needs the command $1"
}

# at_end COMMAND: have the shell run the text COMMAND when the case has ended; last in, first out.
at_end() {
	printf '%s\n' "$1" >>"$T/.undo"
}

# ---- Waiting ----

# Set $now to the seconds since boot.
clock() {
	read -r now _ </proc/uptime
	now=${now%.*}
}

# Does process $1 run? A zombie does not.
alive() {
	{ read -r stat_line <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat_line=${stat_line##*) }
	[ "${stat_line%% *}" != Z ]
}

# Is process $1 the program $2 by now? At first a background job is a copy of the shell.
runs() {
	[ "/proc/$1/exe" -ef "$2" ]
}

# Poll until the command succeeds; status 1 after TEST_DEADLINE seconds.
poll() {
	clock
	poll_until=$((now + TEST_DEADLINE))
	until "$@"; do
		clock
		[ "$now" -lt "$poll_until" ] || return 1
		sleep 0.05
	done
}

# wait_for DESCRIPTION COMMAND...: poll until COMMAND succeeds, else fail naming DESCRIPTION.
wait_for() {
	waiting_for=$1
	shift
	poll try "$@" || fail "waited $TEST_DEADLINE s in vain for: $waiting_for
$(cat "$T/.try")"
}
try() {
	( "$@" ) >"$T/.try" 2>&1 || { rm -f "$T/.failed"; return 1; }
}

# ---- Tools ----

# start TOOL [ARG...]: run ./TOOL in the background, its output in $T/out and $T/err, its
# PID in $tool_pid, and wait until it says that it is attached. A tool that says it cannot
# run here (status 4) skips the case with its own reason; any other end fails it.
# TOOL may also be in_ns, in_cgroup or as_nobody: start in_ns NAME ./TOOL [ARG...].
start() {
	start_as tool "$@"
}

# start_as NAME TOOL [ARG...]: the same for a further tool: $T/NAME.out, $T/NAME.err, $NAME_pid.
start_as() {
	start_name=$1
	shift
	is_wrapper "$1" || [ -x "./$1" ] || fail "there is no ./$1; has it been built?"
	file_prefix "$start_name"
	start_err=${prefix}err
	: >"$start_err" # or what an earlier tool has said would be taken for this one's
	(
		launch="exec $with_sigint"
		if is_wrapper "$1"; then "$@"; fi # that replaces this subshell
		program=./$1
		shift
		$launch "$program" "$@"
	) >"${prefix}out" 2>"$start_err" </dev/null &
	start_pid=$!
	eval "${start_name}_pid=$start_pid"
	echo "$start_pid" >"$T/.pid.$start_name"
	poll attached_or_ended || fail "no 'attached' line from $* in $TEST_DEADLINE s"
	is_attached "$start_err" && return
	start_status=0
	wait "$start_pid" || start_status=$?
	rm "$T/.pid.$start_name"
	[ ! -e "$T/.skipped" ] || exit 4
	[ $start_status -ne 4 ] || skip "$(skip_reason "$start_err")"
	fail "$* ended with status $start_status before it was attached"
}
# The reason that a tool gave in the file $1, its stderr, for not running here, on one line.
skip_reason() {
	sed 's/^[^ :]*: *//; s/^skipped: //; s/^ *hint: //' "$1" | grep . | paste -s -d '~' - | sed 's/~/; /g'
}
attached_or_ended() {
	! alive "$start_pid" || is_attached "$start_err"
}
# Does file $1 have that line? (Without a process: in an emulated VM each costs 10 ms or more.)
is_attached() {
	while read -r err_line; do
		case $err_line in
		*': attached to '*) return 0 ;;
		esac
	done <"$1"
	return 1
}

is_wrapper() {
	case $1 in
	in_ns | in_cgroup | as_nobody) ;;
	*) return 1 ;;
	esac
}

# Set $prefix to what the output files of tool $1 begin with.
file_prefix() {
	prefix=$T/$1.
	[ "$1" != tool ] || prefix=$T/
}

# stop [NAME]: end the tool with SIGINT; it must end with status 0.
stop() {
	stop_name=${1:-tool}
	{ read -r stop_pid <"$T/.pid.$stop_name"; } 2>/dev/null || fail "$stop_name is not running"
	kill -INT "$stop_pid" 2>/dev/null || true
	poll ended "$stop_pid" || fail "$stop_name did not end in $TEST_DEADLINE s after SIGINT"
	rm "$T/.pid.$stop_name"
	stop_status=0
	wait "$stop_pid" || stop_status=$?
	[ $stop_status -eq 0 ] || fail "$stop_name ended with status $stop_status, not 0, after SIGINT"
}
ended() {
	! alive "$1"
}

# kill9 [NAME]: end the tool as the kernel would when out of memory.
kill9() {
	kill -KILL "$(cat "$T/.pid.${1:-tool}")"
	wait "$(cat "$T/.pid.${1:-tool}")" || true
	rm "$T/.pid.${1:-tool}"
}

# exits STATUS COMMAND...: run COMMAND (a function too) with its output in $T/stdout and
# $T/stderr; fail unless it ends in time, with that status. A tool that says it cannot run here
# (status 4, where that is not the status wanted) skips the case.
exits() {
	exits_want=$1
	shift
	( "$@" ) >"$T/stdout" 2>"$T/stderr" </dev/null &
	exits_pid=$!
	if ! poll ended "$exits_pid"; then
		kill_tree "$exits_pid"
		fail "did not end in $TEST_DEADLINE s: $*"
	fi
	exits_status=0
	wait "$exits_pid" || exits_status=$?
	[ ! -e "$T/.skipped" ] || exit 4
	if [ "$exits_status" -eq 4 ] && [ "$exits_want" -ne 4 ]; then
		skip "$(skip_reason "$T/stderr")"
	fi
	[ "$exits_status" -eq "$exits_want" ] || fail "status $exits_status, not $exits_want, from: $*
$(tail -n 5 "$T/stderr")"
}

# says REGEX: the last command of exits had a line that matches the ERE on stderr.
says() {
	says_in "$1" stderr
}

# says_in REGEX FILE: the file $T/FILE, such as err, has a line that matches the ERE.
says_in() {
	grep -Eq -e "$1" "$T/$2" || fail "$2 has no line like: $1
$(cat -v "$T/$2")"
}

# Kill process $1 and its descendants.
kill_tree() {
	for child in $(sed -n "s/^\([0-9]*\) (.*) [A-Z] $1 .*/\1/p" /proc/[0-9]*/stat 2>/dev/null); do
		( kill_tree "$child" )
	done
	kill -KILL "$1" 2>/dev/null
}

# ---- Events ----

# expect N FILTER [NAME]: exactly N lines of the tool's JSON are such that the jq FILTER yields
# something other than false: a select(...), or just a comparison. While the tool runs this
# waits for the Nth; only after stop does it prove that there are no more.
# NAME is that of start_as, or stdout for what the last exits has printed.
expect() {
	count_events "$@"
	[ "$events_count" -eq "$1" ] || fail_count "$1" "$@"
}

# expect_at_least N FILTER [NAME]: the same for N or more.
expect_at_least() {
	count_events "$@"
	[ "$events_count" -ge "$1" ] || fail_count "$1 or more" "$@"
}

count_events() {
	file_prefix "${3:-tool}"
	events_file=${prefix}out
	[ -e "$events_file" ] || events_file=$T/$3
	events_seen=
	poll enough_events "$1" "$2" "$T/.pid.${3:-tool}" || true
}
enough_events() {
	# First look whether it runs, then at its events: the last ones come as it ends.
	events_lines=$events_file
	if { read -r events_pid <"$3"; } 2>/dev/null && alive "$events_pid"; then
		# Only whole lines, as it may be writing one just now; and only if there are new ones.
		events_lines=$T/.lines
		events_whole=$(wc -l <"$events_file")
		[ "$events_whole" != "$events_seen" ] || return 1
		events_seen=$events_whole
		head -n "$events_whole" "$events_file" >"$events_lines"
	else
		events_pid=
	fi
	events_count=$(jq -n "reduce (inputs | first($2 | select(. != false))) as \$event (0; . + 1)" \
		<"$events_lines" 2>"$T/.jq") || fail "jq cannot apply: $2
$(head -n 3 "$T/.jq")"
	[ "$events_count" -ge "$1" ] || [ -z "$events_pid" ]
}
fail_count() {
	fail "$events_count events, not $1, for: $3
$(wc -l <"$events_file") lines in all; the last ones:
$(tail -n 5 "$events_file" | cut -c 1-500)"
}

# ---- What is left in the kernel ----

# The programs, maps and links that no process holds open: those that would outlive us all.
bpf_unheld() {
	grep -hE '^(prog|map|link)_id:' /proc/[0-9]*/fdinfo/* 2>/dev/null | tr -d ':\t' |
		sed 's/_id/ /' | sort -u >"$T/.held"
	for kind in prog map link; do
		# "12: kprobe  name on_open  tag ..."; links have no name. (Not by jq, whose start costs.)
		bpftool $kind show >"$T/.$kind" || return 1
		sed -nE "s/^([0-9]+): ([a-z_]+)(  name ([^ ]+))?.*/$kind \1 \2 \4/p" "$T/.$kind"
	done | awk -v held="$T/.held" 'BEGIN { while ((getline line <held) > 0) is_held[line] }
		!(($1 " " $2) in is_held)' | sort
}

# bpf_snapshot: remember what is loaded in the kernel now.
bpf_snapshot() {
	need bpftool
	bpf_unheld >"$T/.before"
}

# nothing_left: wait until no program, map or link is there that is neither in the snapshot
# nor in use by a running process; fail naming them if they stay. Stop your tools first.
nothing_left() {
	poll no_new_ones || fail "left in the kernel:
$(cat "$T/.new")"
}
no_new_ones() {
	bpf_unheld >"$T/.after"
	comm -13 "$T/.before" "$T/.after" >"$T/.new"
	[ ! -s "$T/.new" ]
}

# map_id NAME: print the id of the map of that name that the tool of start holds.
map_id() {
	need bpftool
	sed -n 's/^map_id:[^0-9]*//p' /proc/"$tool_pid"/fdinfo/* >"$T/.maps"
	bpftool map show | awk -v name="$1" 'NR == FNR { held[$1]; next }
		$3 == "name" && $4 == name && ($1 + 0) in held { print $1 + 0; exit }' "$T/.maps" -
}

# ---- Surroundings ----

# as_nobody COMMAND...: run it with uid 65534, no groups and no capabilities.
as_nobody() {
	set -- setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"
	setpriv --reuid=65534 --regid=65534 --clear-groups test -x . 2>/dev/null ||
		skip "an ordinary user may not enter $PWD"
	$launch "$@"
}

# with_capabilities CAPS COMMAND...: as nobody, but with these: "+bpf,+net_admin". Before Linux
# 5.11, where maps are charged to RLIMIT_MEMLOCK, with CAP_SYS_RESOURCE too.
with_capabilities() {
	capabilities=-all,$1
	shift
	case $(uname -r) in
	5.[0-9].* | 5.10.*) capabilities=$capabilities,+sys_resource ;;
	esac
	setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set "$capabilities" \
		--inh-caps "$capabilities" --ambient-caps "$capabilities" "$@"
}

# bulk N: print N, or a fiftieth of it in an emulated VM (deadlines are longer there): how many
# random packets and the like to try, where it is enough if one kernel of several gets all N.
bulk() {
	echo $(($1 / (TEST_DEADLINE > 20 ? 50 : 1)))
}

# two_cpus: have two CPUs for this case. An emulated VM begins with one, since a second slows down all.
two_cpus() {
	cpu=/sys/devices/system/cpu/cpu1/online
	if [ "$(nproc)" -eq 1 ]; then
		[ -e $cpu ] || skip "this machine has one CPU"
		at_end "echo 0 >$cpu"
		echo 1 >$cpu
	fi
}

# cgroup_root: print where cgroup v2 is mounted, which is not /sys/fs/cgroup everywhere.
cgroup_root() {
	awk '$3 == "cgroup2" { print $2; found = 1; exit } END { exit !found }' /proc/mounts ||
		skip "no cgroup v2 is mounted"
}

# new_cgroup NAME: print the path of a new cgroup.
new_cgroup() {
	new_path=$(cgroup_root)/hello-libbpf-$$-$1
	mkdir "$new_path"
	at_end "remove_cgroup '$new_path'"
	echo "$new_path"
}
remove_cgroup() {
	clock
	remove_until=$((now + 5))
	while [ -d "$1" ] && ! rmdir "$1" 2>/dev/null && [ "$now" -lt "$remove_until" ]; do
		while read -r member; do kill -KILL "$member" 2>/dev/null; done <"$1/cgroup.procs"
		sleep 0.05
		clock
	done
	[ ! -d "$1" ]
}

# in_cgroup PATH COMMAND...: run COMMAND, which may be in_ns or as_nobody, in that cgroup.
in_cgroup() {
	if [ -z "$launch" ]; then
		( launch=exec && in_cgroup "$@" )
		return
	fi
	echo 0 >"$1/cgroup.procs"
	shift
	if is_wrapper "$1"; then "$@"; else $launch "$@"; fi
}

# The name that ip(8) knows network namespace $1 by.
ns() {
	echo "$1-$$"
}

# new_netns NAME: make a network namespace: loopback up, and no wait for duplicate IPv6
# addresses. NAME is for the functions here; "$(ns NAME)" is its name for ip -n.
new_netns() {
	ip netns add "$1-$$"
	at_end "ip netns del '$1-$$'"
	in_ns "$1" sh -c 'for dad in /proc/sys/net/ipv6/conf/*/accept_dad; do
		[ ! -e "$dad" ] || echo 0 >"$dad"; done; ip link set lo up'
}

# in_ns NAME COMMAND...: run COMMAND in that namespace. (ip netns exec would mount a new
# /sys over the cgroups.)
in_ns() {
	in_ns_path=/run/netns/$1-$$
	shift
	$launch nsenter --net="$in_ns_path" -- "$@"
}

# veth NS1 IF1 ADDR1/LEN NS2 IF2 ADDR2/LEN: connect two namespaces.
veth() {
	ip link add "$2" netns "$1-$$" type veth peer name "$5" netns "$4-$$"
	veth_end "$1" "$2" "$3"
	veth_end "$4" "$5" "$6"
	# Up or not, an interface with the noop qdisc silently drops what is sent.
	wait_for "$2 can send" can_send "$1" "$2"
	wait_for "$5 can send" can_send "$4" "$5"
}
veth_end() {
	case $3 in
	*:*) veth_nodad=nodad ;;
	*) veth_nodad= ;;
	esac
	printf '%s\n' "addr add $3 dev $2 $veth_nodad" "link set $2 up" | ip -n "$1-$$" -batch -
}
can_send() {
	ip -n "$1-$$" -o link show dev "$2" | grep -qv 'qdisc noop '
}

# ---- Running the cases ----

# The functions of file $1 that are cases: test_*, and once_* unless TEST_ONCE=no.
list_cases() {
	kinds='test\|once'
	[ "${TEST_ONCE:-}" != no ] || kinds=test
	sed -n "s/^\\(\\($kinds\\)_[A-Za-z0-9_]*\\)().*/\\1/p" "$1"
}

# Undo what the case whose directory is $1 has made. Says so and returns 1 if something stays.
clean_up() {
	clean_status=0
	for pid_file in "$1"/.pid.*; do
		[ -e "$pid_file" ] || continue
		read -r clean_pid <"$pid_file"
		kill -TERM "$clean_pid" 2>/dev/null
		TEST_DEADLINE=3 && poll ended "$clean_pid" || kill_tree "$clean_pid"
	done
	if [ -e "$1/.undo" ]; then
		sed '1!G;h;$!d' "$1/.undo" >"$1/.undo_now"
		while read -r command; do
			eval "$command" || { echo "cannot undo: $command"; clean_status=1; }
		done <"$1/.undo_now"
	fi
	return $clean_status
}

# Set $title to $1 with spaces for the underscores.
spell_out() {
	title=$1
	while :; do
		case $title in
		*_*) title="${title%%_*} ${title#*_}" ;;
		*) break ;;
		esac
	done
}

# Run the cases, print TAP; status 1 if one has failed.
run_tests() {
	set +e
	twice=$(list_cases "$0" | sed 's/^[^_]*_//' | sort | uniq -d)
	[ -z "$twice" ] || { echo "# two cases are called" $twice; return 1; }
	cases=$(list_cases "$0" | grep -F -e "$(echo "$test_pattern" | tr ' ' _)")
	# shellcheck disable=SC2086
	set -- $cases
	echo "1..$#"
	[ $# -gt 0 ] || [ -z "$test_pattern" ] || { echo "# no case is called '$test_pattern'"; return 1; }
	umask 022
	T=
	trap 'interrupted' INT TERM HUP
	number=0
	all_ok=0
	for case; do
		number=$((number + 1))
		run_case "$case"
	done
	return $all_ok
}

run_case() {
	T=$(mktemp -d "${TMPDIR:-/tmp}/hello-libbpf.XXXXXX") || exit 1
	chmod 755 "$T"
	( set -eu; "$1" ) >"$T/.log" 2>&1 </dev/null
	case_status=$?
	( clean_up "$T" ) >>"$T/.failed" 2>&1
	spell_out "${1#*_}"
	title="$number - $title"
	if [ ! -s "$T/.failed" ] && [ -e "$T/.skipped" ]; then
		echo "ok $title # SKIP $(head -n 1 "$T/.skipped")"
	elif [ ! -s "$T/.failed" ] && [ $case_status -eq 0 ]; then
		echo "ok $title"
	else
		all_ok=1
		echo "not ok $title"
		[ -s "$T/.failed" ] || echo "status $case_status from the last command" >"$T/.failed"
		sed 's/^/# /' "$T/.failed"
		for file in "$T/.log" "$T"/err "$T"/*.err; do
			[ -s "$file" ] || continue
			echo "# the end of ${file#"$T"/}:"
			tail -n 15 "$file" | cut -c 1-500 | sed 's/^/#   /'
		done
	fi
	rm -rf "$T"
	T=
}

interrupted() {
	[ -z "$T" ] || { clean_up "$T"; rm -rf "$T"; }
	exit 130
}
