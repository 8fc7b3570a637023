#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# A client and a server in two namespaces, both with IPv4 and IPv6; servers on port 80 of both
# protocols.
lab() {
	new_netns client server
	veth client c0 10.1.0.1/24,fd00::1/64 server s0 10.1.0.2/24,fd00::2/64
	for protocol in tcp udp; do
		in_ns server ./porttest serve $protocol 80 &
		at_end "kill $!"
	done
	wait_for 'the server answers' ask tcp 10.1.0.2 80 hello
}

ask() {
	[ "$(in_ns client ./porttest ask "$1" "$2" "$3" "$4")" = "$4" ]
}

# Packets so far by jq's select() $1: the last line of each rule counts.
packets() {
	jq -s "[.[] | select($1)] | map(.packets) | add // 0" "$T/out"
}

test_tcp_and_udp_over_ipv4_and_ipv6_reach_the_other_port_and_come_back() {
	lab
	! ask udp 10.1.0.2 8080 hello 2>/dev/null || fail "8080 answers without portmap"
	start in_ns server ./portmap -j -i s0 8080:80
	for address in 10.1.0.2 fd00::2; do
		for protocol in tcp udp; do
			ask $protocol $address 8080 "hello $protocol" || fail "$protocol $address: no answer"
		done
	done
	stop
	[ "$(packets '.protocol == "UDP" and .direction == "INGRESS"')" = 2 ] || fail "$(cat "$T/out")"
	[ "$(packets '.protocol == "UDP" and .direction == "EGRESS"')" = 2 ] || fail "$(cat "$T/out")"
	expect 1 'select(.protocol == "TCP" and .direction == "INGRESS" and .port == 8080
		and .to_port == 80 and .packets >= 8)' \
		1 'select(.protocol == "TCP" and .direction == "EGRESS" and .port == 80
		and .to_port == 8080 and .packets >= 6)'
}

test_a_long_transfer_arrives_as_it_was_sent() {
	lab
	start in_ns server ./portmap -j -i s0 8080:80
	text=$(seq -s ' ' 300)
	ask tcp 10.1.0.2 8080 "$text" || fail "the answer is not what was sent"
	ask udp fd00::2 8080 "$text" || fail "the answer is not what was sent"
	stop
}

test_other_ports_are_left_alone_and_counted_nowhere() {
	lab
	start in_ns server ./portmap -j -i s0 8080:81
	ask tcp 10.1.0.2 80 hello || fail "port 80 does not answer"
	! ask udp 10.1.0.2 8080 hello 2>"$T/why" || fail "port 8080 answers, but not from 81"
	grep -q 'no answer: Connection refused$' "$T/why" || fail "the error does not reach who asked: $(cat "$T/why")"
	stop
	[ "$(packets '.direction == "INGRESS"')" = 1 ] || fail "$(cat "$T/out")"
	# Of egress, only the error that says that nobody listens at 81: it quotes 8080.
	[ "$(packets '.direction == "EGRESS"')" = 1 ] || fail "$(cat "$T/out")"
}

test_one_protocol_only() {
	lab
	start in_ns server ./portmap -j --tcp -i s0 8080:80
	ask tcp 10.1.0.2 8080 hello || fail "no answer by TCP"
	! ask udp 10.1.0.2 8080 hello 2>/dev/null || fail "an answer by UDP"
	stop
	expect 0 'select(.protocol == "UDP")' \
		2 'select(.protocol == "TCP")'
}

test_behind_a_vlan_tag() {
	lab
	ip -n "$(ns client)" link add link c0 name c0.7 type vlan id 7 2>/dev/null ||
		skip "this kernel has no VLAN devices"
	ip -n "$(ns server)" link add link s0 name s0.7 type vlan id 7
	ip -n "$(ns client)" addr add 10.7.0.1/24 dev c0.7
	ip -n "$(ns server)" addr add 10.7.0.2/24 dev s0.7
	ip -n "$(ns client)" link set c0.7 up
	ip -n "$(ns server)" link set s0.7 up
	start in_ns server ./portmap -j -i s0 8080:80
	wait_for 'an answer through the VLAN' ask tcp 10.7.0.2 8080 hello
	stop
}

test_headers_beyond_the_linear_part_of_the_packet_are_found() {
	new_netns alone
	start in_ns alone ./portmap -j -i lo 8080:80
	in_ns alone ./porttest paged 8080
	stop
	[ "$(packets '.direction == "INGRESS" and .protocol == "UDP"')" = 1 ] || fail "$(cat "$T/out")"
}

