#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: -e ENOSPC --path /tmp/failinject-demo/ security_file_open
# Write a file where that fails, and one where it does not.
mkdir -p /tmp/failinject-demo
cp /etc/hostname /tmp/failinject-demo/copy
cat /etc/hostname >/tmp/failinject-demo/other
cp /etc/hostname /tmp/failinject-demo.copy && echo "the copy elsewhere is there"
rm -r /tmp/failinject-demo /tmp/failinject-demo.copy
