#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Type some lines into a bash that sits in a terminal of its own, one of them given up with Ctrl-C.
export PS1='demo$ ' TERM=dumb HISTFILE='' KEY_MS=40
./typist "$PS1" 'cd /tmp' 'echo hello | tr a-z A-Z' "$(printf 'rm -r imp\003')" 'exit 0' -- \
	bash --noprofile --norc -i
