#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: -s 2 rounds rounds:[ms]*
# Let a program of ours, which has three probes, come by them.
./rounds 3 >/dev/null
