# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What the program takes for a packet, measured by the kernel: BPF_PROG_TEST_RUN runs it 2,000,000
# times on one frame of 64 bytes, without a driver. Each round has an empty program, ours with one
# prefix and with 10,000, and xdp-filter of xdp-tools with one address, one after the other. The
# interfaces are in a namespace of their own.

xdp_ns=bench-xdp-$$
in_xdp_ns() {
	nsenter --net=/run/netns/$xdp_ns -- "$@"
}
xdp_id() { # of the program on interface $1
	in_xdp_ns ip -j link show dev "$1" | jq -r '.[].xdp.prog.id'
}
xdp_bench() { # NAME IFACE SOURCE
	./packets bench "$(xdp_id "$2")" "$3" >>"$T/$1"
}
xdp_line() { # NAME TEXT
	printf '  %-44s %3d ns, +%d (%s)\n' "$2" "$(median "$T/$1")" \
		$(($(median "$T/$1") - $(median "$T/empty"))) "$(spread "$T/$1")"
}

measure() {
	ip netns add $xdp_ns
	trap 'kill $(cat "$T"/*.pid 2>/dev/null) 2>/dev/null; ip netns del $xdp_ns; rm -rf "$T"' EXIT
	ip -n $xdp_ns link add one type veth peer name many
	ip -n $xdp_ns link add filter type veth peer name unused
	awk 'BEGIN { for (i = 0; i < 10000; i++) printf "%d.%d.%d.0/24\n", 1 + i % 200, i / 200, i % 7 }' >"$T/list"
	awk 'BEGIN { for (i = 0; i < 10000; i++) printf "2001:db8:%x::/48\n", i }' >"$T/list6"

	nsenter --net=/run/netns/$xdp_ns -- ./xdpblock -t 1000 -i one 10.0.0.0/8 2001:db8::/32 \
		>/dev/null 2>"$T/one.err" &
	echo $! >"$T/one.pid"
	cat "$T/list" "$T/list6" >"$T/both"
	nsenter --net=/run/netns/$xdp_ns -- ./xdpblock -t 1000 -n 20000 -i many - \
		<"$T/both" >/dev/null 2>"$T/many.err" &
	echo $! >"$T/many.pid"
	for name in one many; do
		while ! grep -q ': attached to ' "$T/$name.err"; do
			kill -0 "$(cat "$T/$name.pid")" || { cat "$T/$name.err" >&2; exit 1; }
			sleep 0.05
		done
	done
	peer=
	if command -v xdp-filter >/dev/null; then
		peer=1
		in_xdp_ns xdp-filter load -f ipv4,ipv6 filter
		in_xdp_ns xdp-filter ip 10.1.2.3 -m src
	fi

	for round in $(seq "$rounds"); do
		./packets bench empty 10.1.2.3 >>"$T/empty"
		xdp_bench one4 one 10.1.2.3
		xdp_bench miss4 one 192.0.2.1
		xdp_bench one6 one 2001:db8::1
		xdp_bench many4 many 11.0.3.7
		xdp_bench many6 many 2001:db8:77::1
		[ -z "$peer" ] || xdp_bench peer filter 10.1.2.3
	done
	echo "$example: one frame of 64 bytes, 2000000 times in BPF_PROG_TEST_RUN"
	xdp_line empty "an empty program"
	xdp_line one4 "1 IPv4 prefix, dropped"
	xdp_line miss4 "1 IPv4 prefix, passed"
	xdp_line one6 "1 IPv6 prefix, dropped"
	xdp_line many4 "10000 IPv4 prefixes, dropped"
	xdp_line many6 "10000 IPv6 prefixes, dropped"
	if [ "$peer" ]; then
		xdp_line peer "peer: xdp-filter, 1 IPv4 address, dropped"
		awk -v ours=$(($(median "$T/one4") - $(median "$T/empty"))) \
			-v theirs=$(($(median "$T/peer") - $(median "$T/empty"))) \
			'BEGIN { printf "  ratio: %.2f of the peer'\''s cost per packet\n", ours / theirs }'
		in_xdp_ns xdp-filter unload filter
	else
		echo "  xdp-filter is not installed (package xdp-tools); no comparison"
	fi
	for name in one many; do
		xdp_pid=$(cat "$T/$name.pid")
		kill -INT "$xdp_pid"
		wait "$xdp_pid" || :
		rm "$T/$name.pid"
	done
	ip netns del $xdp_ns
	trap '[ -z "$pid" ] || kill $pid 2>/dev/null; rm -rf "$T"' EXIT
}
