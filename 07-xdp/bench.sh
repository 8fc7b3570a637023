# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Datagrams of 64 bytes over a veth pair, which both let pass; the packet for BPF_PROG_TEST_RUN is
# one that both drop. In the kernel the peer takes a program more: libxdp's dispatcher.
events=${EVENTS:-100000}
veth=1
tool="$b ./xdpblock -i veth 10.1.0.0/16 2001:db8::/32"
workload="$a ../bench/.output/workload send 10.99.0.2 $events"
packet=02000000000202000000000108004500003200000000401100000a0102030a63000204d20009001e0000$(printf %044d 0)
helpers="lpm_lookup"
if command -v xdp-filter >/dev/null; then
	peer="$b ./with-xdp-filter veth 10.1.2.3"
	peer_name=xdp-filter
	note="xdp-filter leaves its program to the kernel and ends: no memory"
else
	say "$example: xdp-filter is not installed (package xdp-tools), so there is no peer"
fi
measure() {
	compare && summarise
	jq -c 'if .who == "peer" then del(.rss_kib, .size_kib, .reader_ns) else . end' "$T/results" >"$T/resident"
	mv "$T/resident" "$T/results"
}
growth() {
	ip netns add bench-growth-$$
	undo="ip netns del bench-growth-$$"
	ns="nsenter --net=/run/netns/bench-growth-$$ --"
	ip -n bench-growth-$$ link set lo up
	for keys in 10 1000 100000; do
		prefixes $keys
		trace $keys prefixes 200000 "$ns ./xdpblock -I 1000 --room $((keys + 10)) -i lo - <$T/prefixes" \
			"$ns ../bench/.output/workload send 127.0.0.1 200000"
	done
}
