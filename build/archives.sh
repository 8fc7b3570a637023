#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/archives.sh CC LIB...: print what a static tool that uses these (-lNAME, or a file) is
# linked with: them, and what they need in turn, as pkg-config knows. If there is no archive of
# one, it is named, with status 1.
set -eu

cc=$1
shift
packages=
for lib; do
	case $lib in
	-lz) packages="$packages zlib" ;;
	-l*) ! pkg-config --exists "lib${lib#-l}" || packages="$packages lib${lib#-l}" ;;
	esac
done
set -- "$@" $(pkg-config --static --libs $packages)

missing=
for lib in "$@" -lc; do
	archive=lib${lib#-l}.a
	case $lib in # what $cc does not find it prints as it is
	-l*) [ "$($cc -print-file-name="$archive")" != "$archive" ] || missing="$missing $archive" ;;
	esac
done
[ -z "$missing" ] || {
	echo "archives.sh: STATIC=1 needs archives that are not here:$missing" >&2
	exit 1
}
echo "$@"
