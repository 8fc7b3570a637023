# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# shellcheck shell=sh
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
# all that it starts or makes with the functions here is ended and removed afterwards, and so is
# every process that it has left behind.
#
# Starting a program costs 10 ms and more in an emulated VM, and a subshell nearly as much. So what
# the shell can do itself, it does; tests/kit does the rest, several things at once.
#
# Environment: TEST_DEADLINE, how many seconds anything may take to come true (20).

: "${TEST_DEADLINE:=20}"
test_pattern=${1-}

# Where tests/ is, seen from an example, from tests/NAME, from docs/verifier, or from tests/run; a tool
# elsewhere has it from the line that sources this.
for kit in ../tests .. ../../tests tests "${0%/*}" ''; do
	[ ! -e "$kit/lib.sh" ] || break
done
[ -n "$kit" ] || kit=$(sed -n 's,^\. \(.*\)/lib\.sh$,\1,p' "$0")
kit=$(cd "$kit" && pwd)/.output/kit
[ -x "$kit" ] || { echo "$0: there is no $kit; make builds it" >&2; exit 1; }
run_exec= # "exec" where "kit run" is to replace the shell; the rest is what it has to do first
run_cgroup='' run_netns='' run_nobody='' run_capabilities=''

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

# Does process $1 run? A zombie, which has no program any more, does not.
alive() {
	[ -e "/proc/$1/exe" ]
}

# Is process $1 the program $2 by now? At first a background job is a copy of the shell.
runs() {
	[ "/proc/$1/exe" -ef "$2" ]
}

# Sleep for a moment: kit, our parent, answers 10 ms later. (No sleep: it is a program.)
tick() {
	if [ -n "${KIT_DIR:-}" ]; then
		echo tick >"$KIT_DIR/ask"
		read -r _ <"$KIT_DIR/answer"
	else
		sleep 0.05
	fi
}

# Poll until the command succeeds; status 1 after TEST_DEADLINE seconds.
poll() {
	clock
	poll_until=$((now + TEST_DEADLINE))
	until "$@"; do
		clock
		[ "$now" -lt "$poll_until" ] || return 1
		tick
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
	( "$@" ) >"$T/.try" 2>&1 && return
	[ ! -e "$T/.failed" ] || rm "$T/.failed"
	return 1
}

# wait_line [-n COUNT] REGEX FILE: wait until FILE has a line (COUNT lines) that matches the ERE.
wait_line() {
	wait_count=1
	[ "$1" != -n ] || { wait_count=$2; shift 2; }
	"$kit" wait "$TEST_DEADLINE" "$wait_count" "$2" "$1" ||
		fail "waited $TEST_DEADLINE s in vain for a line like: $1
$(cat -v "$2")"
}

# ---- Tools ----

# start TOOL [ARG...]: run ./TOOL in the background, its output in $T/out and $T/err, its
# PID in $tool_pid, and wait until it says that it is attached. A tool that says it cannot
# run here (status 4) skips the case with its own reason; any other end fails it.
# TOOL may also be in_ns, in_cgroup, as_nobody or with_capabilities: start in_ns NAME ./TOOL [ARG...].
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
		# A shell starts its background jobs with SIGINT ignored; a tool must see what it would
		# see when started from a terminal.
		run_exec="exec"
		if is_wrapper "$1"; then "$@"; fi # that replaces this subshell
		program=./$1
		shift
		exec "$kit" run -i -- "$program" "$@"
	) >"${prefix}out" 2>"$start_err" </dev/null &
	start_pid=$!
	eval "${start_name}_pid=$start_pid"
	echo "$start_pid" >"$T/.pid.$start_name"
	poll attached_or_ended || fail "no 'attached' line from $* in $TEST_DEADLINE s"
	is_attached "$start_err" && return
	start_status=0
	wait "$start_pid" || start_status=$?
	: >"$T/.pid.$start_name"
	[ ! -e "$T/.skipped" ] || exit 4
	[ $start_status -ne 4 ] || skip_as_said "$start_err"
	fail "$* ended with status $start_status before it was attached"
}
# Skip for the reason that a tool gave in the file $1, its stderr, for not running here.
skip_as_said() {
	reason=
	while read -r line; do
		case ${line%%:*} in
		*' '*) ;;
		*) line=${line#*:} line=${line# } ;; # "tool: " or "hint: "
		esac
		line=${line#skipped: }
		[ -z "$line" ] || reason=${reason:+$reason; }$line
	done <"$1"
	skip "$reason"
}
attached_or_ended() {
	! alive "$start_pid" || is_attached "$start_err"
}
# Does file $1 have that line?
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
	in_ns | in_cgroup | as_nobody | with_capabilities) ;;
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
	pid_of "$stop_name"
	stop_pid=$running_pid
	kill -INT "$stop_pid" 2>/dev/null || true
	poll ended "$stop_pid" || fail "$stop_name did not end in $TEST_DEADLINE s after SIGINT"
	: >"$T/.pid.$stop_name"
	stop_status=0
	wait "$stop_pid" || stop_status=$?
	[ $stop_status -eq 0 ] || fail "$stop_name ended with status $stop_status, not 0, after SIGINT"
}
ended() {
	! alive "$1"
}
# Set $running_pid to the PID of the tool $1.
pid_of() {
	{ read -r running_pid <"$T/.pid.$1"; } 2>/dev/null || fail "$1 is not running"
}

