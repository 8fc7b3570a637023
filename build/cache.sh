# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# To be sourced: sets $cache to the directory where what is fetched or built once is kept, for all
# checkouts. Services and CI often have no HOME.
# shellcheck shell=sh disable=SC2034 # for those who source this
cache=${HELLO_LIBBPF_CACHE:-${XDG_CACHE_HOME:-${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}/.cache}/hello-libbpf}
