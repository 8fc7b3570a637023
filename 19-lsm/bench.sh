# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Files that nobody guards are made and removed: what every unlink() in the system costs while one
# file is guarded. No tool is packaged that does the same.
events=${EVENTS:-100000}
tool="./fileguard hello"
needs="./fileguard -d 0.01 hello"
workload="../bench/.output/workload unlinks $events $T/file"
helpers="task_storage"
