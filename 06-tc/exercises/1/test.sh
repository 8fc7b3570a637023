#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

lab() {
	new_netns client server
	veth client c0 10.1.0.1/24 server s0 10.1.0.2/24
	in_ns server ./porttest serve udp 80 &
	at_end "kill $!"
	wait_for 'the server answers' in_ns client ./porttest ask udp 10.1.0.2 80 hello
}

test_port_8080_answers() {
	lab
	start in_ns server ./portmap -i s0 8080:80
	[ "$(in_ns client ./porttest ask udp 10.1.0.2 8080 hello)" = hello ] || fail "no answer from port 8080"
	stop
	says_in '^ingress +udp +8080 +80 +1 ' out
}

run_tests
