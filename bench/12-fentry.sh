# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Connections to a port of the same process, as fast as it can make, accept and close them; the
# output goes to a file. bcc's tcpconnlat prints the same of those that are established.
events=20000
tool="./connlat"
peer="/usr/sbin/tcpconnlat"
workload="./connectcalls flood $events"
./connlat -d 0.01 >/dev/null 2>&1 || [ $? -ne 4 ] ||
	measure() { echo "12-fentry: this kernel takes no fentry programs, so there is nothing to measure"; }
