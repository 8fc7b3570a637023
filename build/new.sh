#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/new.sh NAME [FROM [DIR]]: begin a tool of your own, called NAME, as a copy of the example
# FROM (template) in the new directory DIR (../NAME). It uses build/, common/, headers/, tests/ and
# vmlinux/ of this checkout. With STANDALONE=1 in the environment it gets a copy of these, and no
# longer needs this checkout. Where DIR is NN-topic in this checkout, it is one example more.
#
# The old name becomes the new one where it is a name: in code, in strings, in file names. Comments
# are left alone but for file names: in them the word may be about another tool of that name, or no
# name at all ("a profile").
set -eu

fail() {
	echo "new: $1" >&2
	exit 2
}

suite=$(cd "$(dirname "$0")/.." && pwd)
name=${1-} from=${2:-template}
case $name in
'') fail "what is it to be called? make new NAME=mytool [FROM=02-tracepoint] [DIR=20-mine]" ;;
[!a-z]* | *[!a-z0-9_]*) fail "NAME becomes part of C names: a-z, then a-z, 0-9 and _, not '$name'" ;;
????????????????*) fail "'$name' is too long: the kernel cuts a process's name after 15 characters" ;;
esac
found=$("$suite/build/find.sh" "$from" 2>/dev/null) && [ -e "$suite/$found/Makefile" ] ||
	fail "there is no example '$from'"
from=$found
dir=${3:-$suite/../$name}
tool=$(sed -n 's/^EXAMPLE *:= *//p' "$suite/$from/Makefile")
upper=$(echo "$tool" | tr a-z A-Z) new_upper=$(echo "$name" | tr a-z A-Z)

# ---- Is it a name that works? ----

# Lines that are code, in the sense of the shell and of make.
code() {
	sed '/^[[:space:]]*#/d' "$@"
}
taken() {
	fail "NAME=$name does not work: $1; choose another"
}
words=" auto break case char const continue default do double else enum extern float for goto if
	inline int long register restrict return short signed sizeof static struct switch typedef
	typeof union unsigned void volatile while asm bool true false main
	then elif fi done esac in until exit set shift trap eval exec export local read unset wait "
case $words in
*[[:space:]]"$name"[[:space:]]*) taken "it is a word of C or of the shell" ;;
esac
for makefile in Makefile common/example.mk "$from/Makefile"; do
	! sed -n 's/^\([a-z][a-z -]*\)::\{0,1\}\( .*\)\{0,1\}$/ \1 /p' "$suite/$makefile" | grep -q " $name " ||
		taken "it is a target of $makefile"
