#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# total FILTER [NAME]: one total, and it is so. cgroup PATH FILTER [NAME]: one line of that cgroup.
total() {
	expect 1 "select(.scope == \"SCOPE_TOTAL\" and ($1))" ${2:+"$2"}
}
cgroup() {
	expect 1 "select(.scope == \"SCOPE_CGROUP\" and .cgroup == \"$1\" and ($2))" ${3:+"$3"}
}

# talk ARGS... prints that: it is what the process itself saw.
talk_says() {
	says_what=$1
	shift
	said=$("$@")
	[ "$said" = "$says_what" ] || fail "'$said', not '$says_what', from $*"
}

# both PACKETS BYTES, sent PACKETS BYTES, denied PACKETS BYTES: filters; what they leave out is 0
numbers() {
	echo ".rx_packets == $1 and .rx_bytes == $2 and .tx_packets == $3 and .tx_bytes == $4 and
		.denied_packets == $5 and .denied_bytes == $6"
}
both() { numbers "$1" "$2" "$1" "$2" 0 0; }
received() { numbers "$1" "$2" 0 0 0 0; }
sent() { numbers 0 0 "$1" "$2" 0 0; }
denied() { numbers 0 0 0 0 "$1" "$2"; }

# ---- what it counts ----

test_each_datagram_is_counted_with_its_bytes_in_both_directions() {
	cg=$(new_cgroup count)
	start cgnet -j "$cg"
	talk_says "250 sent, 250 received" in_cgroup "$cg" ./talk udp 127.0.0.1 250 100
	in_cgroup "$cg" ./talk udp 127.0.0.1 1 0
	in_cgroup "$cg" ./talk udp 127.0.0.1 1 65507
	stop
	cgroup "$cg" "$(both 252 $((250 * 128 + 28 + 65535))) and .cgroup_id == $(stat -c %i "$cg")"
	total "$(both 252 $((250 * 128 + 28 + 65535))) and .cgroup == \"$cg\" and .time_ns > 0"
	expect 2 .
}

test_what_each_CPU_counted_is_added_up() {
	two_cpus
	cg=$(new_cgroup cpus)
	start cgnet -j "$cg"
	in_cgroup "$cg" taskset -c 0 ./talk udp 127.0.0.1 3 100
	in_cgroup "$cg" taskset -c 1 ./talk udp 127.0.0.1 4 100
	stop
	cgroup "$cg" "$(both 7 $((7 * 128)))"
}

test_sending_and_receiving_are_told_apart() {
	cg=$(new_cgroup sender)
	other=$(new_cgroup receiver)
	new_netns pair # where every port is free
	start cgnet -j "$cg"
	start_as other cgnet -j "$other"
	READY=$T/ready in_cgroup "$other" in_ns pair ./talk receive 127.0.0.1 4000 30 >"$T/received" &
	wait_for "the receiver" [ -e "$T/ready" ]
	in_cgroup "$cg" in_ns pair ./talk send 127.0.0.1 4000 30 10
	wait $!
	stop
	stop other
	total "$(sent 30 $((30 * 38)))"
	cgroup "$cg" "$(sent 30 $((30 * 38)))"
	total "$(received 30 $((30 * 38)))" other
	cgroup "$other" "$(received 30 $((30 * 38)))" other
}

test_TCP_is_counted_with_its_headers() {
	cg=$(new_cgroup tcp)
	start cgnet -j "$cg"
	talk_says "100000 sent, 100000 received" in_cgroup "$cg" ./talk tcp 127.0.0.1 100000
	stop
	# 100 segments, each with 20 bytes of IP and 32 of TCP, the handshake and what ends it.
	cgroup "$cg" '.tx_bytes > 105000 and .tx_bytes < 120000 and .tx_packets > 100 and .tx_packets < 400'
}

test_sibling_cgroups_are_not_counted() {
	cg=$(new_cgroup mine)
	sibling=$(new_cgroup sibling)
	start cgnet -j "$cg"
	in_cgroup "$sibling" ./talk udp 127.0.0.1 20 100
	./talk udp 127.0.0.1 20 100
	stop
	expect 1 .
	total "$(both 0 0)"
}

