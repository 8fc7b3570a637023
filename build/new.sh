#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/new.sh NAME [FROM [DIR]]: begin a tool of your own, called NAME, as a copy of the example
# FROM (02-tracepoint) in the new directory DIR (../NAME). It uses build/, common/, headers/
# and vmlinux/ of this checkout; with STANDALONE=1 in the environment it gets a copy of these, and needs this
# checkout no more.
set -eu

fail() {
	echo "new: $1" >&2
	exit "${2:-1}"
}

suite=$(cd "$(dirname "$0")/.." && pwd)
name=${1-} from=${2:-02-tracepoint}
case $name in
'') fail "what is it to be called? make new NAME=mytool [FROM=02-tracepoint] [DIR=../mytool]" 2 ;;
[!a-z]* | *[!a-z0-9_]*) fail "NAME becomes part of C names: a-z, then a-z, 0-9 and _, not '$name'" 2 ;;
esac
dir=${3:-$suite/../$name}
from=${from%/}
[ -e "$suite/$from/Makefile" ] || fail "there is no example '$from'" 2
[ ! -e "$dir" ] || fail "$dir exists already"
tool=$(sed -n 's/^EXAMPLE *:= *//p' "$suite/$from/Makefile")

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if [ -n "${STANDALONE:-}" ]; then
	place=.
	cp -r "$suite/build" "$suite/common" "$suite/headers" "$suite/vmlinux" "$suite/LICENSE" "$dir/"
	rm -rf "$dir/common/.output"
	mkdir "$dir/tests"
	cp "$suite/tests/lib.sh" "$dir/tests/"
else
	place=$(realpath --relative-to="$dir" "$suite")
fi

# All but what was built: binaries have no extension, and .output is a directory.
cd "$suite/$from"
upper=$(echo "$tool" | tr a-z A-Z) new_upper=$(echo "$name" | tr a-z A-Z)
for file in Makefile *.*; do
	[ -f "$file" ] && [ "$file" != README.md ] || continue
	new=$(echo "$file" | sed "s/^$tool\./$name./")
	sed -e "s/\<$tool\>/$name/g; s/\<${tool}_bpf/${name}_bpf/g; s/\<${upper}_H\>/${new_upper}_H/g" \
		-e "s,^include \.\./common/,include $place/common/," \
		-e "s,^\. \.\./tests/,. $place/tests/," "$file" >"$dir/$new"
	[ ! -x "$file" ] || chmod +x "$dir/$new"
done
{
	printf '# %s\n\nMade from %s of hello-libbpf. `make` builds it, `make run` runs it with its demo, and\n' "$name" "$from"
	printf '`make test` tests it (the last two with sudo).\n\n'
	sed -n '/^## Change this first/,$p' README.md | sed "s/\<$tool\>/$name/g"
	printf '\nThen `demo.sh`, which makes something happen that it shows, and `test.sh`, which says what that is.\n'
} >"$dir/README.md"
echo "new: $dir/README.md says what to change first"
