#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Block some of loopback's addresses while the tool runs there, and let packets come from them.
three_pings() {
	timeout 5 ping -q -c 3 -i 0.2 -W 0.2 "$@"
}
./xdpblock -i lo add 127.0.0.9 127.66.0.0/16
three_pings 127.0.0.1               # answered
three_pings 127.0.0.9               # the answers come from 127.0.0.9: dropped
three_pings -I 127.66.0.1 127.0.0.1 # the questions do
./xdpblock -i lo list
./xdpblock -i lo del 127.66.0.0/16
three_pings -I 127.66.0.1 127.0.0.1 # answered again
