#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Two namespaces, a and b, and the wire between them: 10.7.0.1, 10.7.0.3 and fd07::1 on va in
# a, 10.7.0.2 and fd07::2 on vb in b, where the tool runs.
network() {
	need ping
	new_netns a b
	# No questions for an Ethernet address: they come from the blocked address, and would count.
	veth a va 10.7.0.1/24,10.7.0.3/24,fd07::1/64 b vb 10.7.0.2/24,fd07::2/64 known
}

# An interface on which nothing comes but what a test runs through the program.
silence() {
	new_netns b
	veth b vb - b vb2 -
}

# pings N ARG...: N pings from a; fails if not one is answered. (On a busy machine ping may
# miss its own alarm, and wait for ever.)
pings() {
	pings_count=$1
	shift
	in_ns a timeout 10 ping -q -c "$pings_count" -i 0.05 -W "${pings_wait:-5}" "$@" >"$T/ping"
}
no_pings() {
	pings_wait=0.3
	! pings "$@" || fail "ping $* was answered"
	pings_wait=
}

xdpblock() {
	in_ns b ./xdpblock "$@"
}

# is_attached_in 1|2: what the kernel says of vb: 1 is native, 2 generic
is_attached_in() {
	link_facts b vb
	[ "$xdp_mode" = "$1" ] || fail "mode $xdp_mode"
}
# has_program ID: that one is on vb
has_program() {
	link_facts b vb
	[ "$xdp_program" = "$1" ]
}
is_free() {
	has_program 0
}

# ---- what it blocks, and what it counts ----

test_a_blocked_source_is_dropped_and_each_packet_counted() {
	network
	start in_ns b ./xdpblock -j -I 1000 -i vb 10.7.0.1
	no_pings 5 -I 10.7.0.1 10.7.0.2
	pings 5 -I 10.7.0.3 10.7.0.2
	stop
	# 5 times 14 bytes Ethernet, 20 IPv4, 8 ICMP, 56 that ping sends
	expect 1 '.rule == "10.7.0.1/32" and .packets == 5 and .bytes == 490
		and .interface == "vb" and .time_ns > 0' \
		1 .
	says_in '^xdpblock: 5 packets dropped, [0-9]+ passed$' err
}

test_a_blocked_IPv6_source_is_dropped_and_counted() {
	network
	pings 1 fd07::2
	start in_ns b ./xdpblock -j -I 1000 -i vb fd07::/64
	no_pings 5 fd07::2
	pings 1 10.7.0.2
	stop
	expect 1 '.rule == "fd07::/64" and .packets == 5 and .bytes == 590' \
		1 .
}

test_one_and_two_VLAN_tags_are_looked_behind_and_a_third_is_not() {
	network
	start in_ns b ./xdpblock -j -I 1000 -i vb 192.0.2.0/24 2001:db8::/32
	ip4=0800450000140000000040110000c00002090a070002
	ip6=86dd600000000000114020010db8000000000000000000000001fd070000000000000000000000000002
	head=020000000001020000000002
	vlan=81000005
	in_ns a ./packets send va $head$ip4 $head$vlan$ip4 "${head}88a80006$vlan$ip4" \
		"$head$vlan$vlan$vlan$ip4" $head$vlan$ip6 "${head}88a80006$vlan$ip6"
	stop
	expect 1 '.rule == "192.0.2.0/24" and .packets == 3 and .bytes == 34 + 38 + 42' \
		1 '.rule == "2001:db8::/32" and .packets == 2 and .bytes == 58 + 62' \
		2 .
}

test_the_most_specific_rule_counts_and_the_rest_of_the_world_may_be_one() {
	silence
	start in_ns b ./xdpblock -i vb 0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.3 ::/0 2001:db8::/32
	run_fuzz "$(bulk 100000)" 1 0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.3/32 ::/0 2001:db8::/32
	stop
}