test_cgroups_below_are_counted_and_named() {
	cg=$(new_cgroup above)
	for below in "$cg/one" "$cg/two words" "$cg/one/deep"; do
		mkdir "$below"
		at_end "rmdir '$below'"
	done
	start cgnet -j "$cg"
	in_cgroup "$cg" ./talk udp 127.0.0.1 1 100
	in_cgroup "$cg/one" ./talk udp 127.0.0.1 2 100
	in_cgroup "$cg/two words" ./talk udp 127.0.0.1 3 100
	in_cgroup "$cg/one/deep" ./talk udp 127.0.0.1 4 100
	stop
	cgroup "$cg" "$(both 1 128)"
	cgroup "$cg/one" "$(both 2 256)"
	cgroup "$cg/two words" "$(both 3 384)"
	cgroup "$cg/one/deep" "$(both 4 512)"
	total "$(both 10 1280)"
	# The busiest first, the total last.
	jq -s -e '[.[].rx_packets] == [4, 3, 2, 1, 10]' "$T/out" >/dev/null || fail "the order is wrong"
}

test_a_cgroup_below_that_was_removed_is_still_counted() {
	cg=$(new_cgroup parent)
	mkdir "$cg/child"
	id=$(stat -c %i "$cg/child")
	start cgnet -j "$cg"
	in_cgroup "$cg/child" ./talk udp 127.0.0.1 7 100
	wait_for "the child to be removed" rmdir "$cg/child"
	stop
	# Its name is there if the tool looked before it went.
	expect 1 "select(.cgroup_id == $id and $(both 7 896) and
		(.cgroup == \"(id $id: removed)\" or .cgroup == \"$cg/child\"))"
	total "$(both 7 896)"
}

test_a_socket_stays_with_the_cgroup_it_was_made_in() {
	cg=$(new_cgroup from)
	to=$(new_cgroup to)
	start cgnet -j "$cg"
	start_as second cgnet -j "$to"
	in_cgroup "$cg" ./talk moved "$to" 127.0.0.1 9 100
	stop
	stop second
	total "$(both 9 1152)"
	total "$(both 0 0)" second
}

test_IPv6_and_IPv4_in_another_network_namespace() {
	cg=$(new_cgroup netns)
	new_netns other
	start cgnet -j "$cg"
	in_cgroup "$cg" in_ns other ./talk udp 127.0.0.1 15 100
	in_cgroup "$cg" in_ns other ./talk udp ::1 20 100
	stop
	cgroup "$cg" "$(both 35 $((15 * 128 + 20 * 148)))"
}

test_fragments_are_one_packet() {
	cg=$(new_cgroup left)
	other=$(new_cgroup right)
	new_netns left right
	veth left l0 192.0.2.1/24,2001:db8::1/64 right r0 192.0.2.2/24,2001:db8::2/64
	for to in 192.0.2.2 2001:db8::2; do
		header=28
		[ $to = 192.0.2.2 ] || header=48
		rm -f "$T/ready"
		start_as "sender$header" cgnet -j "$cg"
		start_as "receiver$header" cgnet -j "$other" -a 192.0.2.0/24
		READY=$T/ready in_cgroup "$other" in_ns right ./talk receive $to 4000 5 >"$T/received" &
		receiver=$!
		wait_for "the receiver" [ -e "$T/ready" ]
		in_cgroup "$cg" in_ns left ./talk send $to 4000 5 4000
		wait $receiver
		stop "sender$header"
		stop "receiver$header"
		total "$(sent 5 $((5 * (4000 + header))))" "sender$header"
		cgroup "$other" "$(received 5 $((5 * (4000 + header))))" "receiver$header"
		total "$(received 5 $((5 * (4000 + header))))" "receiver$header"
	done
}

test_IPv6_may_be_switched_off() {
	cg=$(new_cgroup no6)
	new_netns no6
	in_ns no6 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
	start in_ns no6 ./cgnet -j -a ::1 -a 127.0.0.1 "$cg"
	talk_says "5 sent, 5 received" in_cgroup "$cg" in_ns no6 ./talk udp 127.0.0.1 5 100
	stop
	total "$(both 5 640)"
}

test_all_cgroups_are_meant_without_CGROUP() {
	cg=$(new_cgroup any)
	start cgnet -j
	in_cgroup "$cg" ./talk udp 127.0.0.1 11 100
	stop
	cgroup "$cg" "$(both 11 $((11 * 128)))"
	total ".cgroup == \"$(cgroup_root)\" and .rx_packets >= 11"
}

once_a_path_may_be_relative_to_where_cgroup2_is_mounted() {
	cg=$(new_cgroup relative)
	start cgnet -j "./${cg##*/}"
	in_cgroup "$cg" ./talk udp 127.0.0.1 2 100
	stop
	cgroup "$cg" "$(both 2 256)"
	grep -qx "cgnet: attached to cgroup ./${cg##*/}, ingress and egress; Ctrl-C to stop" "$T/err" ||
		fail "$(cat "$T/err")"
}

test_option_i_prints_what_is_new_in_each_interval() {
	cg=$(new_cgroup interval)
	start cgnet -j -I 0.2 "$cg"
	in_cgroup "$cg" ./talk udp 127.0.0.1 10 100
	expect_at_least 1 'select(.scope == "SCOPE_CGROUP")'
	in_cgroup "$cg" ./talk udp 127.0.0.1 20 100
	wait_for "two more tables" several_totals
	stop
	expect_at_least 2 "select(.scope == \"SCOPE_TOTAL\" and $(both 0 0))" # the quiet ones
	jq -s -e '(map(select(.scope == "SCOPE_TOTAL").rx_bytes) | add) == 30 * 128 and
		(map(select(.scope == "SCOPE_CGROUP").rx_bytes) | add) == 30 * 128' "$T/out" >/dev/null ||
		fail "the intervals do not add up: $(cat "$T/out")"
	# What is in one interval is not in the next one.
	expect 0 'select(.scope == "SCOPE_CGROUP" and .rx_packets == 0)'
}
several_totals() {
	[ "$(grep -c SCOPE_TOTAL "$T/out")" -ge 5 ]
}

once_people_get_a_header_and_columns() {
	cg=$(new_cgroup people)
	mkdir "$cg/$(printf 'red\033[31m')"
	at_end "rmdir '$cg/red'*"
	start cgnet -a 127.0.0.1 "$cg"
	in_cgroup "$cg/$(printf 'red\033[31m')" ./talk udp 127.0.0.1 3 100
	in_cgroup "$cg" ./talk send 127.0.0.2 9 2 100
	stop
	printf '%10s %14s %10s %14s %10s %s\n' RX_PACKETS RX_BYTES TX_PACKETS TX_BYTES DENIED CGROUP \
		3 384 3 384 0 "$cg/red\\x1b[31m" 0 0 0 0 2 "$cg" 3 384 3 384 2 "all of $cg" >"$T/expected"
	echo >>"$T/expected"
	cmp "$T/out" "$T/expected" || fail "$(cat "$T/out")"
	grep -qx 'cgnet: 8 events' "$T/err" || fail "$(cat "$T/err")"
}

# ---- the allow-list ----

test_what_is_not_allowed_fails_with_EPERM_and_is_counted() {
	cg=$(new_cgroup deny)
	start cgnet -j -a 127.0.0.1 "$cg"
	talk_says "10 sent, 10 received" in_cgroup "$cg" ./talk udp 127.0.0.1 10 100
	talk_says "0 sent, 0 received, 25 EPERM" in_cgroup "$cg" ./talk udp 127.0.0.2 25 50
	talk_says "5 sent, 5 received" ./talk udp 127.0.0.2 5 50 # this one is not in the cgroup
	stop
	cgroup "$cg" "$(numbers 10 1280 10 1280 25 $((25 * 78)))"
	total "$(numbers 10 1280 10 1280 25 $((25 * 78)))"
}

test_prefixes_are_matched_to_the_bit() {
	cg=$(new_cgroup prefix)
	start cgnet -j -a 127.0.1.64/26 -a 127.255.0.0/16 "$cg"
	for address in 127.0.1.63:deny 127.0.1.64:allow 127.0.1.127:allow 127.0.1.128:deny \
		127.254.255.255:deny 127.255.0.0:allow 127.255.255.254:allow; do
		said=$(in_cgroup "$cg" ./talk send "${address%:*}" 9 1 1)
		case ${address#*:}$said in
		"allow1 sent, 0 received" | "deny0 sent, 0 received, 1 EPERM") ;;
		*) fail "$address: $said" ;;
		esac
	done
	stop
	total "$(numbers 0 0 4 $((4 * 29)) 3 $((3 * 29)))"
}

