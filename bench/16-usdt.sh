# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A probe with two arguments, as fast as one process can come by it; the output goes to a file. No
# tool is packaged that does the same: those of libbpf-tools that use USDT do so for Java only.
events=100000
tool="./usdtsnoop ./rounds rounds:begin"
workload="./rounds flood $events"