test_packets_that_make_no_sense_pass_and_are_counted() {
	network
	start in_ns b ./xdpblock -i vb 0.0.0.0/0 ::/0
	received
	before=$packets
	head=020000000001020000000002
	# version 5; a header of 16 bytes; a header longer than the packet; half an IPv6 header; one of
	# version 5
	in_ns a ./packets send va "${head}0800550000140000000040110000c00002090a070002" \
		"${head}0800440000140000000040110000c00002090a070002" \
		"${head}0800460000140000000040110000c00002090a070002" \
		"${head}86dd6000000000001140200100000000" \
		"${head}86dd500000000000114020010db8000000000000000000000001fd070000000000000000000000000002"
	wait_for "5 packets through" through 5
	stop
	says_in '^xdpblock: [0-9]+ packets dropped, [0-9]+ passed, 5 of them malformed$' err
}
received() {
	in_ns b cat /proc/net/dev >"$T/dev"
	while read -r name _ packets _; do
		[ "$name" != vb: ] || break
	done <"$T/dev"
}
through() {
	received
	[ "$packets" -ge $((before + $1)) ]
}

# run_fuzz COUNT SEED CIDR...: odd packets through the program on vb. Verdicts and counters must be
# those of the other parser.
run_fuzz() {
	fuzz_count=$1 fuzz_seed=$2
	shift 2
	link_facts b vb
	./packets fuzz "$xdp_program" "$fuzz_count" "$fuzz_seed" "$@" >"$T/want" 2>"$T/totals" ||
		fail "$(cat "$T/want" "$T/totals")"
	xdpblock -j list >"$T/have"
	jq -s -e --slurpfile want "$T/want" 'map({rule, packets, bytes}) | sort == ($want | sort)' "$T/have" \
		>/dev/null || fail "counters: $(cat "$T/want" "$T/have")"
}

test_odd_packets_are_judged_as_by_another_parser() {
	silence
	rules="10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.1.2.3/32 128.0.0.0/1 192.168.128.0/17 203.0.113.77/32
		2001:db8::/32 2001:db8:1::/48 2001:db8:1::1/128 fe80::/10 c000::/2"
	start in_ns b ./xdpblock -i vb $rules
	run_fuzz "$(bulk 100000)" "${FUZZ_SEED:-7}" $rules
	stop
	read -r totals <"$T/totals"
	grep -qxF "xdpblock: $totals" "$T/err" || fail "$totals, and $(cat "$T/err")"
}

test_no_packet_is_lost_to_the_counters_when_two_CPUs_count() {
	two_cpus
	silence
	start in_ns b ./xdpblock -i vb 0.0.0.0/0
	link_facts b vb
	id=$xdp_program
	count=$(bulk 50000)
	./packets fuzz "$id" "$count" 3 0.0.0.0/0 >"$T/one" 2>/dev/null &
	./packets fuzz "$id" "$count" 4 0.0.0.0/0 >"$T/two" 2>/dev/null
	wait $!
	sum=$(jq -s 'map(.packets) | add' "$T/one" "$T/two")
	stop
	says_in "^xdpblock: $sum packets dropped, $((2 * count - sum)) passed, " err
}

# ---- edited while it runs ----

test_rules_are_added_listed_and_deleted_while_it_runs() {
	network
	start in_ns b ./xdpblock --room 2 -i vb # so that the same slot serves again
	pings 1 10.7.0.2
	exits 0 xdpblock add 10.7.0.1 2001:db8::/32
	says '^xdpblock: 2 rules added on vb, of 2$'
	no_pings 3 -I 10.7.0.1 10.7.0.2
	exits 0 xdpblock -j list
	expect 1 '.rule == "10.7.0.1/32" and .packets == 3' \
		1 '.rule == "2001:db8::/32" and .packets == 0 and .bytes == 0' \
		2 . stdout
	exits 0 xdpblock -j del 10.7.0.1
	expect 1 '.rule == "10.7.0.1/32" and .packets == 3 and .bytes == 294' stdout
	pings 1 -I 10.7.0.1 10.7.0.2
	exits 0 xdpblock add 10.7.0.1
	exits 0 xdpblock -j list
	expect 1 '.rule == "10.7.0.1/32" and .packets == 0' stdout
	stop
	says_in '^xdpblock: 3 packets dropped, ' err # by the rule that was deleted
}

test_a_rule_that_is_there_keeps_its_count_when_added_again() {
	network
	start in_ns b ./xdpblock -i vb 10.7.0.0/24
	no_pings 2 10.7.0.2
	exits 0 xdpblock add 10.7.0.0/24 10.9.0.0/16
	says '^xdpblock: 1 rule added on vb, of 2$'
	exits 0 xdpblock -j list
	expect 1 '.rule == "10.7.0.0/24" and .packets == 2' stdout
	stop
}

