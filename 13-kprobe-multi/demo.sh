#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: -L vfs_*
# Make and remove files, and read some.
file=$(mktemp)
./calls unlink 100 "$file"
cat /etc/passwd /proc/stat >/dev/null
