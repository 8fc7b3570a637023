# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Datagrams of 64 bytes over a veth pair, to a port that is rewritten on arrival; the packet for
# BPF_PROG_TEST_RUN is a TCP segment to such a port. No packaged tool does the same.
events=${EVENTS:-100000}
veth=1
tool="$b ./portmap -i veth 9:80 80:9"
workload="$a ../bench/.output/workload send 10.99.0.2 $events"
packet=02000000000202000000000108004500003200000000400600000a0102030a63000204d200090000000000000000500220000000$(printf %024d 0)
helpers="hash_lookup csum_replace skb_store_bytes"
