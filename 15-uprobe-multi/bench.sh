# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Calls of a function that does nothing, as fast as one process can, each of them timed. bcc's
# funclatency makes a histogram of one function's times.
events=${EVENTS:-30000}
tool="./libcalls -L .output/libtwenty.so twenty_1"
peer="/usr/sbin/funclatency $PWD/.output/libtwenty.so:twenty_1"
workload="./caller flood $events"
helpers="ktime*2"
