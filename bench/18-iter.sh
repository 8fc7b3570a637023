# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# There are no events here; what costs is an object that is shown. 1000 processes that sleep, and a
# map of 10000 elements: the CPU time that cat takes to read a pinned iterator, beside that of the
# usual ways to the same; and that of all of bps, which loads its program first.
# The CPU time of a COMMAND in ms, from 20 runs: it is counted in ticks of up to 10 ms.
cpu_ms() {
	perl -e '
		open(STDOUT, ">", "/dev/null");
		system(@ARGV) for 1 .. 20;
		my (undef, undef, $user, $system) = times;
		printf STDERR "%.1f\n", ($user + $system) * 1000 / 20;' "$@" 2>"$T/ms"
	tail -n 1 "$T/ms"
}

measure() {
	mkdir "$T/bpf"
	mount -t bpf bpf "$T/bpf"
	bpftool map create "$T/bpf/elements" type hash key 4 value 8 entries 10000 name bench
	seq 0 9999 | awk '{ printf "map update pinned %s key %d %d 0 0 value 1 0 0 0 0 0 0 0\n", file, $1 % 256, $1 / 256 }' \
		file="$T/bpf/elements" >"$T/batch"
	bpftool batch file "$T/batch" >/dev/null
	map=$(bpftool -j map show pinned "$T/bpf/elements" | jq .id)
	for i in $(seq 1000); do
		sleep 1000 >/dev/null 3</dev/null 4</dev/null &
		pid="$pid $!" # that bench/run ends, should we fail
	done
	for view in ps lsof "map -m $map"; do
		./bps $view --pin "$T/bpf/${view%% *}" 2>/dev/null
	done
	for round in $(seq "$rounds"); do
		cpu_ms cat "$T/bpf/ps" >>"$T/cat-ps"
		cpu_ms ./bps ps >>"$T/bps-ps"
		cpu_ms ps -eo pid,ppid,uid,nlwp,comm:16,args >>"$T/ps"
		cpu_ms cat "$T/bpf/lsof" >>"$T/cat-lsof"
		cpu_ms ./bps lsof >>"$T/bps-lsof"
		cpu_ms sh -c 'ls -l /proc/[0-9]*/fd' >>"$T/ls-fd"
		cpu_ms cat "$T/bpf/map" >>"$T/cat-map"
		cpu_ms ./bps map -m "$map" >>"$T/bps-map"
		cpu_ms bpftool map dump pinned "$T/bpf/elements" >>"$T/bpftool-map"
	done
	echo "$example: $(ls -d /proc/[0-9]* | wc -l) processes, $(ls /proc/[0-9]*/fd | grep -c '^[0-9]*$')" \
		"open files, a map of 10000 elements; ms of CPU time:"
	echo "  processes: $(median "$T/cat-ps") cat, $(median "$T/bps-ps") bps ps, $(median "$T/ps") ps"
	echo "  files: $(median "$T/cat-lsof") cat, $(median "$T/bps-lsof") bps lsof, $(median "$T/ls-fd") ls -l /proc/PID/fd"
	echo "  elements: $(median "$T/cat-map") cat, $(median "$T/bps-map") bps map, $(median "$T/bpftool-map") bpftool map dump"
	kill $pid
	pid=
	umount "$T/bpf"
}