test_a_rule_to_delete_must_exist_or_nothing_is_deleted() {
	silence
	start in_ns b ./xdpblock -i vb 10.0.0.0/8 192.0.2.0/24
	exits 1 xdpblock del 192.0.2.0/24 10.1.2.0/24
	says '^xdpblock: there is no rule 10.1.2.0/24; it is blocked by 10.0.0.0/8$'
	exits 1 xdpblock del ::1
	says '^xdpblock: there is no rule ::1/128$'
	exits 0 xdpblock -j list
	expect 2 . stdout
	exits 0 xdpblock -j del 192.0.2.0/24 192.0.2.0/24
	expect 1 . stdout
	stop
}

once_it_lists_in_the_order_of_addresses() {
	silence
	start in_ns b ./xdpblock -i vb ::/0 192.0.2.0/24 10.1.0.0/16 10.0.0.0/8 9.9.9.9 2001:db8::/32
	exits 0 xdpblock list
	order=
	while read -r _ rule _; do order="$order $rule"; done <"$T/stdout"
	[ "$order" = ' RULE 9.9.9.9/32 10.0.0.0/8 10.1.0.0/16 192.0.2.0/24 ::/0 2001:db8::/32' ] || fail "$order"
	stop
}

test_what_was_dropped_shows_at_each_interval() {
	network
	start in_ns b ./xdpblock -j -I 0.2 -i vb 10.7.0.1 10.9.0.0/16
	no_pings 2 -I 10.7.0.1 10.7.0.2
	wait_line '"packets":2,' "$T/out"
	no_pings 3 -I 10.7.0.1 10.7.0.2
	wait_line '"packets":5,' "$T/out"
	stop
	expect 0 '.rule != "10.7.0.1/32"'
	jq -s -e 'map(.packets) | . == unique' "$T/out" >/dev/null ||
		fail "the same twice: $(cat "$T/out")"
}

test_10000_rules_from_stdin_take_seconds_at_most() {
	silence
	awk 'BEGIN {
		print "# a list; with comments"
		for (i = 0; i < 9000; i++) printf "%d.%d.%d.0/24 ; SBL%d\n", 1 + i % 200, i / 200, i % 7, i
		for (i = 0; i < 1000; i++) printf "2001:db8:%x::/48\n", i
	}' >"$T/list"
	start in_ns b ./xdpblock -i vb
	clock
	begin=$now
	in_ns b ./xdpblock add - <"$T/list" 2>"$T/added"
	clock
	[ $((now - begin)) -le 5 ] || fail "that took $((now - begin)) s"
	says_in '^xdpblock: 10000 rules added on vb, of 10000$' added
	[ "$(xdpblock -j list | wc -l)" = 10000 ] || fail "not all are listed"
	[ "$(xdpblock -j del - <"$T/list" | wc -l)" = 10000 ] || fail "not all were deleted"
	[ -z "$(xdpblock -j list)" ] || fail "some are left"
	stop
}

test_a_full_map_says_what_did_not_fit() {
	silence
	start in_ns b ./xdpblock --room 3 -i vb 10.1.0.0/16
	exits 1 xdpblock add 10.2.0.0/16 2001:db8::/32 10.4.0.0/16 10.5.0.0/16
	says '^xdpblock: there is no room for 10.4.0.0/16 and what follows it: 2 of 4 rules were added$' \
		'^  hint: run takes --room RULES, to make more room$'
	exits 0 xdpblock -j list
	expect 3 . stdout
	exits 0 xdpblock del 10.2.0.0/16
	exits 0 xdpblock add 10.4.0.0/16
	stop
	exits 1 xdpblock --room 1 -i vb 10.1.0.0/16 10.2.0.0/16
	says '^xdpblock: there is no room for 10.2.0.0/16 and what follows it: 1 of 2 rules were added$'
	is_free || fail "it is attached all the same"
}

