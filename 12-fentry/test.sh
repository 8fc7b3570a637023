#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# calls ARG...: a run of connectcalls; sets $result, $from and $to (ports) to what it printed last.
calls() {
	./connectcalls "$@" >"$T/calls" || return
	read -r result from to <<-END
		$(tail -n 1 "$T/calls")
	END
}

# is FILTER: the event of the last connection, if FILTER is true of it.
is() {
	echo "select($(ports)) | $1"
}
ports() {
	echo ".from_port == $from and .to_port == $to"
}

# ---- what it shows ----

test_all_kinds_of_connections_are_one_event_with_outcome_and_addresses() {
	begin=$(awk '{ printf "%d", $1 * 1000 - 10 }' /proc/uptime)
	wanted=false
	start connlat -j
	for kind in 4 4n 6 6n mapped mappedn; do
		address=127.0.0.1 nonblocking=false
		case $kind in 6*) address=::1 ;; esac
		case $kind in *n) nonblocking=true ;; esac
		ends="(.from == \"$address\" and .to == \"$address\" and .nonblocking == $nonblocking
			and .uid == 0 and .pid == .tid and .latency_ns > 0 and .time_ns > $begin * 1000000)"
		calls open $kind
		[ "$result" = 0 ] || fail "open $kind: $result"
		wanted="$wanted or ($(ports) and $ends and .outcome == \"ESTABLISHED\" and .error == null)"
		calls closed $kind
		[ "$result" = -111 ] || fail "closed $kind: $result"
		wanted="$wanted or ($(ports) and $ends and .outcome == \"FAILED\" and .error == \"ECONNREFUSED\")"
	done
	./connectcalls udp >/dev/null # no event, nor of connections that are accepted
	stop
	expect 12 'select(.comm == "connectcalls")' \
		12 "$wanted"
	grep -qE '^connlat: [0-9]+ events$' "$T/err" && ! grep 'under way' "$T/err" || fail "$(cat "$T/err")"
}

test_the_time_is_that_until_the_answer_and_options_m_and_x_filter() {
	start connlat -j
	start_as filtered connlat -j -m 250 -x
	calls slow 6n 300 # established after that, and a first one at once
	# (The answer comes in another process, or in none.)
	expect 1 "$(is '.outcome == "ESTABLISHED" and .nonblocking and .latency_ns > 300000000
		and .latency_ns < 20000000000 and .pid == .tid')"
	calls closed 4
	expect 1 "$(is '.error == "ECONNREFUSED" and .latency_ns < 250000000')"
	calls leave 4n 300
	[ "$result" = -115 ] || fail "the queue was not full: $result"
	stop
	stop filtered
	expect 5 'select(.comm == "connectcalls")'
	expect 1 "$(is '.outcome == "GIVEN_UP" and .error == null and .latency_ns >= 300000000')" \
		1 'select(.comm == "connectcalls")' filtered
}

# Each attempt on a socket has its own time and outcome.
test_an_attempt_that_is_given_up_ends_there_and_the_next_begins_anew() {
	for how in again shut; do
		start connlat -j
		calls $how 4n 300
		[ "$result" = 0 ] || fail "$how: the second: $result"
		stop
		expect 1 'select(.comm == "connectcalls" and .outcome == "GIVEN_UP" and .latency_ns >= 300000000)' \
			1 "$(is '.outcome == "ESTABLISHED" and .latency_ns < 250000000')" \
			3 'select(.comm == "connectcalls")' # and the one that fills the queue
	done
}

test_what_fails_at_once_has_its_error_and_address() {
	new_netns lonely
	start connlat -j
	in_ns lonely ./connectcalls to 255.255.255.255 4 >"$T/results"
	in_ns lonely ./connectcalls to 2001:db8::1 6 >>"$T/results"
	in_ns lonely ./connectcalls to 0.0.0.0 4 >>"$T/results"
	./connectcalls short >>"$T/results"
	# These do not come to TCP.
	./connectcalls bad >>"$T/results"
	./connectcalls udp >>"$T/results"
	calls forbidden && [ "$result" = -13 ] && forbidden=1 || forbidden=0
	stop
	[ "$(cut -d ' ' -f 1 "$T/results" | xargs)" = "-101 -101 -111 -22 -14 -14" ] || fail "$(cat "$T/results")"
	expect 1 'select(.to == "255.255.255.255" and .to_port == 9 and .from_port == 0
		and .error == "ENETUNREACH" and .outcome == "FAILED")' \
		1 'select(.to == "2001:db8::1" and .to_port == 9 and .error == "ENETUNREACH")'
	# The kernel takes 0.0.0.0 for itself.
	expect 1 'select(.from == "127.0.0.1" and .to == "127.0.0.1" and .error == "ECONNREFUSED")' \
		1 'select(.error == "EINVAL" and .outcome == "FAILED")'
	case $(uname -r) in
	7.*) # here sleepable programs see the system call itself
		grep -qx "connlat: attached to TCP's connect and the system call; Ctrl-C to stop" "$T/err" ||
			fail "$(cat "$T/err")"
		[ $forbidden = 1 ] || fail "Landlock did not forbid it"
		expect 1 'select(.error == "EFAULT" and .outcome == "NOT_TRIED" and .to == "::")' \
			1 'select(.error == "EACCES" and .outcome == "NOT_TRIED" and .to == "127.0.0.1"
			and .to_port == 9 and .latency_ns > 0 and .pid == .tid and .uid == 0)' \
			6 'select(.comm == "connectcalls")'
		;;
	*)
		grep -qE "^connlat: attached to TCP's connect(, with a hash by socket)?; Ctrl-C to stop$" "$T/err" ||
			fail "$(cat "$T/err")"
		expect 4 'select(.comm == "connectcalls")'
		;;
	esac
}

