#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../tests/lib.sh

# Each case talks in a network namespace of its own, where it is alone.

# watch [OPTION...]: start the tool with -j in the namespace dns, which this makes
watch() {
	new_netns dns
	start in_ns dns ./dnssnoop -j "$@"
}

# talk [OPTION...] NAME: one conversation there; the client's port is in $port.
talk() {
	port=$(in_ns dns ./dnstalk "$@")
	port=${port% *}
}

# ---- what it shows ----

test_a_question_and_its_answer_are_one_event() {
	watch
	talk -c 127.0.0.1 -s 127.0.0.77 www.example.com
	stop
	expect 1 . \
		1 "select(.client == \"127.0.0.1\" and .server == \"127.0.0.77\"
		and .client_port == $port and .server_port == 53 and .id == 1 and .answers == 1
		and .type == \"A\" and .rcode == \"NOERROR\" and .asked == 1 and .ifindex == 1
		and .truncated == false and .name == \"www.example.com\"
		and .time_ns > 0 and .latency_ns > 0 and .latency_ns < 10000000000)"
	grep -qx 'dnssnoop: 1 events' "$T/err" || fail "$(cat "$T/err")"
}

test_over_IPv6_too() {
	watch
	talk -c ::1 -s ::1 -t 28 www.example.com
	stop
	expect 1 . \
		1 "select(.client == \"::1\" and .server == \"::1\" and .client_port == $port
		and .type == \"AAAA\" and .name == \"www.example.com\")"
}

once_types_and_return_codes_have_names_and_unknown_ones_numbers() {
	watch
	talk -t 15 -r 0 mx
	talk -t 12 -r 3 ptr
	talk -t 65 -r 2 https
	talk -t 257 -r 5 caa
	talk -t 65280 -r 15 unknown
	stop
	expect 5 . \
		1 'select(.name == "mx" and .type == "MX" and .rcode == "NOERROR")' \
		1 'select(.name == "ptr" and .type == "PTR" and .rcode == "NXDOMAIN" and .answers == 0)' \
		1 'select(.name == "https" and .type == "HTTPS" and .rcode == "SERVFAIL")' \
		1 'select(.name == "caa" and .type == "CAA" and .rcode == "REFUSED")' \
		1 'select(.name == "unknown" and .type == 65280 and .rcode == 15)'
}

test_an_answer_that_takes_30_ms_took_30_ms() {
	watch
	talk -w 30 slow
	talk fast
	stop
	expect 1 'select(.name == "slow" and .latency_ns >= 30000000 and .latency_ns < 5000000000)' \
		1 'select(.name == "fast" and .latency_ns < 5000000000)'
}

test_a_truncated_answer_is_marked() {
	watch
	talk -T large
	stop
	expect 1 'select(.name == "large" and .truncated and .answers == 0)'
}

once_strange_bytes_in_a_name_are_escaped() {
	watch
	talk -x 061b5b316d2e5c02c3a90000100001 strange
	talk -x 0000020001 root
	stop
	expect 2 . \
		1 'select(.name == "\\027[1m\\.\\\\.\\195\\169" and .type == "TXT")' \
		1 'select(.name == "." and .type == "NS")'
}

# hex N BYTE: BYTE N times
hex() {
	printf "%0${1}d" 0 | sed "s/0/$2/g"
}

test_the_longest_name_is_whole_and_what_is_none_is_counted() {
	label=3f$(hex 63 61)
	watch
	talk -x "$label$label${label}3d$(hex 61 ff)0000010001" 255
	talk -x "$(hex 127 0161)0000010001" 127-labels
	expect 2 .
	talk -x "$label$label${label}3e$(hex 62 62)0000010001" 256
	talk -x "$(hex 127 0161)016100010001" 257
	talk -x c00c00010001 pointer-to-itself
	talk -x 0161c00c00010001 pointer-behind-a-label
	talk -x "40$(hex 64 61)0000010001" label-of-64
	talk -x 0361 cut-in-a-label
	talk -x 01610000 cut-in-the-type
	talk -x '' nothing-at-all
	stop
	expect 2 . \
		1 'select((.name | length) == 1 + 63 * 3 + 2 + 61 * 4 and (.name | endswith("a.\\255" + "\\255" * 60)))' \
		1 'select(.name == "a" + ".a" * 126)'
	grep -qx 'dnssnoop: 8 packets to port 53 were no proper question' "$T/err" || fail "$(cat "$T/err")"
}

