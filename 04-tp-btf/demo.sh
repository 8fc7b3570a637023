#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Two processes that both want the same CPU all the time, and two that only wake each other.
./crowd pingpong 2000 >/dev/null
./crowd hogs 1 >/dev/null