test_option_p_shows_one_process_only() {
	mkfifo "$T/go"
	sh -c 'read -r line <"$1"; exec ./connectcalls closed 4' sh "$T/go" >/dev/null &
	pid=$!
	start connlat -j -p $pid
	./connectcalls open 4 >/dev/null
	./connectcalls bad >/dev/null
	echo >"$T/go"
	wait $pid
	stop # that the process has ended is no error
	expect 1 "select(.pid == $pid and .error == \"ECONNREFUSED\")" \
		1 true
}

test_people_get_columns_without_control_bytes_and_the_demo_is_as_the_README_says() {
	name=$(printf 'a\033[31m\nb')
	cp connectcalls "$T/$name"
	start connlat
	./demo.sh
	"$T/$name" open 6n >/dev/null
	stop
	head -n 1 "$T/out" | grep -qE '^PID +COMM +MS +OUTCOME +WAITED +FROM +TO$' || fail "$(cat "$T/out")"
	local4='127\.0\.0\.1:[0-9]+' local6='\[::1\]:[0-9]+'
	for line in "established +yes +$local4 +$local4" "established +no +$local4 +$local4" \
		"established +yes +$local6 +$local6" "ECONNREFUSED +yes +$local4 +$local4" \
		"ECONNREFUSED +no +$local6 +$local6" "given up +no +$local4 +$local4" \
		"[A-Z]+ +yes +[^ ]+ +255\.255\.255\.255:9"; do
		grep -qE "^[0-9]+ +connectcalls +[0-9]+\.[0-9]{3} $line\$" "$T/out" || fail "no $line: $(cat "$T/out")"
	done
	grep -qE "^[0-9]+ +a\\\\x1b\[31m\\\\nb +[0-9.]+ established +no " "$T/out" || fail "$(cat -v "$T/out")"
	! LC_ALL=C grep -q "$(printf '\033')" "$T/out" || fail "an escape got through"
}

# ---- nothing lost silently, nothing left behind ----

test_two_at_once_see_the_same_and_a_flood_loses_nothing_and_kill_9_leaves_nothing() {
	bpf_snapshot
	start connlat -j
	start_as second connlat -j
	./connectcalls flood 500 >/dev/null
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop second
	calls open 4 # the first still works
	expect 1 "$(is true)"
	kill9
	[ "$(grep -c '"connectcalls"' "$T/out")" = 501 ] || fail "$(cat "$T/err")"
	[ "$(grep -c '"connectcalls"' "$T/second.out")" = 500 ] || fail "$(cat "$T/second.err")"
	! grep -E 'dropped|under way' "$T/second.err" || fail "it lost some"
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
	nothing_left
}

test_what_a_stopped_reader_misses_is_counted_and_what_has_no_outcome_too() {
	start connlat -j
	kill -STOP "$tool_pid"
	./connectcalls flood 3000 >/dev/null
	kill -CONT "$tool_pid"
	./connectcalls wait 4 0 >"$T/waiting" &
	at_end "kill $!"
	sleep 0 # (a shell writes its jobs' PIDs late)
	wait_for "a connection under way" has_syn_sent
	stop
	shown=$(grep -c '"connectcalls"' "$T/out")
	dropped=$(sed -n 's/^connlat: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 3001 ] || fail "$shown shown + $dropped dropped is not 3001"
	grep -qx 'connlat: 1 connections were still under way' "$T/err" || fail "$(cat "$T/err")"
}
has_syn_sent() {
	grep -qE '^ *[0-9]+: [0-9A-F:]+ [0-9A-F:]+ 02 ' /proc/net/tcp
}

# ---- how it ends, bad input ----

# Some kernels for small VMs take no fentry programs. With others it comes as far as its output.
test_two_capabilities_suffice_on_a_kernel_that_takes_fentry() {
	status=0
	with_capabilities +bpf,+perfmon ./connlat >/dev/full 2>"$T/stderr" || status=$?
	if [ $status -eq 4 ]; then
		says '^connlat: skipped: this kernel takes no fentry programs: it refuses even one that does nothing \(and takes the same for a tracepoint\)$'
	else
		says '^connlat: cannot write the output: No space left on device$'
	fi
}

once_without_BTF_it_says_so() {
	exits 4 unshare --mount sh -c 'mount -t tmpfs none /sys/kernel/btf && exec ./connlat'
	says "^connlat: cannot read the kernel's BTF: " \
		'^  hint: this kernel has no BTF'
}

run_tests
