#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Have some files written to disk: as a whole, their data only, a directory, and a pipe, which fails.
dir=$(mktemp -d)
dd if=/dev/zero of="$dir/log" bs=4k count=4 conv=fsync 2>/dev/null
dd if=/dev/zero of="$dir/log" bs=4k count=4 conv=fdatasync 2>/dev/null
sync "$dir/log" "$dir"
: | sync /dev/stdin 2>/dev/null
rm -r "$dir"
