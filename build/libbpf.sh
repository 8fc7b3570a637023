#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/libbpf.sh: find or build the libbpf that the tools are linked with, and print as
# makefile variables LIBBPF_CFLAGS, LIBBPF_LIBS and LIBBPF_VERSION. The first of these:
#
#   LIBBPF_SRC=DIR, a source tree of libbpf (relative to the checkout): it is built
#   the system's, if pkg-config finds one that is new enough
#   the one built here before, from the source package below; this needs no network
#   the newest source package of libbpf that Ubuntu, then that Debian has; on Ubuntu, DEBIAN_MIRROR=URL
#   says where Debian's are, and they are checked with the keys of the package debian-archive-keyring
#
# Both kinds of build go to ~/.cache/hello-libbpf (HELLO_LIBBPF_CACHE=DIR: there), for all
# checkouts. Headers and library always come from the same libbpf: usdt.bpf.h of another
# one yields wrong arguments without any error.
set -eu

needed=1.7
top=$(cd "$(dirname "$0")/.." && pwd)

fail() {
	echo "libbpf.sh: $1" >&2
	exit 1
}

# Print the variables for the libbpf installed in directory $1, and end.
use() {
	version=$(sed -n 's/^Version: //p' "$1/lib/pkgconfig/libbpf.pc")
	cat <<-END
		LIBBPF_CFLAGS := -I$1/include
		LIBBPF_LIBS := $1/lib/libbpf.a -lelf -lz
		LIBBPF_VERSION := $version
	END
	exit 0
}

# Is version $1 at least the one that is needed?
is_new_enough() {
	[ "$(printf '%s\n' $needed "$1" | sort -V | head -n 1)" = $needed ]
}

# The version of the source tree $1.
version_of() {
	sed -n 's/^LIBBPF_[A-Z]*_VERSION := \([0-9]*\)$/\1/p' "$1/src/Makefile" | paste -s -d .
}

# Build the source tree $1, which the user knows as $2, install it in directory $3 (or one
# named by its version), and end. It is moved there when it is complete, so that nothing
# half built is ever used.
build() {
	[ -e "$1/src/libbpf.map" ] || fail "$2 is not a source tree of libbpf"
	version=$(version_of "$1")
	is_new_enough "$version" || fail "$2 is version $version; $needed or later is needed"
	echo "building libbpf $version from $2" >&2
	# What was given to the make that started this is not for libbpf.
	(unset MAKEFLAGS MFLAGS MAKELEVEL LDFLAGS CPPFLAGS V &&
		make -C "$1/src" -j "$(nproc)" BUILD_STATIC_ONLY=1 \
			CFLAGS="-O2 -g -ffile-prefix-map=$1=. -ffile-prefix-map=$temp=." \
			OBJDIR="$temp/obj" DESTDIR="$temp/libbpf" PREFIX= LIBDIR=/lib \
			install install_uapi_headers) >"$temp/log" 2>&1 || {
		tail -n 20 "$temp/log" >&2
		fail "cannot build libbpf $version"
	}
	dir=${3:-$cache/$version}
	rm -rf "$dir"
	mv "$temp/libbpf" "$dir"
	use "$dir"
}

if [ -z "${LIBBPF_SRC:-}" ] && pkg-config --atleast-version=$needed libbpf 2>/dev/null; then
	libs="$(pkg-config --variable=libdir libbpf)/libbpf.a -lelf -lz"
	[ -e "${libs%% *}" ] || libs=$(pkg-config --libs libbpf)
	cat <<-END
		LIBBPF_CFLAGS := $(pkg-config --cflags libbpf)
		LIBBPF_LIBS := $libs
		LIBBPF_VERSION := $(pkg-config --modversion libbpf)
	END
	exit 0
fi

# A home may be shared by machines (or containers) whose libraries do not mix.
system=$(. /etc/os-release && echo "$ID${VERSION_ID:-}")-$(uname -m)
. "$top/build/cache.sh"
cache=$cache/libbpf/$system/reproducible
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] ||
	fail "cannot write to $cache; HELLO_LIBBPF_CACHE=DIR names another place"

built() {
	for dir in $(ls -d "$cache"/[0-9]* 2>/dev/null | sort -r -V); do
		! is_new_enough "${dir##*/}" || use "$dir"
	done
}
[ -n "${LIBBPF_SRC:-}" ] || built

# Of two that start at once, the second finds what the first has built.
exec 9>"$cache/lock"
command -v flock >/dev/null && flock 9
[ -n "${LIBBPF_SRC:-}" ] || built

rm -rf "$cache"/.build.* # of one that was killed
temp=$(mktemp -d "$cache/.build.XXXXXX")
trap 'rm -rf "$temp"' EXIT
trap 'exit 1' HUP INT TERM

if [ -n "${LIBBPF_SRC:-}" ]; then
	source=$(cd "$top" && cd "$LIBBPF_SRC" 2>/dev/null && pwd) ||
		fail "LIBBPF_SRC: there is no directory $LIBBPF_SRC"
	build "$source" "LIBBPF_SRC=$LIBBPF_SRC" "$cache/src-$(echo "$source" | cksum | cut -d ' ' -f 1)"
fi

has=$(pkg-config --modversion libbpf 2>/dev/null) && has="the system's is $has" ||
	has="the system has none"
where="; or name a source tree of libbpf with LIBBPF_SRC=DIR"
command -v apt-get >/dev/null ||
	fail "libbpf $needed or later is needed, $has: install it and its headers$where"
command -v dpkg-source >/dev/null ||
	fail "there is no dpkg-source to unpack libbpf's sources with: install dpkg-dev$where"

# Ubuntu's newest is older than Debian's, which is the next to be tried.
suites='src:unstable src:testing'
case $(. /etc/os-release && echo "$ID ${ID_LIKE:-}") in
*ubuntu*) suites="src:devel $suites" ;;
esac
tried=
for suite in $suites; do
	rm -rf "${temp:?}"/*
	if ! (cd "$temp" && "$top/build/apt.sh" "$suite" -- apt-get -q source libbpf) >"$temp/log" 2>&1 9>&-; then
		why=$(grep -m 1 '^E: ' "$temp/log" || tail -n 1 "$temp/log")
		why=${why#E: }
	elif version=$(version_of "$temp"/libbpf-*/) && is_new_enough "$version"; then
		build "$(echo "$temp"/libbpf-*/)" "the distribution's source package"
	else
		why="it has $version"
	fi
	tried="$tried
  ${suite#src:}: ${why#apt.sh: }"
done
fail "no source package of libbpf $needed or later$where. Tried were Debian's or Ubuntu's suites$tried"
