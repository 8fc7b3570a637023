# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Datagrams of 64 bytes over loopback in one process; each is two packets, one sent and one
# received, and each packet runs two programs. No packaged tool does the same work as a peer:
# bpftrace has no cgroup_skb programs, and systemd's IPAccounting= is no command.
events=200000
tool="./cgnet"
workload="./talk flood 127.0.0.1 $events"