test_two_that_add_the_same_at_once_lose_no_room() {
	silence
	seq 0 599 | awk '{ printf "10.%d.%d.0/24\n", $1 / 200, $1 % 200 }' >"$T/list"
	start in_ns b ./xdpblock --room 600 -i vb
	in_ns b ./xdpblock add - <"$T/list" 2>"$T/one" &
	in_ns b ./xdpblock add - <"$T/list" 2>"$T/two" || fail "$(cat "$T/two")"
	wait $! || fail "$(cat "$T/one")"
	[ "$(xdpblock -j list | wc -l)" = 600 ] || fail "$(cat "$T/one" "$T/two")"
	stop
}

test_a_reader_that_does_not_read_does_not_keep_others_from_editing() {
	silence
	seq 0 4999 | awk '{ printf "10.%d.%d.0/24\n", $1 / 200, $1 % 200 }' >"$T/list"
	start in_ns b ./xdpblock -i vb
	in_ns b ./xdpblock add - <"$T/list"
	mkfifo "$T/pipe"
	sh -c 'exec <"$1" && read -r line && : >"$1.read" && exec sleep 60' sh "$T/pipe" &
	reader=$!
	in_ns b ./xdpblock -j list >"$T/pipe" &
	wait_for "the list has begun" test -e "$T/pipe.read"
	exits 0 xdpblock add 192.0.2.0/24
	kill $reader # which ends the list too
	stop
}

# ---- where it attaches, and how ----

test_veth_is_native_and_generic_with_g() {
	network
	start in_ns b ./xdpblock -i vb
	is_attached_in 1
	stop
	says_in '^xdpblock: attached to vb \(native XDP\), 0 rules; Ctrl-C to stop$' err
	start in_ns b ./xdpblock -g -j -I 1000 -i vb 10.7.0.1
	says_in '^xdpblock: attached to vb \(generic XDP\), 1 rule; Ctrl-C to stop$' err
	is_attached_in 2
	! grep -q trying "$T/err" || fail "it tried"
	no_pings 3 -I 10.7.0.1 10.7.0.2
	stop
	expect 1 '.rule == "10.7.0.1/32" and .packets == 3 and .bytes == 294'
}

test_without_an_interface_it_is_loopback_and_generic() {
	new_netns b
	start in_ns b ./xdpblock -j -I 1000 127.0.0.9
	says_in '^xdpblock: the driver of lo has no native XDP; trying generic$' \
		'^xdpblock: attached to lo \(generic XDP\), 1 rule; Ctrl-C to stop$' err
	! in_ns b timeout 10 ping -q -c 2 -i 0.1 -W 0.3 127.0.0.9 >/dev/null || fail "127.0.0.9 answers"
	stop
	expect 1 '.rule == "127.0.0.9/32" and .packets == 2 and .interface == "lo"'
}

test_an_MTU_too_large_for_native_XDP_makes_it_generic() {
	network
	ip -n "$(ns a)" link set va mtu 9000
	ip -n "$(ns b)" link set vb mtu 9000
	start in_ns b ./xdpblock -j -I 1000 -i vb 10.7.0.1
	says_in "^xdpblock: the MTU of vb is too large for native XDP \\(of a veth: its peer's MTU\\); trying generic$" \
		'^xdpblock: attached to vb \(generic XDP\), ' err
	no_pings 2 -s 8000 -I 10.7.0.1 10.7.0.2
	pings 1 -s 8000 -I 10.7.0.3 10.7.0.2
	stop
	expect 1 '.rule == "10.7.0.1/32" and .packets == 2 and .bytes == 2 * 8042'
}

test_a_second_on_the_same_interface_says_why_not() {
	silence
	start in_ns b ./xdpblock -i vb
	link_facts b vb
	id=$xdp_program
	exits 1 xdpblock -i vb
	says "^xdpblock: xdpblock is on vb already \\(program $id, native XDP\\)$" \
		'^  hint: its rules are edited by: xdpblock -i vb add CIDR \(or del, or list\)$'
	exits 1 xdpblock --force -i vb
	has_program "$id" || fail "it is another program now"
	stop
}

