#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# packaging/stage.sh TREE DIR...: lay out as the new directory TREE what make install installs of the
# examples DIR, which are built: bin/, man pages and completion, made from what each tool's --help
# says. PROGRAM_PREFIX in the environment is put before each tool's name.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$1
shift
export LC_ALL=C
unset ARGP_HELP_FMT

fail() {
	echo "stage.sh: $1" >&2
	exit 1
}

# The pages' date is that of the sources, so that the same sources yield the same pages.
[ -n "${SOURCE_DATE_EPOCH:-}" ] ||
	SOURCE_DATE_EPOCH=$(git -C "$here" log -1 --format=%ct 2>/dev/null ||
		stat -c %Y "$here"/../[0-9]*/*.c | sort -n | tail -n 1)
export SOURCE_DATE_EPOCH
date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)

rm -rf "$tree"
mkdir -p "$tree/bin"
for dir; do
	tool=$(sed -n 's/^EXAMPLE *:= *//p' "$dir/Makefile")
	cp "$dir/$tool" "$tree/bin/${PROGRAM_PREFIX:-}$tool"
done

# completions SHELL DIR BEFORE AFTER: a completion for each tool, as DIR/BEFORE(tool)AFTER
completions() {
	mkdir -p "$tree/share/$2"
	for tool in "$tree"/bin/*; do
		"$here/completion.sh" "$1" "$tool" >"$tree/share/$2/$3${tool##*/}$4"
	done
}
completions bash bash-completion/completions '' ''
completions zsh zsh/site-functions _ ''
completions fish fish/vendor_completions.d '' .fish

command -v help2man >/dev/null || {
	echo "install: no man pages, as there is no help2man (./setup.sh installs it)" >&2
	exit 0
}

# What --help does not say: the sections that follow the options. README.md has what is the same for
# all tools, the example's README.md what it is called and how it was run.
exit_status=$(paste -s -d ' ' "$here/../README.md" | grep -o 'Exit status: [^.]*\.') ||
	fail "README.md has no sentence 'Exit status: 0 done, ...'"

# sections DIR TOOL NAME: of the example in DIR, whose TOOL is installed as NAME
sections() {
	echo '[exit status]'
	echo "${exit_status#*: }" | sed 's/, \([0-9]\)/\n\1/g; s/\.$//' |
		sed 's/^\([0-9]*\) /.TP\n.B \1\n/'
	examples=$(sed -n "/^## How the code works/q; s/^\\$ sudo \.\/$2 /sudo $3 /p" "$1/README.md")
	[ -z "$examples" ] || {
		printf '[examples]\n.nf\n'
		echo "$examples" | sed 's/\\/\\e/g; s/-/\\-/g'
		echo .fi
	}
	printf '[see also]\n'
	ls "$tree/bin" | grep -vx -e "$3" | sed 's/.*/.BR & (8),/; $s/,$//'
	printf '.PP\nThe README.md of %s,\n' "${1##*/}"
	echo 'in the sources of hello-libbpf, walks through the code.'
}

# argp lists the options before the text that follows them, and help2man writes a date without a
# day: put the text first, and the whole date.
arrange() {
	awk -v date="$date" '
		/^\.TH / { sub(/"[A-Z][a-z]+ [0-9]+"/, "\"" date "\"") }
		!part && /^\.TP$/ { part = "options" }
		part == "text" && /^\.SH / {
			printf ".SH OPTIONS\n%s", options
			part = "end"
		}
		part == "options" {
			if (/for any corresponding short options/)
				part = "text"
			sub(/^\\-\?,/, "\\fB\\-?\\fR,")
			if (/^\.IP$/) {
				getline
				$0 = sub(/:$/, "") ? ".SS " $0 : ".IP\n" $0
			}
			options = options $0 "\n"
			next
		}
		{ print }'
}

mkdir -p "$tree/share/man/man8"
temp=$(mktemp -d "$tree.XXXXXX") # not in $TMPDIR, which may be root's when this is not run by root
trap 'rm -rf "$temp"' EXIT
for dir; do
	tool=$(sed -n 's/^EXAMPLE *:= *//p' "$dir/Makefile")
	name=${PROGRAM_PREFIX:-}$tool
	program=$tree/bin/$name
	sentence=$(sed -n "1s/^# [^ ]*: $tool, //p" "$dir/README.md")
	[ -n "$sentence" ] || fail "$dir/README.md does not begin '# ${dir##*/}: $tool, SENTENCE'"
	sections "$dir" "$tool" "$name" >"$temp/sections"
	version=$("$program" --version)
	help2man --no-info --section=8 --name="$sentence" --include="$temp/sections" \
		--version-string="$name (${version% *}) ${version##* }" "$program" >"$temp/page"
	arrange <"$temp/page" >"$tree/share/man/man8/$name.8"
done
