#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# packaging/install.sh install TREE: put the files of the directory TREE below $DESTDIR$PREFIX
# (PREFIX is /usr/local if the environment does not say), in place of what an earlier install put
# there. A file of somebody else is not replaced: it is named, and nothing is installed.
#
# packaging/install.sh uninstall: remove what install put there, and nothing else. It is recorded in
# share/hello-libbpf/ below PREFIX: the files with their checksums, and the directories made.
set -eu

prefix=${PREFIX:-/usr/local}
root=${DESTDIR:-}${prefix%/}
record=$root/share/hello-libbpf

fail() {
	echo "install: $1" >&2
	exit 1
}

case $prefix in
/*) ;;
*) fail "PREFIX must begin with a slash, not be '$prefix'" ;;
esac

# has FILE SUM: is FILE below $root what it was when it had the checksum SUM?
has() {
	[ ! -h "$root/$1" ] && [ "$(sha256sum <"$root/$1")" = "$2  -" ]
}

# Directory $1, below $DESTDIR, and those that lead to it.
make_directory() {
	[ -n "$1" ] && [ ! -d "${DESTDIR:-}$1" ] || return 0
	make_directory "${1%/*}"
	mkdir -m 755 "${DESTDIR:-}$1" || fail "cannot install below $root"
	made="$1
$made"
}

remove() {
	while read -r sum file; do
		[ -e "$root/$file" ] || [ -h "$root/$file" ] || continue
		if has "$file" "$sum"; then
			rm -f "$root/$file"
		else
			echo "install: stays, as it is not what was installed: $root/$file" >&2
		fi
	done <"$record/files"
	directories=$(cat "$record/directories")
	rm "$record/files" "$record/directories"
	echo "$directories" | while IFS= read -r dir; do
		[ -z "$dir" ] || rmdir "${DESTDIR:-}$dir" 2>/dev/null || :
	done
}

install_tree() {
	tree=$1
	files=$(cd "$tree" && find . -type f | sort | cut -c 3-)
	for file in $files; do
		[ -e "$root/$file" ] || [ -h "$root/$file" ] || continue
		sum=$(awk -v file="$file" '$2 == file { print $1 }' "$record/files" 2>/dev/null) || :
		has "$file" "${sum:-none}" || fail "$root/$file is not from here, and stays
  hint: PROGRAM_PREFIX=hl- puts that before the tools' names; PREFIX=DIR installs elsewhere"
	done
	[ ! -e "$record/files" ] || remove

	made=
	umask 022
	[ -z "${DESTDIR:-}" ] || mkdir -p "$DESTDIR"
	make_directory "${record#"${DESTDIR:-}"}"
	for dir in $(dirname $files | sort -u); do
		make_directory "${root#"${DESTDIR:-}"}/$dir"
	done
	echo "$made" >"$record/directories"
	(cd "$tree" && sha256sum $files) >"$record/files" # first: what is there half can be removed
	for file in $files; do
		mode=644
		case $file in
		bin/*) mode=755 ;;
		esac
		install -m $mode "$tree/$file" "$root/$file"
	done
	echo "install: $(ls "$tree/bin" | wc -l) tools in $root/bin"
}

case ${1-} in
install) install_tree "$2" ;;
uninstall)
	[ -e "$record/files" ] || fail "nothing from here is installed below $root"
	remove
	;;
esac
