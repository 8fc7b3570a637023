#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: -e ENOSPC --path /run/failinject-demo/ security_file_open
# Write a file where that fails, and one where it does not. In /run, where only root can make
# anything: root must not write to a name in /tmp that another user can turn into a link.
mkdir -p /run/failinject-demo
cp /etc/hostname /run/failinject-demo/copy
cat /etc/hostname >/run/failinject-demo/other
cp /etc/hostname /run/failinject-demo.copy && echo "the copy elsewhere is there"
rm -r /run/failinject-demo /run/failinject-demo.copy
