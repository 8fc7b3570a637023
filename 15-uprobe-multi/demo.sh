#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# run with: -L .output/libtwenty.so
# Let a program of ours call functions of its library: some often, one slow, one that calls itself.
./caller 1
./caller sleep 3 20
./caller recurse 4