test_IPv6_and_IPv4_are_allowed_each_by_itself() {
	cg=$(new_cgroup families)
	new_netns families
	ip -n "$(ns families)" addr add 2001:db8::1/64 dev lo nodad
	start cgnet -j -a ::/0 "$cg"
	talk_says "2 sent, 2 received" in_cgroup "$cg" in_ns families ./talk udp ::1 2 1
	talk_says "2 sent, 2 received" in_cgroup "$cg" in_ns families ./talk udp 2001:db8::1 2 1
	talk_says "0 sent, 0 received, 2 EPERM" in_cgroup "$cg" in_ns families ./talk udp 127.0.0.1 2 1
	# IPv4 from an IPv6 socket is IPv4.
	talk_says "0 sent, 0 received, 2 EPERM" in_cgroup "$cg" in_ns families ./talk udp ::ffff:127.0.0.1 2 1
	stop
	start_as second cgnet -j -a 127.0.0.0/8 -a 2001:db8::/64 -a ::ffff:127.0.0.0/104 "$cg"
	talk_says "2 sent, 2 received" in_cgroup "$cg" in_ns families ./talk udp ::ffff:127.0.0.1 2 1
	talk_says "2 sent, 2 received" in_cgroup "$cg" in_ns families ./talk udp 2001:db8::1 2 1
	talk_says "0 sent, 0 received, 2 EPERM" in_cgroup "$cg" in_ns families ./talk udp ::1 2 1
	stop second
	total '.tx_packets == 4 and .denied_packets == 2' second
	start_as third cgnet -j -a ::ffff:127.0.0.0/104 "$cg"
	talk_says "2 sent, 2 received" in_cgroup "$cg" in_ns families ./talk udp 127.0.0.1 2 1
	talk_says "0 sent, 0 received, 2 EPERM" in_cgroup "$cg" in_ns families ./talk udp ::1 2 1
	stop third
}