test_two_on_two_interfaces_are_told_apart_by_i() {
	silence
	start in_ns b ./xdpblock -i vb 10.0.0.0/8
	start_as second in_ns b ./xdpblock -i vb2 192.0.2.0/24
	exits 1 xdpblock list
	says '^xdpblock: xdpblock is on (vb and on vb2|vb2 and on vb); -i IFACE tells which is meant$'
	exits 0 xdpblock -i vb2 -j list
	expect 1 '.rule == "192.0.2.0/24" and .interface == "vb2"' \
		1 . stdout
	stop second
	exits 1 xdpblock -i vb2 list
	says '^xdpblock: there is no xdpblock on vb2$'
	stop
	exits 1 xdpblock add 10.0.0.1
	says '^xdpblock: there is no xdpblock on any interface of this network namespace$'
}

test_a_program_that_goes_away_during_the_search_is_none() {
	silence
	start in_ns b ./xdpblock -i vb 10.0.0.0/8
	exits 1 in_ns b ./packets gone ./xdpblock list
	says '^xdpblock: there is no xdpblock on any interface of this network namespace$'
	exits 1 in_ns b ./packets gone ./xdpblock -i vb list
	says '^xdpblock: there is no xdpblock on vb$'
	stop
}

test_the_program_of_somebody_else_is_replaced_with_force_only() {
	silence
	start_as other packets foreign somebody
	read -r id <"$T/other.out"
	in_ns b bpftool net attach xdpgeneric id "$id" dev vb
	exits 1 xdpblock -i vb
	says "^xdpblock: vb has another XDP program: 'somebody' \\(program $id, generic XDP\\)$" \
		'^  hint: --force replaces it$'
	has_program "$id" || fail "it was replaced"
	exits 1 xdpblock -i vb list
	says '^xdpblock: there is no xdpblock on vb$'
	start in_ns b ./xdpblock --force -i vb
	says_in "^xdpblock: detached 'somebody' \\(program $id\\) from vb$" err
	! has_program "$id" || fail "it was not replaced"
	stop
	is_free || fail "there is a program on vb"
}

test_a_link_of_somebody_else_is_not_replaced_even_with_force() {
	silence
	start_as other in_ns b ./packets foreign somebody vb
	read -r id <"$T/other.out"
	for force in -I1 --force; do
		exits 1 xdpblock $force -i vb
		says "^xdpblock: vb has another XDP program: 'somebody' \\(program $id, native XDP\\), which its link [0-9]+ keeps from being replaced$" \
			'^  hint: end who attached it, or: bpftool link detach id [0-9]+$'
	done
	has_program "$id" || fail "it was replaced"
	sh -c "$(sed -n 's/^  hint: .*or: //p' "$T/stderr")" # the hint is right
	start in_ns b ./xdpblock -i vb
	stop
}

# ---- how it ends ----

test_an_interface_that_vanishes_ends_it() {
	network
	start in_ns b ./xdpblock -j -I 1000 -i vb 10.7.0.1
	no_pings 2 -I 10.7.0.1 10.7.0.2
	ip -n "$(ns b)" link del vb
	ends_with 1
	says_in '^xdpblock: vb is gone$' err
	expect 1 '.rule == "10.7.0.1/32" and .packets == 2'
}

# Another interface may have its number at once. The program goes on, there.
test_an_interface_that_is_moved_ends_it() {
	silence
	new_netns other
	start in_ns b ./xdpblock -i vb
	link_facts b vb
	ip -n "$(ns b)" link set vb netns "$(ns other)"
	ip -n "$(ns b)" link add vb index "$if_index" type veth peer name vb3
	ends_with 1
	says_in '^xdpblock: vb is gone$' err
}

test_an_interface_without_Ethernet_headers() {
	new_netns b
	tun b t0 192.0.2.1/24
	start in_ns b ./xdpblock -j -I 1000 -i t0 192.0.2.7
	exits 0 "$kit" tun "$(ns b)" t0 192.0.2.8 192.0.2.1 icmp
	exits 1 "$kit" tun "$(ns b)" t0 192.0.2.7 192.0.2.1 icmp
	stop
	expect 1 '.rule == "192.0.2.7/32" and .packets == 1'
}

test_who_detaches_it_ends_it() {
	silence
	start in_ns b ./xdpblock -i vb
	link_facts b vb
	bpftool link detach id "$(bpftool -j link show |
		jq ".[] | select(.type == \"xdp\" and .prog_id == $xdp_program) | .id")"
	ends_with 1
	says_in '^xdpblock: somebody has detached xdpblock from vb$' err
}