test_hostile_packets_are_rewritten_right_or_not_at_all() {
	new_netns alone
	start in_ns alone ./portmap -j -i lo 8080:80
	count=$(bulk 100000)
	./porttest fuzz "$count" "$$" 8080 80 >"$T/fuzz" || fail "$(cat "$T/fuzz")"
	stop
	rewritten=$(sed -n "s/^$count packets, \([0-9]*\) rewritten.*/\1/p" "$T/fuzz")
	[ "$rewritten" -gt $((count / 20)) ] || fail "only $rewritten were of interest"
	[ "$(packets true)" = "$rewritten" ] || fail "$(packets true) counted, $rewritten rewritten"
}

test_counters_come_while_it_runs_and_for_people() {
	lab
	start in_ns server ./portmap -I 0.5 --udp -i s0 8080:80
	ask udp 10.1.0.2 8080 hello
	wait_line '^ingress  udp    8080   80              1             47$' "$T/out"
	stop
	grep -qE '^WAY +PROTO +PORT +TO +PACKETS +BYTES$' "$T/out" || fail "$(cat "$T/out")"
	grep -q '^portmap: 2 packets$' "$T/err" || fail "$(cat "$T/err")"
}

# ---- What others have there, and what stays ----

has_tcx() {
	grep -q 'tcx links' "$T/err"
}

test_it_leaves_the_interface_as_it_was() {
	lab
	in_ns server tc qdisc show dev s0 >"$T/before"
	bpf_snapshot
	start in_ns server ./portmap -i s0 8080:80
	stop
	in_ns server tc qdisc show dev s0 >"$T/after"
	cmp "$T/before" "$T/after" || fail "the qdiscs are not what they were"
	nothing_left
}

test_a_clsact_qdisc_of_somebody_else_stays() {
	lab
	in_ns server tc qdisc add dev s0 clsact
	in_ns server tc filter add dev s0 ingress pref 7 protocol 0x88cc matchall classid 1:1 2>/dev/null ||
		skip "this kernel has no matchall filter"
	start in_ns server ./portmap -i s0 8080:80
	ask tcp 10.1.0.2 8080 hello || fail "no answer beside another filter"
	stop
	in_ns server tc filter show dev s0 ingress >"$T/after"
	grep -q 'pref 7 matchall' "$T/after" || fail "somebody's filter has gone"
	! grep -q bpf "$T/after" || fail "ours is still there"
}

test_what_kill_9_leaves_is_what_the_README_says() {
	lab
	bpf_snapshot
	start in_ns server ./portmap -i s0 8080:80
	kill9
	if has_tcx; then
		! ask udp 10.1.0.2 8080 hello 2>/dev/null || fail "it is still attached"
	else
		ask udp 10.1.0.2 8080 hello || fail "clsact filters have gone with the process"
		in_ns server tc qdisc del dev s0 clsact # as the README says
	fi
	nothing_left
}

test_two_at_once() {
	lab
	start in_ns server ./portmap -i s0 8080:80
	start_as second in_ns server ./portmap -i s0 9090:81
	in_ns server ./porttest serve tcp 81 &
	at_end "kill $!"
	ask tcp 10.1.0.2 8080 hello || fail "no answer through the first"
	wait_for 'an answer through the second' ask tcp 10.1.0.2 9090 hello
	stop
	ask tcp 10.1.0.2 9090 hello || fail "the second went with the first"
	stop second
}

# A router on the way takes smaller packets only, and says so in ICMP errors that quote the rewritten port.
test_errors_on_the_way_reach_the_socket_that_they_are_about() {
	new_netns client router server
	veth client c0 10.1.0.1/24,fd01::1/64 router rc 10.1.0.2/24,fd01::2/64
	veth server s0 10.3.0.1/24,fd03::1/64 router rs 10.3.0.2/24,fd03::2/64
	in_ns router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
		ip link set rc mtu 1300'
	ip -n "$(ns client)" route add default via 10.1.0.2
	ip -n "$(ns client)" route add default via fd01::2
	ip -n "$(ns server)" route add default via 10.3.0.2
	ip -n "$(ns server)" route add default via fd03::2
	in_ns server ./porttest send 100000 80 &
	at_end "kill $!"
	start in_ns server ./portmap -j --tcp -i s0 8080:80
	for address in 10.3.0.1 fd03::1; do
		exits 0 in_ns client ./porttest receive "$address" 8080
		[ "$(cat "$T/stdout")" = 100000 ] || fail "$address: $(cat "$T/stdout") bytes"
	done
	stop
}