test_a_denied_TCP_connection_gets_no_error_and_tries_again() {
	cg=$(new_cgroup syn)
	start cgnet -j -a 127.0.0.1 "$cg"
	# A SYN has 40 bytes of headers and 20 of options; it is repeated after a second.
	talk_says EINPROGRESS in_cgroup "$cg" ./talk connect 127.0.0.2 9 300
	talk_says ECONNREFUSED in_cgroup "$cg" ./talk connect 127.0.0.1 9 20000
	stop
	cgroup "$cg" '.denied_packets == 1 and .denied_bytes == 60 and .tx_packets == 1 and .tx_bytes == 60'
	start_as again cgnet -j -a 127.0.0.1 "$cg"
	talk_says EINPROGRESS in_cgroup "$cg" ./talk connect 127.0.0.2 9 1500
	stop again
	cgroup "$cg" '.denied_packets >= 2 and .denied_bytes == 60 * .denied_packets and .tx_packets == 0' again
}

test_the_list_holds_in_cgroups_below_and_in_other_network_namespaces() {
	cg=$(new_cgroup deep)
	mkdir "$cg/below"
	at_end "rmdir '$cg/below'"
	new_netns deep
	start cgnet -j -a 127.0.0.1 "$cg"
	talk_says "0 sent, 0 received, 4 EPERM" in_cgroup "$cg/below" in_ns deep ./talk udp 127.0.0.2 4 100
	stop
	cgroup "$cg/below" "$(denied 4 512)"
	total "$(denied 4 512)"
}

# ---- others on the same cgroup ----

test_two_at_once_both_count() {
	cg=$(new_cgroup two)
	start cgnet -j "$cg"
	start_as second cgnet -j "$cg"
	in_cgroup "$cg" ./talk udp 127.0.0.1 100 100
	stop second
	in_cgroup "$cg" ./talk udp 127.0.0.1 100 100
	stop
	total "$(both 200 25600)"
	total "$(both 100 12800)" second
}

