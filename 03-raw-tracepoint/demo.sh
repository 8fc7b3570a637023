#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Calls in known numbers (1000 getppid, 500 close that fail, 3 nanosleep of 20 ms), and a copy
# byte by byte: 20000 read and 20000 write.
./calls mixed >/dev/null
dd if=/dev/zero of=/dev/null bs=1 count=20000 2>/dev/null
