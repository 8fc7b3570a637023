#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Open some files: one that is there, one that is not, one that is made, one that may not be.
export LC_ALL=C # no locale files: they would be most of what is opened
dir=$(mktemp -d)
cat /etc/hostname >/dev/null
cat /etc/no-such-file 2>/dev/null
echo hello >"$dir/hello"
mkdir "$dir/subdirectory"
cat "$dir/hello/not-a-directory" 2>/dev/null
(echo >"$dir/subdirectory") 2>/dev/null
rm -r "$dir"
