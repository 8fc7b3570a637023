# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Files are opened that no rule is for: what every open() in the system costs while some are to fail
# by their path. No tool is packaged that does the same. (bpf_d_path(), without which there is no
# path, can be called nowhere else, and so is not among the helpers.)
events=${EVENTS:-200000}
tool="./failinject -e EIO --path /nowhere/ security_file_open"
needs="./failinject -d 0.01 -e EIO --path /nowhere/ security_file_open"
workload="../bench/.output/workload files $events /etc/passwd"
helpers="pid_tgid"
