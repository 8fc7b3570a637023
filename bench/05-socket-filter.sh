# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Questions and answers over the loopback interface, as fast as one process can be both ends; the
# ns are those of a pair. libbpf-tools has no tool for DNS (gethostlatency times getaddrinfo() in the
# client), so the peer of a packet is the empty filter: see 05-socket-filter/packets cost.
events=100000
tool="./dnssnoop"
peer=""
workload="./dnstalk -k $events www.example.com | cut -d ' ' -f 2"
