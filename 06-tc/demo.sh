#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A server on port 18081 of the loopback interface, asked at port 18080 instead.
# run with: -i lo 18080:18081
# after kill -9: tc qdisc del dev lo clsact 2>/dev/null
set -e
./porttest serve tcp 18081 &
trap 'kill $!' EXIT
until ./porttest ask tcp 127.0.0.1 18080 "hello from port 18080" 2>/dev/null; do sleep 0.1; done
./porttest ask tcp ::1 18080 "hello by IPv6"
