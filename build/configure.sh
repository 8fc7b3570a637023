#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/configure.sh: find what the build needs, and print it as makefile variables. make runs
# this once, into common/.output/config.mk; `make clean` forgets it. CLANG, BPFTOOL and
# LIBBPF_SRC, on make's command line or in the environment, say what to take.
set -eu
cd "$(dirname "$0")"

fail() {
	echo "configure: $1" >&2
	echo "  hint: ./setup.sh installs what the build needs" >&2
	exit 1
}

# ---- clang: 14 is the oldest that the examples are built and tested with ----
clang=${CLANG:-}
if [ -z "$clang" ]; then
	for name in clang-14 clang-15 clang-16 clang-17 clang-18 clang-19 clang-20 clang-21 clang-22 clang; do
		! command -v $name >/dev/null || clang=$name # the last one found
	done
fi
command -v "${clang:=clang}" >/dev/null || fail "there is no $clang"
major=$(echo __clang_major__ | $clang -E -P -x c -)
[ "$major" -ge 14 ] || fail "$clang is version $major; 14 or later is needed"
$clang --print-targets | grep -q '^ *bpf ' || fail "$clang was built without the bpf target"
strip=$($clang -print-prog-name=llvm-strip)
command -v "$strip" >/dev/null || fail "there is no llvm-strip beside $clang"

# ---- bpftool: in sbin, which is not in everybody's PATH; Ubuntu's /usr/sbin/bpftool is a
# wrapper that wants tools for the very kernel that runs, though any version does ----
bpftool=${BPFTOOL:-}
if [ -z "$bpftool" ]; then
	PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	for path in "$(command -v bpftool)" $(ls -r /usr/lib/linux-tools*/*/bpftool 2>/dev/null); do
		[ -n "$path" ] && "$path" version >/dev/null 2>&1 && bpftool=$path && break
	done
fi
[ -n "$bpftool" ] || fail "there is no bpftool that works"
version=$("$bpftool" version | sed -n 's/^bpftool v//p')
case $version in
"") fail "$bpftool is no bpftool that works" ;;
[0-6].* | 7.[0-3].*) fail "$bpftool is version $version; 7.4 or later is needed" ;;
esac

case $(uname -m) in
x86_64) arch=x86 ;;
aarch64) arch=arm64 ;;
*) arch=$(uname -m) ;;
esac
[ -e "../vmlinux/$arch/vmlinux.h" ] ||
	fail "there is no vmlinux/$arch/vmlinux.h; vmlinux/generate.sh running makes one"

cat <<END
# Made by configure.sh; make clean removes it.
CLANG      ?= $clang
LLVM_STRIP ?= $strip
BPFTOOL    ?= $bpftool
ARCH       ?= $arch
# As people who build kernels have it in their environment.
override ARCH := \$(patsubst x86_64,x86,\$(patsubst aarch64,arm64,\$(ARCH)))
MULTIARCH  := $(${CC:-cc} -print-multiarch 2>/dev/null || :)
END
./libbpf.sh
