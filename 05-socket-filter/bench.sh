# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Questions and answers over the loopback interface, as fast as one process can be both ends: an event
# is such a pair. libbpf-tools has no tool for DNS (gethostlatency times getaddrinfo() in the client).
# The packet is none of DNS: what all others pay.
kind=stream
events=${EVENTS:-50000}
tool="./dnssnoop"
workload="./dnstalk -k $events www.example.com | cut -d ' ' -f 2"
packet=02000000000202000000000108004500003200000000401100000a0102030a63000204d20009001e0000$(printf %044d 0)
helpers="skb_load_bytes*8 ktime*2 hash_insert_delete hash_lookup ringbuf"
flood="./dnstalk -k 1000000 www.example.com | cut -d ' ' -f 2"
trigger='./dnstalk -k 1 $MARK'
load="./dnstalk -k 100000000 www.example.com"
