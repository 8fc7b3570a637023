#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: ss -I 1
# Have some sockets for as long as it takes to look at them.
{ sleep "${DEMO_PAUSE:-2}"; } | ./sockets >/dev/null
