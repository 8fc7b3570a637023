# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Files are opened that no rule is for: what every open() in the system costs while some are to fail
# by their path.
# No tool is packaged that does the same.
events=200000
tool="./failinject -e EIO --path /nowhere/ security_file_open"
workload="perl -MTime::HiRes=time -e '
	my (\$n, \$t) = ($events, time);
	for (1 .. \$n) { open(my \$f, \"<\", \"/etc/passwd\") or die; close \$f; }
	printf \"%d\n\", (time - \$t) * 1e9 / \$n;'"
./failinject -d 0.01 -e EIO --path /nowhere/ security_file_open >/dev/null 2>&1 || [ $? -ne 4 ] ||
	measure() { echo "17-fmod-ret: this kernel takes no fmod_ret programs, so there is nothing to measure"; }
