#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Three short lives: one ends well, one badly, one by a signal.
/bin/true
/bin/false || :
# shellcheck disable=SC2016 # its own PID
sh -c 'kill -TERM $$' || :