done
[ ! -e "$suite/$name" ] || taken "there is a directory '$name'"
other=$("$suite/build/find.sh" "$name" 2>/dev/null) && taken "$other has a tool of that name"
for file in "$suite/$from/$name" "$suite/$from/$name".* "$suite"/common/"$name".h "$suite"/headers/"$name".* \
	"$suite"/vmlinux/*/"$name".h; do
	[ ! -e "$file" ] || taken "there is a ${file#"$suite"/}"
done
for file in "$suite/$from"/*.h "$suite"/common/*.h "$suite"/headers/*.h; do
	! grep -q "^#define ${new_upper}_H$" "$file" || taken "${file#"$suite"/} defines ${new_upper}_H"
done
[ "$name" != bpf ] || taken "linux/bpf_common.h defines BPF_H"
! code "$suite/$from/Makefile" | grep -qw -e "$name" || taken "$from/Makefile makes something of that name"
! code "$suite/$from"/*.sh | grep -qE "^$tool\(\)" ||
	! code "$suite/$from"/*.sh "$suite/tests/lib.sh" | grep -qw -e "$name" ||
	taken "the tests of $from use that word"

# ---- Where to ----

[ ! -e "$dir" ] || fail "$dir exists already"
parent=$(cd "$(dirname "$dir")" 2>/dev/null && pwd) || fail "there is no directory $(dirname "$dir")"
topic=$(basename "$dir")
inside=
if [ "$parent" = "$suite" ]; then
	case $topic in
	[0-9][0-9]-*[!a-z0-9-]*) fail "DIR in this checkout is NN-topic, of a-z, 0-9 and -: 20-mine" ;;
	[0-9][0-9]-?*) inside=1 ;;
	*) fail "DIR in this checkout is NN-topic (20-mine), not '$topic'" ;;
	esac
	[ -z "${STANDALONE:-}" ] || fail "STANDALONE=1 is for a directory outside this checkout"
fi
mkdir "$dir"
dir=$(cd "$dir" && pwd)
if [ -n "${STANDALONE:-}" ]; then
	place=.
	mkdir "$dir/build" "$dir/tests"
	cp -r "$suite/common" "$suite/headers" "$suite/vmlinux" "$suite/LICENSE" "$dir/"
	find "$suite/build" -maxdepth 1 -type f ! -name new.sh ! -name find.sh -exec cp {} "$dir/build/" \;
	find "$suite/tests" -maxdepth 1 -type f ! -name all ! -name keep ! -name mutants ! -name plan \
		! -name exercises ! -name check ! -name copies.sh \
		-exec cp {} "$dir/tests/" \;
	[ ! -d "$suite/tests/kit" ] || cp -r "$suite/tests/kit" "$dir/tests/"
	rm -rf "$dir/common/.output"
else
	place=$(realpath --relative-to="$dir" "$suite")
fi

# ---- The copy ----

# rename KIND: stdin with the new name for the old one. In comments (KIND c: // and /* */; #: lines of
# shell and make; text: everywhere) only file names are replaced, unless they are below a directory.
rename() {
	awk -v kind="$1" -v old="$tool" -v new="$name" -v old_upper="$upper" -v new_upper="$new_upper" '
	# @text with @from as @to where the character before it is none of those in the ERE @before, and
	# the text after it matches the ERE @after.
	function replace(text, from, to, before, after,   result, at, rest) {
		while ((at = index(text, from)) > 0) {
			result = result substr(text, 1, at - 1)
			rest = substr(text, at + length(from))
			result = result (result !~ (before "$") && rest ~ ("^" after) ? to : from)
			text = rest
		}
		return result text
	}
	function in_comment(text) {
		text = replace(text, old "_bpf", new "_bpf", "[A-Za-z0-9_]", "__")
		return replace(text, old, new, "[A-Za-z0-9_/]", "[.](bpf[.]|skel[.])?[ch]([^A-Za-z0-9_]|$)")
	}
	function in_code(text) {
		text = replace(text, old_upper "_H", new_upper "_H", "[A-Za-z0-9_]", "([^A-Za-z0-9_]|$)")
		text = replace(text, old "_bpf", new "_bpf", "[A-Za-z0-9_]", "")
		return replace(text, old, new, "[A-Za-z0-9_]", "([^A-Za-z0-9_]|$)")
	}
	kind == "text" {
		print in_comment($0)
		next
	}
	kind == "#" {
		print /^[ \t]*#/ && !/^# (run with|after kill -9): / ? in_comment($0) : in_code($0)
		next
	}
	{
		line = ""
		text = $0
		while (text != "") {
			if (comment) {
				end = index(text, "*/")
				n = end ? end + 1 : length(text)
				line = line in_comment(substr(text, 1, n))
				comment = !end
			} else if (text ~ /^\/\//) {
				n = length(text)
				line = line in_comment(text)
			} else if (text ~ /^\/\*/) {
				n = 2
				line = line "/*"
				comment = 1
			} else {
				# Up to the next comment; a string is a whole.
				match(text, /^("([^"\\]|\\.)*"|'\''([^'\''\\]|\\.)*'\''|[^"'\''\/]+|.)/)
				n = RLENGTH
				code = code substr(text, 1, n)
				if (n == length(text) || substr(text, n + 1) ~ /^\/[\/*]/) {
					line = line in_code(code)
					code = ""
				}
			}
			text = substr(text, n + 1)
		}
		print line
	}'
}

# All but what was built (programs have no extension, and .output is a directory) and what is graded.
# How it is measured goes only where make bench finds it; it has not got the peer of the old one.
cd "$suite/$from"
for file in Makefile skips *.*; do
	case $file in
	README.md) continue ;;
	bench.sh)
		[ -n "$inside" ] || continue
		kind='#'
		;;
	*.[ch]) kind=c ;;
	*) kind='#' ;;
	esac
	[ -f "$file" ] || continue
	case $file in
	"$tool".*) copy=$name.${file#"$tool".} ;;
	*) copy=$file ;;
	esac
	[ "$file" = bench.sh ] && without='/^peer/d' || without=
	sed -e "$without" "$file" | rename "$kind" | sed -e "s,^include \.\./common/,include $place/common/," \
		-e "s,^\. \.\./tests/,. $place/tests/," >"$dir/$copy"
	[ ! -x "$file" ] || chmod +x "$dir/$copy"
done

# "# 01-kprobe: fsyncsnoop, print the calls that ..."
sentence=$(sed -n "1s/^# [^:]*: $tool, //p" README.md)
{
	printf '# %s: %s, %s\n\nMade from %s of hello-libbpf. ' "$topic" "$name" "$sentence" "$from"
	if [ -n "$inside" ]; then
		cat <<-END
			In the checkout it is one example more: \`make run EXAMPLE=$topic\` runs
			it with its demo, \`make test EXAMPLE=$topic\` tests it, \`make vm-run\` and \`make vm-test\` do the
			same on another kernel, \`make bench\` measures it, \`make docs\` puts it into the tables, and
			\`make install\` installs it.
		END
	else
		cat <<-END
			\`make\` builds it, \`make run\` runs it with its demo, and
			\`make test\` tests it; the last two use sudo.
		END
		[ -n "${STANDALONE:-}" ] || cat <<-END

			From $suite also \`make vm-run EXAMPLE=$dir\` and
			\`make vm-test EXAMPLE=$dir\` work, in a throwaway VM on another kernel. As a directory of that
			checkout (\`make new NAME=$name DIR=20-mine\`) it would also be measured by \`make bench\`, be in the
			tables of \`make docs\`, and be installed by \`make install\`.
		END
	fi
	echo
	sed -n '/^## Change this first/,$p' README.md | rename text | sed "s,\`$tool\`,\`$name\`,g"
} >"$dir/README.md"

if [ -n "$inside" ]; then
	echo "new: $topic is part of this checkout: make run, test, vm-run, vm-test and bench EXAMPLE=$topic"
else
	echo "new: cd $dir && make run"
	echo "new: with DIR=20-mine it would be part of this checkout, for make bench, docs and install, too"
fi
echo "new: $dir/README.md says what to change first"