test_it_needs_no_bpffs() {
	silence
	exits 0 in_ns b unshare --mount sh -c 'umount -l /sys/fs/bpf; exec ./xdpblock -d 0.2 -i vb'
}

once_people_get_a_header_and_columns() {
	network
	start in_ns b ./xdpblock -I 1000 -i vb 10.7.0.1 fd07::/64
	no_pings 2 -I 10.7.0.1 10.7.0.2
	stop
	{ IFS= read -r head && IFS= read -r line && ! read -r _; } <"$T/out" || fail "$(cat "$T/out")"
	echo "$head" >"$T/head"
	echo "$line" >"$T/line"
	says_in '^INTERFACE +RULE +PACKETS +BYTES$' head
	says_in '^vb +10\.7\.0\.1/32 +2 +196$' line
}

# ---- bad input ----

once_what_is_no_network_is_a_usage_error() {
	silence
	for bad in 10.0.0.0/33 10.0.0.0/-1 10.0.0.0/ 10.0.0.0/8x '10.0.0.0/ 8' ::/129 ::/1281; do
		exits 2 xdpblock -i vb "$bad"
		says "^xdpblock: the length in '$bad' must be a number from 0 to (32|128)$"
	done
	for bad in abc 10.0.0 10.0.0.256 1.2.3.4.5 :::1 12345::/16 /8 '' eth0 \
		10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0/8; do
		exits 2 xdpblock -i vb "$bad"
		says "^xdpblock: '$bad' is neither a command nor an address like "
	done
	exits 2 in_ns b sh -c 'printf "10.0.0.0/8\n10.0.0.0/40\n" | ./xdpblock -i vb -'
	says "^xdpblock: the length in '10.0.0.0/40' must be a number from 0 to 32$"
	is_free || fail "it is attached"
}

once_bits_beyond_the_length_are_said_not_to_count() {
	silence
	start in_ns b ./xdpblock -i vb 10.7.0.1/8 2001:db8::1/33 ::1/0
	says_in '^xdpblock: 10.7.0.1/8 is taken as 10.0.0.0/8, the network that it is in$' \
		'^xdpblock: 2001:db8::1/33 is taken as 2001:db8::/33, the network that it is in$' err
	exits 0 xdpblock -j list
	expect 1 '.rule == "10.0.0.0/8"' \
		1 '.rule == "2001:db8::/33"' \
		1 '.rule == "::/0"' stdout
	stop
}

once_wrong_options_are_usage_errors() {
	exits 2 ./xdpblock add
	says '^xdpblock: add which networks\?$'
	exits 2 ./xdpblock del
	exits 2 ./xdpblock list 10.0.0.0/8
	says "^xdpblock: list: unexpected argument '10.0.0.0/8'$"
	exits 2 ./xdpblock --room 0
	says "^xdpblock: RULES must be a number from 1 to 16777216, not '0'$"
}

once_an_interface_that_does_not_exist_is_named() {
	silence
	for command in run list 'add ::1' 'del ::1'; do
		exits 1 xdpblock -i nowhere0 $command
		says "^xdpblock: there is no network interface 'nowhere0': No such device$"
	done
}

test_three_capabilities_suffice_to_run_and_one_more_edits() {
	silence
	exits 0 in_ns b with_capabilities +bpf,+net_admin,+perfmon ./xdpblock -d 0.2 -i vb 10.0.0.0/8
	start in_ns b ./xdpblock -i vb
	exits 1 in_ns b with_capabilities +bpf,+net_admin,+perfmon ./xdpblock list
	exits 0 in_ns b with_capabilities +sys_admin ./xdpblock add 10.0.0.0/8
	stop
}

test_the_demo_shows_what_the_README_says() {
	need ping
	new_netns b
	start in_ns b ./xdpblock -j -I 1000
	in_ns b ./demo.sh >"$T/demo" 2>&1 || fail "$(cat "$T/demo")"
	stop
	says_in '^lo +127\.0\.0\.9/32 +3 +294$' '^lo +127\.66\.0\.0/16 +3 +294$' demo
	[ "$(grep -c ' 3 received, 0% packet loss' "$T/demo")" = 2 ] || fail "$(cat "$T/demo")"
	expect 1 '.rule == "127.0.0.9/32" and .packets == 3'
	says_in '^xdpblock: 6 packets dropped, ' err
}

run_tests