# ---- each pair once ----

test_a_question_that_is_repeated_is_one_event() {
	watch
	talk -q 3 -w 30 again
	stop
	expect 1 . \
		1 'select(.name == "again" and .asked == 3 and .latency_ns >= 30000000)'
}

test_an_answer_that_is_repeated_is_one_event() {
	watch
	talk -a 3 twice
	stop
	expect 1 .
}

test_an_answer_that_nobody_asked_for_is_no_event() {
	watch
	talk -q 0 -a 2 unasked
	talk asked
	stop
	expect 1 . \
		1 'select(.name == "asked")'
}

test_a_question_without_an_answer_is_shown_at_the_end() {
	watch
	talk -a 0 -t 28 lost
	talk found
	stop
	expect 2 . \
		1 'select(.name == "lost" and .type == "AAAA" and .rcode == "NO_ANSWER" and .latency_ns > 0)'
	tail -n 1 "$T/out" | grep -q '"lost"' || fail "not at the end"
}

test_1000_pairs_are_1000_events() {
	watch
	talk -k 1000 many
	stop
	expect 1000 'select(.name == "many" and .rcode == "NOERROR" and .asked == 1)'
	[ "$(jq .id "$T/out" | sort -un | wc -l)" = 1000 ] || fail "some are there twice"
	grep -qx 'dnssnoop: 1000 events' "$T/err" || fail "$(cat "$T/err")"
}

test_what_a_stopped_reader_misses_is_counted() {
	watch
	kill -STOP "$tool_pid"
	talk -k 10000 flood
	kill -CONT "$tool_pid"
	stop
	shown=$(grep -c '"name":"flood"' "$T/out")
	dropped=$(sed -n 's/^dnssnoop: .* events, \([0-9]*\) dropped .*/\1/p' "$T/err")
	[ "${dropped:-0}" -gt 0 ] || fail "nothing was dropped: $(cat "$T/err")"
	[ $((shown + dropped)) = 10000 ] || fail "$shown shown + $dropped dropped is not 10000"
}

test_what_the_LRU_hash_forgets_is_counted() {
	watch
	talk -a 0 -k 12000 unanswered
	talk newest
	stop
	shown=$(grep -c '"rcode":"NO_ANSWER"' "$T/out")
	forgotten=$(sed -n 's/^dnssnoop: \([0-9]*\) questions without an answer were forgotten.*/\1/p' "$T/err")
	[ "$shown" -le 10240 ] || fail "$shown were remembered, more than fit"
	[ $((shown + ${forgotten:-0})) = 12000 ] || fail "$shown + $forgotten is not 12000: $(cat "$T/err")"
	[ "$(grep -c '"rcode":"NOERROR".*"name":"newest"' "$T/out")" = 1 ] || fail "the newest is not there"
}

# ---- packets that no socket would send, by BPF_PROG_TEST_RUN ----

