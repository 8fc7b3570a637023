#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Connect to a port that listens, to one that does not, to nowhere, and to one that does not answer
# at once: first with patience, then without.
./connectcalls open 4 6 4n >/dev/null
./connectcalls closed 4 6n >/dev/null
./connectcalls to 255.255.255.255 4 >/dev/null
./connectcalls slow 4 300 >/dev/null
./connectcalls leave 4n 300 >/dev/null
./connectcalls forbidden >/dev/null 2>&1 || :
