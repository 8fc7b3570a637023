#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Execute some programs: from this shell, from another one, and one that becomes another.
cat /etc/hostname >/dev/null
sh -c 'sleep 0; date >/dev/null'
exec env true