test_all_that_are_attached_must_allow_and_all_are_run() {
	cg=$(new_cgroup outer)
	mkdir "$cg/inner"
	at_end "rmdir '$cg/inner'"
	start cgnet -j -a 127.0.0.0/8 "$cg"
	start_as inner cgnet -j -a 127.0.0.1 "$cg/inner"
	start_as beside cgnet -j "$cg"
	talk_says "3 sent, 3 received" in_cgroup "$cg/inner" ./talk udp 127.0.0.1 3 100
	talk_says "0 sent, 0 received, 4 EPERM" in_cgroup "$cg/inner" ./talk udp 127.0.0.2 4 100
	talk_says "5 sent, 5 received" in_cgroup "$cg" ./talk udp 127.0.0.2 5 100
	stop inner
	stop beside
	stop
	total "$(numbers 3 384 3 384 4 512)" inner
	# The others do not know that one has denied.
	total "$(numbers 8 1024 12 1536 0 0)"
	total "$(numbers 8 1024 12 1536 0 0)" beside
}

test_a_program_that_wants_to_be_alone_is_named_as_the_cause() {
	cg=$(new_cgroup alone)
	mkdir "$cg/below"
	at_end "rmdir '$cg/below'"
	for below in "$cg" "$cg/below"; do
		exits 1 .output/testrun alone "$cg" ./cgnet -d 0.1 "$below"
		says "^cgnet: cannot attach to cgroup $below: Operation not permitted$" \
			'^  hint: another program there, or above, was attached without BPF_F_ALLOW_MULTI'
	done
	exits 0 ./cgnet -d 0.1 "$cg/below"
}

once_one_too_many_is_told_how_many_there_can_be() {
	cg=$(new_cgroup many)
	i=0
	while [ $i -lt 32 ]; do
		start_as "tool$i" cgnet "$cg"
		i=$((i + 1))
	done
	exits 1 ./cgnet -d 0.1 "$cg"
	says '^cgnet: cannot attach to cgroup .*: Argument list too long$' \
		'^  hint: 64 programs in one direction are the most that a cgroup can have: '
}

test_all_three_sections_are_attached_in_their_directions() {
	need bpftool
	cg=$(new_cgroup sections)
	start cgnet "$cg"
	# Of bpftool cgroup show, 5.10 understands too little.
	{
		bpftool -j prog show
		bpftool -j link show
	} | jq -s -r --argjson id "$(stat -c %i "$cg")" '(.[0] | map({ (.id | tostring): .name }) | add) as $name |
		.[1][] | select(.cgroup_id == $id) | .attach_type + " " + $name[.prog_id | tostring]' |
		sed 's/^cgroup_inet_//' | sort >"$T/attached"
	stop
	printf '%s\n' 'egress on_egress' 'egress on_packet' 'ingress on_ingress' 'ingress on_packet' >"$T/expected"
	cmp "$T/attached" "$T/expected" || fail "$(cat "$T/attached")"
}

# ---- what it leaves ----

test_kill_9_detaches_and_what_was_denied_passes() {
	cg=$(new_cgroup kill)
	bpf_snapshot
	start cgnet -a 127.0.0.1 "$cg"
	talk_says "0 sent, 0 received, 1 EPERM" in_cgroup "$cg" ./talk udp 127.0.0.2 1 100
	kill9
	nothing_left
	bpftool -j link show | jq -e --argjson id "$(stat -c %i "$cg")" 'all(.cgroup_id != $id)' >/dev/null ||
		fail "$(bpftool link show)"
	talk_says "1 sent, 1 received" in_cgroup "$cg" ./talk udp 127.0.0.2 1 100
}

test_a_cgroup_that_is_removed_ends_it() {
	cg=$(new_cgroup removed)
	start cgnet -j -a 127.0.0.1 "$cg"
	in_cgroup "$cg" ./talk udp 127.0.0.1 6 100
	wait_for "the cgroup to be removed" rmdir "$cg"
	wait_for "cgnet to end" ended "$tool_pid"
	stop # which expects status 0
	grep -qx 'cgnet: the cgroup was removed, and its totals with it' "$T/err" || fail "$(cat "$T/err")"
	expect 1 . \
		1 "select(.scope == \"SCOPE_CGROUP\" and .cgroup == \"$cg\" and $(both 6 768))"
}

