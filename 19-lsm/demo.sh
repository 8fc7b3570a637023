#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: --enforce hello
# Try to execute, rename, replace and remove ./hello. Put it back should it be gone.
cp -p hello saved.tmp
touch new-hello.tmp
./hello
mv hello bye.tmp
mv -f new-hello.tmp hello
rm -f hello
rm -f new-hello.tmp bye.tmp
[ -e hello ] && rm saved.tmp || mv saved.tmp hello