program_id() {
	sed -n 's/^prog_id:[^0-9]*//p' /proc/"$tool_pid"/fdinfo/* | head -n 1
}

test_VLAN_tags_options_extension_headers_and_fragments() {
	watch
	in_ns dns ./packets forms "$(program_id)"
	stop
	for form in ipv4 ipv4-options ipv4-first-fragment ipv4-vlan ipv4-qinq \
		ipv6 ipv6-vlan ipv6-extension ipv6-6-extensions ipv6-first-fragment; do
		expect 1 "select(.name == \"$form\" and .rcode == \"NOERROR\")"
	done
	expect 10 'select(.client == "192.0.2.1" and .server == "192.0.2.2" or
		.client == "2001:db8::1" and .server == "2001:db8::2")' \
		0 'select(.name | startswith("not-"))'
}

test_malformed_packets_do_no_harm() {
	count=$(bulk 100000)
	watch
	in_ns dns ./packets fuzz "$(program_id)" $count "${SEED:-1}"
	talk afterwards
	stop
	lines=$(wc -l <"$T/out")
	[ "$lines" -gt $((count / 100)) ] || fail "only $lines events: the packets do not get through"
	[ "$(jq -c 'select(.name and .rcode != null and .asked > 0)' "$T/out" | wc -l)" = "$lines" ] ||
		fail "some are not proper JSON"
	grep -qE "^dnssnoop: $lines events" "$T/err" || fail "$(cat "$T/err")"
	expect 1 'select(.name == "afterwards")'
}

once_the_decoder_of_names_withstands_garbage() {
	.output/namefuzz "$(bulk 300000)" "${SEED:-1}"
}

# ---- for people ----

once_people_get_a_header_and_columns() {
	new_netns dns
	start in_ns dns ./dnssnoop
	talk -s 127.0.0.77 -r 3 -q 2 www.example.com
	talk -t 65280 -x 031b5b6d00ff000001 escape
	stop
	head -n 1 "$T/out" | grep -qE '^LATENCY_ms RCODE +TYPE +CLIENT +SERVER +NAME$' || fail "$(cat "$T/out")"
	grep -qE '^ +[0-9]+\.[0-9]{3} NXDOMAIN  A +127\.0\.0\.1#[0-9]+ +127\.0\.0\.77 +www\.example\.com \(asked 2 times\)$' "$T/out" ||
		fail "$(cat "$T/out")"
	grep -qE ' NOERROR +TYPE65280 .* \\027\[m$' "$T/out" || fail "$(cat -v "$T/out")"
}

# ---- filters ----

test_option_P_is_the_port_of_the_servers() {
	watch -P 5300
	talk -p 53 other
	talk -p 5300 wanted
	stop
	expect 1 . \
		1 'select(.name == "wanted" and .server_port == 5300)'
}

test_option_m_shows_slow_ones_only() {
	watch -m 2000
	talk -w 2000 slow
	talk -k 10 fast
	talk -a 0 lost # not for long, when it ends
	stop
	expect 1 . \
		1 'select(.name == "slow")'
}

test_option_x_shows_failures_only() {
	watch -x
	talk good
	talk -r 3 missing
	talk -a 0 lost
	stop
	expect 2 . \
		1 'select(.name == "missing" and .rcode == "NXDOMAIN")' \
		1 'select(.name == "lost" and .rcode == "NO_ANSWER")'
}

# ---- interfaces ----

# ask [OPTION...] NAME: from namespace client, a server in namespace server
ask() {
	in_ns client ./dnstalk -n "/run/netns/$(ns server)" "$@" >/dev/null
}

test_option_i_shows_one_interface_only() {
	new_netns client server
	veth client v0 192.0.2.1/24 server v1 192.0.2.2/24
	start in_ns client ./dnssnoop -j -i v0
	start_as server in_ns server ./dnssnoop -j -i v1
	start_as lo in_ns client ./dnssnoop -j -i lo
	grep -q 'attached to UDP port 53 on v0' "$T/err" || fail "$(cat "$T/err")"
	ask -c 192.0.2.1 -s 192.0.2.2 -w 30 via-v0
	in_ns client ./dnstalk via-lo >/dev/null
	stop lo
	stop server
	stop
	index=$(ip -n "$(ns client)" -j link show v0 | jq '.[0].ifindex')
	expect 1 . \
		1 "select(.name == \"via-v0\" and .ifindex == $index and .client == \"192.0.2.1\"
		and .server == \"192.0.2.2\" and .latency_ns >= 30000000)"
	expect 1 . \
		1 'select(.name == "via-v0" and .latency_ns >= 30000000)' server
	expect 1 . \
		1 'select(.name == "via-lo")' lo
}

test_on_a_router_both_interfaces_see_it_and_it_is_one_event() {
	new_netns client router server
	in_ns router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	veth client v0 192.0.2.1/25 router v1 192.0.2.2/25
	veth router v2 192.0.2.129/25 server v3 192.0.2.130/25
	ip -n "$(ns client)" route add default via 192.0.2.2
	ip -n "$(ns server)" route add default via 192.0.2.129
	start in_ns router ./dnssnoop -j
	start_as v1 in_ns router ./dnssnoop -j -i v1
	start_as v2 in_ns router ./dnssnoop -j -i v2
	ask -c 192.0.2.1 -s 192.0.2.130 -k 10 routed
	stop v2
	stop v1
	stop
	index=$(ip -n "$(ns router)" -j link show v1 | jq '.[0].ifindex')
	expect 10 . \
		10 "select(.asked == 1 and .ifindex == $index)"
	expect 10 . v1
	expect 10 . v2
}

# The tool must end by itself, with status 1.

test_an_interface_that_vanishes_ends_it() {
	new_netns client server
	veth client v0 192.0.2.1/24 server v1 192.0.2.2/24
	start in_ns client ./dnssnoop -j -i v0
	start_as all in_ns client ./dnssnoop -j
	ask -c 192.0.2.1 -s 192.0.2.2 before
	ip -n "$(ns client)" link del v0
	ends_with 1
	grep -qx "dnssnoop: the interface 'v0' is down or gone" "$T/err" || fail "$(cat "$T/err")"
	expect 1 'select(.name == "before")'
	in_ns client ./dnstalk after >/dev/null # who watches all interfaces goes on
	stop all
	expect 2 . all
}

test_an_interface_that_is_down_ends_it() {
	new_netns client server
	veth client v0 192.0.2.1/24 server v1 192.0.2.2/24
	start in_ns client ./dnssnoop -i v0
	ip -n "$(ns client)" link set v0 down
	ends_with 1
	grep -qx "dnssnoop: the interface 'v0' is down or gone" "$T/err" || fail "$(cat "$T/err")"
	exits 1 in_ns client ./dnssnoop -i v0
	says "^dnssnoop: the interface 'v0' is down or gone$"
}

once_without_IPv6_it_does_IPv4() {
	new_netns dns
	in_ns dns sh -c 'for conf in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >"$conf"; done'
	start in_ns dns ./dnssnoop -j
	talk only-v4
	stop
	expect 1 'select(.name == "only-v4")'
}

# ---- nothing left behind ----

test_two_at_once_see_the_same() {
	watch
	start_as second in_ns dns ./dnssnoop -j
	talk -k 100 both
	stop second
	stop
	expect 100 'select(.name == "both")'
	expect 100 'select(.name == "both")' second
}

once_its_memory_is_at_most_5_MB() {
	watch
	talk -k 2000 memory
	kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/"$tool_pid"/status)
	stop
	[ "$kb" -le 5120 ] || fail "it took $kb KiB"
}

# ---- how it ends, and bad input ----

once_wrong_options_are_usage_errors() {
	exits 2 ./dnssnoop -P 65536
	says "^dnssnoop: PORT must be a number from 1 to 65535, not '65536'$"
	exits 2 ./dnssnoop -m 0
	says "^dnssnoop: MS must be a number from 1 to 3600000, not '0'$"
}

once_without_root_it_says_sudo() {
	exits 1 as_nobody ./dnssnoop
	says '^dnssnoop: cannot open a packet socket: Operation not permitted$' \
		'^  hint: run it with sudo \(or grant CAP_NET_RAW and CAP_BPF\)$'
}

test_two_capabilities_suffice() {
	caps=+net_raw,+bpf
	# Older verifiers, when they must also follow what a CPU may do by speculation, give up:
	# CAP_PERFMON spares them that.
	case $(uname -r) in
	5.* | 6.[0-9].* | 6.1[0-2].*) caps=$caps,+perfmon ;;
	esac
	exits 0 with_capabilities $caps ./dnssnoop -d 0.2
	exits 1 with_capabilities +net_raw ./dnssnoop -d 0.2
	says '^dnssnoop: cannot load the BPF object: Operation not permitted$'
	exits 1 with_capabilities +bpf ./dnssnoop -d 0.2
	says '^  hint: run it with sudo \(or grant CAP_NET_RAW and CAP_BPF\)$'
}

test_the_demo_shows_what_the_README_says() {
	watch
	in_ns dns ./demo.sh
	stop
	expect 1 'select(.name == "example.com" and .type == "MX" and .latency_ns > 40000000)' \
		1 'select(.name == "no-such-name.example.com" and .rcode == "NXDOMAIN")' \
		1 'select(.name == "broken.example.net" and .rcode == "SERVFAIL" and .asked == 2)' \
		1 'select(.name == "no-answer.example.org" and .rcode == "NO_ANSWER")' \
		6 .
}

run_tests
