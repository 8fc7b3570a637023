#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Ask whether a process is there, stop, continue and end it; and signal one that is gone.
sleep 100 &
kill -0 $!
kill -STOP $!
kill -CONT $!
./killcalls tgkill $! 28 >/dev/null
./killcalls 32 kill $! 28 >/dev/null 2>&1 || :
kill -TERM $!
wait $! || :
kill -KILL $! 2>/dev/null || :
