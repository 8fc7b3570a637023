#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A program that computes for two seconds, and one that keeps the kernel busy for one.
./burn cpu 2
./burn calls 1