test_being_detached_by_somebody_is_an_error() {
	need bpftool
	cg=$(new_cgroup detached)
	start cgnet "$cg"
	bpftool -j link show | jq ".[] | select(.cgroup_id == $(stat -c %i "$cg")).id" >"$T/links"
	while read -r link; do
		bpftool link detach id "$link"
	done <"$T/links"
	wait_for "cgnet to end" ended "$tool_pid"
	status=0
	wait "$tool_pid" || status=$?
	[ $status = 1 ] || fail "status $status"
	grep -q '^cgnet: somebody has detached it' "$T/err" || fail "$(cat "$T/err")"
}

# ---- odd packets, without a network ----

test_random_packets_get_the_verdicts_of_a_second_implementation() {
	count=$(bulk 100000)
	.output/testrun fuzz "$count" 2>&1 | tee "$T/fuzz"
	grep -qE "^$count packets: [0-9]{3,} allowed, [0-9]{3,} denied" "$T/fuzz" || fail "$(cat "$T/fuzz")"
}

test_what_finds_no_room_is_counted_as_of_others() {
	said=$(.output/testrun full)
	[ "$said" = "0 counted, others: 7 received, 7 sent, 700 bytes" ] || fail "$said"
}

# ---- how it ends, and bad input ----

once_wrong_options_are_usage_errors() {
	for cidr in '' /8 10.0.0 10.0.0.256 ' 10.0.0.0/8' example.org \
		2001:db8:1111:2222:3333:4444:5555:6666:7777 1111:2222:3333:4444:5555:6666:255.255.255.2555/8; do
		exits 2 ./cgnet -a "$cidr" .
		says "^cgnet: CIDR must be like 10.0.0.0/8 or fd00::/8, not '$cidr'$"
	done
	for bits in 33 -1 '' 8/8; do
		exits 2 ./cgnet -a "10.0.0.0/$bits" .
		says "^cgnet: the prefix length must be a number from 0 to 32, not '$bits'$"
	done
	exits 2 ./cgnet -a fd00::/129 .
	says "^cgnet: the prefix length must be a number from 0 to 128, not '129'$"
	exits 2 ./cgnet . surplus
	says "^cgnet: unexpected argument 'surplus'$"
	exits 2 ./cgnet -a 10.0.0.0/8
	says '^cgnet: -a needs a CGROUP: without one it is the whole machine$'
}

once_a_cgroup_that_is_none_is_named() {
	exits 1 ./cgnet no-such-cgroup
	says '^cgnet: cannot open cgroup /.*/no-such-cgroup: No such file or directory$'
	exits 1 ./cgnet "$T"
	says "^cgnet: $T is not a cgroup v2 directory$" \
		'^  hint: those are below /'
}

test_three_capabilities_suffice_and_a_fourth_for_names() {
	caps=+bpf,+perfmon
	cg=$(new_cgroup caps)
	exits 1 with_capabilities $caps ./cgnet -j -d 0.1 "$cg"
	says "^cgnet: cannot attach to cgroup $cg: Operation not permitted$" \
		'^  hint: run it with sudo \(or grant CAP_NET_ADMIN\)$'
	caps=$caps,+net_admin
	exits 0 with_capabilities $caps ./cgnet -j -d 0.1 "$cg"
	jq -e '.cgroup == "(id \(.cgroup_id): its name needs CAP_DAC_READ_SEARCH)"' "$T/stdout" >/dev/null ||
		fail "$(cat "$T/stdout")"
	exits 0 with_capabilities $caps,+dac_read_search ./cgnet -j -d 0.1 "$cg"
	jq -e ".cgroup == \"$cg\"" "$T/stdout" >/dev/null || fail "$(cat "$T/stdout")"
}

test_the_demo_shows_what_the_README_says() {
	start cgnet -j
	DEMO_PAUSE=3 ./demo.sh
	stop
	expect 1 'select((.cgroup | test("/demo\\.[^/]*$")) and .tx_packets == 100 and .rx_packets == 100 and
		.tx_bytes == 102800 and .rx_bytes == 102800)' \
		1 'select((.cgroup | test("/demo\\.[^/]*/child$")) and .tx_bytes > 105280 and .tx_packets > 110)'
}

run_tests