# ends_with STATUS [NAME]: wait until the tool ends by itself; it must end with that status.
ends_with() {
	pid_of "${2:-tool}"
	poll ended "$running_pid" || fail "${2:-tool} did not end in $TEST_DEADLINE s"
	: >"$T/.pid.${2:-tool}"
	ends_status=0
	wait "$running_pid" || ends_status=$?
	[ $ends_status -eq "$1" ] || fail "${2:-tool} ended with status $ends_status, not $1"
}

# kill9 [NAME]: end the tool as the kernel would when out of memory.
kill9() {
	pid_of "${1:-tool}"
	kill -KILL "$running_pid"
	wait "$running_pid" || true
	: >"$T/.pid.${1:-tool}"
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
		skip_as_said "$T/stderr"
	fi
	[ "$exits_status" -eq "$exits_want" ] || fail "status $exits_status, not $exits_want, from: $*
$(tail -n 5 "$T/stderr")"
}

# says REGEX...: the last command of exits had on stderr, for each ERE, a line that matches.
says() {
	says_in "$@" stderr
}

# says_in REGEX... FILE: the file $T/FILE, such as err, has a line that matches, for each ERE.
says_in() {
	"$kit" match "$T" "$@" >"$T/.match" && return
	for says_file; do :; done # the last one
	fail "$says_file has no line like: $(cat "$T/.match")
$(cat -v "$T/$says_file")"
}

# Kill process $1 and its descendants.
kill_tree() {
	for child in $(sed -n "s/^\([0-9]*\) (.*) [A-Z] $1 .*/\1/p" /proc/[0-9]*/stat 2>/dev/null); do
		( kill_tree "$child" )
	done
	kill -KILL "$1" 2>/dev/null
}

# ---- Events ----

# expect N FILTER [N FILTER]... [NAME]: exactly N lines of the tool's JSON are such that the jq FILTER
# yields something other than false: a select(...), or just a comparison. While the tool runs this
# waits for the Nth; only after stop does it prove that there are no more. Several at once cost one
# start of jq. NAME is that of start_as, or stdout for what the last exits has printed.
expect() {
	count_events "" "$@"
}

# expect_at_least N FILTER [N FILTER]... [NAME]: the same for N or more.
expect_at_least() {
	count_events "or more" "$@"
}