test_an_interface_without_Ethernet_headers() {
	new_netns alone
	tun alone t0 192.0.2.1/24
	in_ns alone ./porttest serve udp 80 &
	at_end "kill $!"
	wait_for 'the server answers' in_ns alone ./porttest ask udp 127.0.0.1 80 hello
	start in_ns alone ./portmap -j --udp -i t0 8080:80
	exits 0 "$kit" tun "$(ns alone)" t0 192.0.2.7 192.0.2.1 8080
	[ "$(cat "$T/stdout")" = 8080 ] || fail "the answer is from port $(cat "$T/stdout")"
	stop
	expect 1 '.direction == "INGRESS" and .packets == 1' 1 '.direction == "EGRESS" and .packets == 1'
}

test_whoever_detaches_it_ends_it() {
	lab
	start in_ns server ./portmap -i s0 8080:80
	if has_tcx; then
		bpftool link detach id "$(sed -n 's/^link_id:[^0-9]*//p' /proc/"$tool_pid"/fdinfo/* | head -n 1)"
	else
		in_ns server tc qdisc del dev s0 clsact
	fi
	ends_with 1
	says_in '^portmap: somebody has detached portmap from s0$' err
}

# Another interface may have its number at once.
test_an_interface_that_is_moved_is_gone() {
	lab
	new_netns other
	start in_ns server ./portmap -i s0 8080:80
	link_facts server s0
	ip -n "$(ns server)" link set s0 netns "$(ns other)"
	ip -n "$(ns server)" link add s0 index "$if_index" type veth peer name s1
	ends_with 1
	says_in '^portmap: the interface s0 has gone$' err
}

test_filters_that_a_kill_9_has_left_are_said() {
	lab
	start in_ns server ./portmap -i s0 8080:80
	! has_tcx || return 0 # links leave none
	! grep -q another "$T/err" || fail "$(cat "$T/err")"
	kill9
	start in_ns server ./portmap -i s0 9090:80
	says_in '^portmap: s0 has filters of another portmap: ' '^  hint: tc qdisc del dev s0 clsact ' err
	stop
	in_ns server tc qdisc del dev s0 clsact
}

test_an_interface_that_goes_away_is_reported() {
	new_netns alone
	in_ns alone ip link add d0 type dummy 2>/dev/null || skip "this kernel has no dummy interfaces"
	in_ns alone ip link set d0 up
	( set +e; in_ns alone ./portmap -i d0 8080:80 >"$T/out" 2>"$T/err"; echo $? >"$T/status" ) &
	wait_line attached "$T/err"
	in_ns alone ip link del d0
	wait_for 'it ends' test -s "$T/status"
	[ "$(cat "$T/status")" = 1 ] || fail "status $(cat "$T/status")"
	grep -q '^portmap: the interface d0 has gone$' "$T/err" || fail "$(cat "$T/err")"
}

# ---- Bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./portmap -i lo
	says '^portmap: which ports\? Give FROM:TO, for example 8080:80$'
	exits 2 ./portmap 8080:80
	says '^portmap: which interface\? Give one with -i$'
	exits 2 ./portmap -i lo 8080
	says "^portmap: a mapping is FROM:TO, two ports, not '8080'$"
	exits 2 ./portmap -i lo 0:80
	says "^portmap: FROM must be a number from 1 to 65535, not '0'$"
	exits 2 ./portmap -i lo 8080:65536
	says "^portmap: TO must be a number from 1 to 65535, not '65536'$"
	exits 2 ./portmap -i lo 8080:80 8081:80
	says "^portmap: '8081:80' uses a port of another mapping again"
	exits 2 ./portmap --tcp --udp -i lo 8080:80
	says '^portmap: --tcp and --udp exclude each other$'
	exits 2 ./portmap -i lo 80:80
	says "^portmap: '80:80' changes nothing: both ports are the same$"
}

test_three_capabilities_suffice() {
	exits 0 with_capabilities +bpf,+perfmon,+net_admin ./portmap -d 0.2 -i lo 18080:18081
	exits 1 with_capabilities +bpf,+perfmon ./portmap -d 0.2 -i lo 18080:18081
	says '^  hint: run it with sudo \(or grant CAP_NET_ADMIN too'
}

test_the_demo_answers() {
	new_netns alone
	start in_ns alone ./portmap -j -i lo 18080:18081
	in_ns alone ./demo.sh >"$T/demo"
	stop
	grep -qx 'hello from port 18080' "$T/demo" || fail "$(cat "$T/demo")"
	grep -qx 'hello by IPv6' "$T/demo" || fail "$(cat "$T/demo")"
}

run_tests
