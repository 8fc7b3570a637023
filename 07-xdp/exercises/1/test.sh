#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

test_it_loads() {
	new_netns b
	veth b vb - b vb2 -
	start in_ns b ./xdpblock -i vb 192.0.2.1
	stop
}

test_a_short_IPv6_packet_is_malformed() {
	new_netns b
	veth b vb - b vb2 -
	start in_ns b ./xdpblock -i vb 192.0.2.1
	need bpftool
	printf '\002\0\0\0\0\001\002\0\0\0\0\002\206\335\140\0\0\0\0\0' >"$T/packet"
	link_facts b vb
	bpftool prog run id "$xdp_program" data_in "$T/packet" data_out /dev/null repeat 3 >"$T/run" 2>&1 || fail "$(cat "$T/run")"
	stop
	says_in ', 3 of them malformed$' err
}

run_tests
