# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Files that nobody guards are made and removed: what every unlink() in the system costs while one
# file is guarded. No tool is packaged that does the same.
events=100000
tool="./fileguard hello"
workload="perl -MTime::HiRes=time -e '
	my (\$n, \$t) = ($events, time);
	for (1 .. \$n) { open(my \$f, \">\", \"$T/file\") or die; close \$f; unlink \"$T/file\" or die; }
	printf \"%d\n\", (time - \$t) * 1e9 / \$n;'"
./fileguard -d 0.01 hello >/dev/null 2>&1 || [ $? -ne 4 ] ||
	measure() { echo "19-lsm: this kernel takes no lsm programs, so there is nothing to measure"; }
