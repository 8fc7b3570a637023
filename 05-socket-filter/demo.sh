#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Some DNS questions and answers between two addresses of the loopback interface; dnstalk is both ends.
./dnstalk -s 127.0.0.77 -w 5 www.example.com >/dev/null
./dnstalk -s 127.0.0.77 -w 40 -t 15 example.com >/dev/null
./dnstalk -s 127.0.0.77 -r 3 no-such-name.example.com >/dev/null
./dnstalk -s 127.0.0.77 -q 2 -w 120 -r 2 broken.example.net >/dev/null
./dnstalk -s 127.0.0.77 -a 0 -t 28 no-answer.example.org >/dev/null
if [ -e /proc/sys/net/ipv6 ] && [ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6)" = 0 ]; then
	./dnstalk -c ::1 -s ::1 -t 12 1.0.0.127.in-addr.arpa >/dev/null
fi
