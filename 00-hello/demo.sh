#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Execute some programs.
date
cat /etc/hostname
uname -r
env true
