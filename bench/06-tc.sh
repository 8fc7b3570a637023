# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# No packaged tool does the same, so what a packet costs is measured beside an empty program, by
# BPF_PROG_TEST_RUN.
measure() {
	echo "$example: one TCP segment of 64 bytes, 1000000 times in BPF_PROG_TEST_RUN"
	ip netns add bench-$$
	nsenter --net=/run/netns/bench-$$ ./portmap -i lo 8080:80 80:8080 >/dev/null 2>"$T/err" &
	pid=$!
	while ! grep -q ': attached to ' "$T/err"; do sleep 0.05; done
	for round in $(seq "$rounds"); do
		./porttest cost 1000000
	done | sort | awk '{ ns = $(NF - 1); sub(/ +[0-9]+ ns$/, ""); v[$0] = v[$0] " " ns }
		END { for (what in v) { n = split(v[what], a, " "); print "  " what ": " a[int((n + 1) / 2)] " ns (of" v[what] ")" } }'
	kill -INT $pid
	wait $pid || :
	pid=
	ip netns del bench-$$
}