# count_events "or more"|"" N FILTER [N FILTER]... [NAME]
count_events() {
	events_more=$1
	shift
	# From the arguments: a jq program that prints all the counts, and how many lines it takes.
	events_jq='' events_zeros='' events_need=0 events_name=tool events_n=0
	for word; do
		events_n=$((events_n + 1))
		if [ $((events_n % 2)) -eq 0 ]; then
			events_jq="$events_jq | .[$((events_n / 2 - 1))] += (first(\$event | ($word) | select(. != false) | 1) // 0)"
			events_zeros="$events_zeros${events_zeros:+, }0"
		elif [ $events_n -eq $# ]; then
			events_name=$word
		elif [ "$word" -gt $events_need ]; then
			events_need=$word
		fi
	done
	events_jq="reduce inputs as \$event ([$events_zeros]; .$events_jq) | join(\" \")"
	file_prefix "$events_name"
	events_file=${prefix}out
	[ -e "$events_file" ] || events_file=$T/$events_name
	poll enough_events "$@" || true
	compare_counts "$events_more" "$@" || fail "$events_count events, not $events_want${events_more:+ $events_more}, for: $events_filter
$(wc -l <"$events_file") lines in all; the last ones:
$(tail -n 5 "$events_file" | cut -c 1-500)"
}
# Set $events_counts; true if they are at least what is wanted, or will not change any more.
enough_events() {
	events_lines=$events_file events_runs=
	if { read -r events_pid <"$T/.pid.$events_name"; } 2>/dev/null; then
		# Only whole lines, as it may be writing one just now; and only if there are new ones.
		"$kit" lines "$TEST_DEADLINE" "$events_need" "$events_file" "$events_pid" "$T/.lines" >"$T/.state"
		read -r events_need events_runs <"$T/.state"
		events_need=$((events_need + 1))
		[ "$events_runs" = runs ] && events_lines=$T/.lines || events_runs=
	fi
	jq -n -r "$events_jq" <"$events_lines" >"$T/.counts" 2>"$T/.jq" || fail "jq cannot apply: $*
$(head -n 3 "$T/.jq")"
	read -r events_counts <"$T/.counts"
	[ -z "$events_runs" ] || compare_counts "or more" "$@"
}
# compare_counts "or more"|"" N FILTER...: are $events_counts those wanted?
compare_counts() {
	events_or_more=$1
	shift
	for events_count in $events_counts; do
		events_want=$1 events_filter=$2
		shift 2
		[ "$events_count" -eq "$events_want" ] && continue
		[ -n "$events_or_more" ] && [ "$events_count" -gt "$events_want" ] || return 1
	done
}

# ---- What is left in the kernel ----

# bpf_snapshot: remember which programs, maps and links are in the kernel now that no process holds
# open: those that would outlive us all.
bpf_snapshot() {
	"$kit" unheld >"$T/.before"
}

# nothing_left: wait until no program, map or link is there that is neither in the snapshot
# nor in use by a running process; fail naming them if they stay. Stop your tools first.
nothing_left() {
	"$kit" nothing-new "$TEST_DEADLINE" "$T/.before" >"$T/.new" || fail "left in the kernel:
$(cat "$T/.new")"
}

# map_id NAME: print the id of the map of that name that the tool of start holds.
map_id() {
	need bpftool
	sed -n 's/^map_id:[^0-9]*//p' /proc/"$tool_pid"/fdinfo/* >"$T/.maps"
	bpftool map show | awk -v name="$1" 'NR == FNR { held[$1]; next }
		$3 == "name" && $4 == name && ($1 + 0) in held { print $1 + 0; exit }' "$T/.maps" -
}

# ---- Surroundings ----

# Run COMMAND, which may be one of the functions below, with what they have asked for.
run_with() {
	if is_wrapper "$1"; then
		"$@"
		return
	fi
	set -- ${run_cgroup:+-c "$run_cgroup"} ${run_netns:+-n "$run_netns"} ${run_nobody:+-u} \
		${run_capabilities:+-p "$run_capabilities"} ${run_exec:+-i} -- "$@"
	run_cgroup='' run_netns='' run_nobody='' run_capabilities=''
	$run_exec "$kit" run "$@"
}

# as_nobody COMMAND...: run it with uid 65534, no groups and no capabilities.
as_nobody() {
	"$kit" run -u || skip "an ordinary user may not enter $PWD"
	run_nobody=yes
	run_with "$@"
}

# with_capabilities CAPS COMMAND...: as nobody, but with these: "+bpf,+net_admin". Before Linux
# 5.11, where maps are charged to RLIMIT_MEMLOCK, with CAP_SYS_RESOURCE too.
with_capabilities() {
	read -r release </proc/sys/kernel/osrelease
	run_capabilities=$1
	case $release in
	5.[0-9].* | 5.10.*) run_capabilities=$1,+sys_resource ;;
	esac
	shift
	run_with "$@"
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
	while read -r _ root_path type _; do
		[ "$type" != cgroup2 ] || { echo "$root_path"; return; }
	done </proc/mounts
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
		tick
		clock
	done
	[ ! -d "$1" ]
}

# in_cgroup PATH COMMAND...: run COMMAND, which may be one of these functions, in that cgroup.
in_cgroup() {
	run_cgroup=$1
	shift
	run_with "$@"
}

# The name that ip(8) knows network namespace $1 by.
ns() {
	echo "$1-$$"
}

# new_netns NAME...: make network namespaces: loopback up, and no wait for duplicate IPv6
# addresses. NAME is for the functions here; "$(ns NAME)" is its name for ip -n.
new_netns() {
	new_names=
	for name; do
		new_names="$new_names $name-$$"
	done
	# shellcheck disable=SC2086
	"$kit" netns-add $new_names
	at_end "'$kit' netns-del $new_names"
}

# in_ns NAME COMMAND...: run COMMAND, which may be one of these functions, in that namespace. (ip
# netns exec would mount a new /sys over the cgroups.)
in_ns() {
	run_netns=$1-$$
	shift
	run_with "$@"
}

# veth NS1 IF1 ADDRESSES NS2 IF2 ADDRESSES [known]: connect two namespaces (or one with itself), and
# wait until both ends can send. ADDRESSES is a list like 10.0.0.1/24,fd00::1/64, or "-": none, and
# that end is left down. With "known" neither end ever asks for the other's MAC address.
veth() {
	"$kit" veth "$1-$$" "$2" "$3" "$4-$$" "$5" "$6" ${7+"$7"}
}

# tun NS IF ADDRESS: make a tun device there, an interface without Ethernet headers.
tun() {
	in_ns "$1" ip tuntap add mode tun name "$2" 2>/dev/null || skip "this kernel has no tun devices"
	ip -n "$1-$$" addr add "$3" dev "$2"
	ip -n "$1-$$" link set "$2" up
}

# link_facts NS IF: set $if_index, $if_mac, $if_mtu, and $xdp_mode (1 native, 2 generic) and
# $xdp_program (its id), which are 0 if it has none.
# shellcheck disable=SC2034 # for the case
link_facts() {
	"$kit" link "$1-$$" "$2" >"$T/.link" &&
		read -r if_index if_mac if_mtu xdp_mode xdp_program <"$T/.link"
}

# ---- Running the cases ----

# The functions of file $1 that are cases: test_*, and once_* unless TEST_ONCE=no.
list_cases() {
	kinds='test\|once'
	[ "${TEST_ONCE:-}" != no ] || kinds="test"
	sed -n "s/^\\(\\($kinds\\)_[A-Za-z0-9_]*\\)().*/\\1/p" "$1"
}

# Undo what the case whose directory is $1 has made. Says so and returns 1 if something stays.
clean_up() {
	clean_status=0
	for pid_file in "$1"/.pid.*; do
		{ read -r clean_pid <"$pid_file"; } 2>/dev/null || continue
		kill -TERM "$clean_pid" 2>/dev/null
		TEST_DEADLINE=3 && poll ended "$clean_pid" || kill_tree "$clean_pid"
	done
	if [ -e "$1/.undo" ]; then
		undo=
		while read -r command; do
			undo="$command
$undo"
		done <"$1/.undo"
		while read -r command; do
			eval "$command" || { echo "cannot undo: $command"; clean_status=1; }
		done <<-UNDO
			$undo
		UNDO
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
	[ "${KIT_PID:-}" = $PPID ] || exec "$kit" supervise "$0" ${test_pattern:+"$test_pattern"}
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
	all_ok=0 number=0 numbers=
	for case; do
		number=$((number + 1)) numbers="$numbers $number"
	done
	# shellcheck disable=SC2086
	[ $# -eq 0 ] || ( cd "$KIT_DIR" && exec mkdir $numbers ) || exit 1
	number=0
	for case; do
		number=$((number + 1))
		run_case "$case"
	done
	return $all_ok
}

run_case() {
	T=$KIT_DIR/$number
	spell_out "${1#*_}"
	# In a VM the kernel's log names the case that runs: see vm/judge.
	[ -z "${HELLO_LIBBPF_VM:-}" ] || echo "<4>hello-libbpf: ${PWD#/hello-libbpf/}: $title" >/dev/kmsg
	( set -eu; "$1" ) >"$T/.log" 2>&1 </dev/null
	case_status=$?
	( clean_up "$T" ) >>"$T/.failed" 2>&1
	end_what_is_left
	title="$number - $title"
	if [ ! -s "$T/.failed" ] && [ -e "$T/.skipped" ]; then
		read -r reason <"$T/.skipped"
		echo "ok $title # SKIP $reason"
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
	T=
}

# Processes whose parents have ended are kit's children by now; have it kill them.
end_what_is_left() {
	echo reap >"$KIT_DIR/ask"
	answer=
	while [ "$answer" != reap ]; do # it may still answer a tick that nobody waits for any more
		read -r answer <"$KIT_DIR/answer"
	done
}

interrupted() {
	[ -z "$T" ] || clean_up "$T"
	exit 130
}
