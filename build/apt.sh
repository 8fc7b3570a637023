#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/apt.sh SUITE... -- COMMAND ARG...
#
# Run an apt command that sees the named suites and no others, from a private
# directory: the system's own list of sources stays as it is, and every package is
# checked against the distribution's keyring as always. A suite "src:NAME" is for
# source packages; "system" stands for all that this machine's apt knows already.
# Works as an ordinary user, who may download but not install:
#
#     build/apt.sh bookworm-backports -- apt-get download qemu-system-x86
#     build/apt.sh src:unstable -- apt-get source --download-only libbpf
#
# The mirror is the one this machine's apt uses. Three variables change what is done:
#   DEBIAN_MIRROR=URL  take Debian's suites from there (needed where apt's own mirror
#                      is not Debian's, for example to boot Debian's kernels on Ubuntu)
#   HELLO_LIBBPF_CACHE=DIR  keep the lists and downloads there rather than
#                      in ~/.cache/hello-libbpf
#   APT_ARCH=ARCH      see the packages of that architecture (arm64), to download them
set -eu

fail() {
	echo "apt.sh: $1" >&2
	exit 1
}

. "$(dirname "$0")/cache.sh"
arch=${APT_ARCH:-}
command -v apt-get >/dev/null || fail "this needs apt-get (Debian or Ubuntu)"

suites='' system=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	[ "$1" = system ] && system=1 || suites="$suites $1"
	shift
done
[ $# -ge 2 ] && [ -n "$suites" ] || fail "usage: build/apt.sh SUITE... -- COMMAND ARG..."
shift

# The address that the machine's apt fetches from, of the archive that calls itself $1.
# Before the first apt-get update only the address itself can tell which archive it is.
mirror() {
	{
		apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Label: $1"
		apt-get indextargets --no-release-info --format '$(REPO_URI)' \
			"Created-By: Packages" | grep -i "/$1/*$"
	} 2>/dev/null | head -n 1
}

name=Debian
case $suites in
*" src:devel"*) name=Ubuntu ;;
esac
if [ -n "${DEBIAN_MIRROR:-}" ] && [ $name = Debian ]; then
	uri=$DEBIAN_MIRROR
else
	uri=$(mirror $name)
fi
[ -n "$uri" ] || fail "this machine's apt knows no $name mirror to take$suites from;\
 run apt-get update, or set DEBIAN_MIRROR to the address of a Debian mirror"
keyring=/usr/share/keyrings/$(echo $name | tr DU du)-archive-keyring
[ -r "$keyring.gpg" ] || fail "no $keyring.gpg to check signatures with;\
 install the package ${keyring##*/}"

# Suites that are used together share one set of lists, so that "newest" has one meaning.
dir=$cache/apt/$(printf '%s' "${suites# }${system:+ system}${arch:+ $arch}" | tr ' :' '+-')
mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" ||
	fail "cannot write to $cache; HELLO_LIBBPF_CACHE=DIR names another place"

sources=$(for suite in $suites; do
	case $suite in
	src:*) kind=deb-src suite=${suite#src:} ;;
	*) kind=deb ;;
	esac
	echo "$kind [${arch:+arch=$arch }signed-by=$keyring.gpg] $uri $suite main"
done)

# One at a time here, so that two that start at once do not both fetch the lists.
exec 9>"$dir/lock"
command -v flock >/dev/null && flock 9

if [ "$sources" != "$(cat "$dir/sources.list" 2>/dev/null)" ]; then
	echo "$sources" >"$dir/sources.list"
	rm -f "$dir/updated"
fi

parts=/dev/null preferences=/dev/null
if [ -n "$system" ]; then
	parts=$dir/sources.list.d preferences=/etc/apt/preferences.d
	rm -rf "$parts"
	mkdir "$parts"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[ ! -f "$file" ] || ln -s "$file" "$parts/"
	done
fi

cat >"$dir/apt.conf" <<END
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "$parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$preferences";
Dir::State::lists "$dir/lists";
Dir::Cache "$dir/cache";
APT::Sandbox::User "root";
${arch:+APT::Architectures:: "$arch";}
END
export APT_CONFIG="$dir/apt.conf"

# A day-old list is good enough to find the newest kernel of a series.
if [ -z "$(find "$dir/updated" -mtime -1 2>/dev/null)" ]; then
	log=$(apt-get -q -o APT::Update::Error-Mode=any update 2>&1) ||
		fail "cannot fetch the lists of$suites:
$log"
	touch "$dir/updated"
fi

exec 9>&-
exec "$@"
