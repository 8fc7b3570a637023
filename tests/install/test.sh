#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# make install, make uninstall and STATIC=1: what they put where, and what they leave alone.
#
# reads: Makefile README.md build packaging common headers vmlinux 02-tracepoint 05-socket-filter 07-xdp 09-perf-event 19-lsm
. ../lib.sh
root=$(cd ../.. && pwd)

# copy_of EXAMPLE...: these, and what they need, as $T/tree, with what was built of them.
copy_of() {
	mkdir "$T/tree"
	(cd "$root" && tar cf - Makefile README.md build packaging common headers vmlinux "$@") | tar xf - -C "$T/tree"
	cd "$T/tree"
	make >"$T/make" 2>&1 || fail "$(tail "$T/make")"
}

# install_to DESTDIR [VARIABLE=VALUE...]
install_to() {
	to=$1
	shift
	make install DESTDIR="$to" "$@" >"$T/make" 2>&1 || fail "$(tail "$T/make")"
}

# files DIR: the files and links in it, one a line
files() {
	(cd "$1" && find . ! -type d | sort)
}

# completes WORD... : what bash completes the last WORD with, whose first is a tool of $T/to
completes() {
	bash -c '. "$1/share/bash-completion/completions/$2" && shift && COMP_WORDS=("$@") &&
		COMP_CWORD=$(($# - 1)) && { _hello_libbpf_"$1"; printf "%s\n" "${COMPREPLY[@]}"; }' \
		- "$T/to/usr/local" "$@" >"$T/replies" 2>"$T/stderr" || fail "$*: $(cat "$T/stderr")"
	[ ! -s "$T/stderr" ] || fail "$*: $(cat "$T/stderr")"
}

# offers REPLY: the last of them is among that
offers() {
	grep -qxF -e "$1" "$T/replies" || fail "no $1 among the completions:" $(head -n 20 "$T/replies")
}

test_each_tool_is_installed_with_its_page_and_completion_and_uninstalled() {
	need help2man
	cd "$root"
	install_to "$T/a root" PREFIX="/opt/my tools"
	for makefile in [0-9][0-9]-*/Makefile; do
		tool=$(sed -n 's/^EXAMPLE *:= *//p' "$makefile")
		for file in "bin/$tool" "share/man/man8/$tool.8" "share/bash-completion/completions/$tool" \
			"share/zsh/site-functions/_$tool" "share/fish/vendor_completions.d/$tool.fish"; do
			echo "./opt/my tools/$file"
		done
		to=$T/a\ root/opt/my\ tools/share
		grep -q "^$tool .- ." "$to/man/man8/$tool.8" || fail "$tool: the page has no NAME"
		for option in duration d json help; do
			grep -q "'.*-$option .*'" "$to/bash-completion/completions/$tool" &&
				grep -q "complete -c $tool .*$option" "$to/fish/vendor_completions.d/$tool.fish" &&
				grep -q -e "-${option}[=+[]" "$to/zsh/site-functions/_$tool" ||
				fail "$tool: no completion of $option"
		done
	done >"$T/expected"
	files "$T/a root" | grep -v '/share/hello-libbpf/' >"$T/is"
	sort "$T/expected" | diff - "$T/is" || fail "not the files that should be there"
	! grep -rF -e "$root" -e "$T" "$to/man" "$to/fish" "$to/zsh" "$to/bash-completion" ||
		fail "paths of this machine"
	make uninstall DESTDIR="$T/a root" PREFIX="/opt/my tools" >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	[ -z "$(ls -A "$T/a root")" ] || fail "it left: $(find "$T/a root")"
}

test_the_pages_are_well_formed_and_say_what_help_says() {
	need help2man
	need mandoc
	copy_of 02-tracepoint 07-xdp
	install_to "$T/to" SOURCE_DATE_EPOCH=86400
	cd "$T/to/usr/local/share/man/man8"
	mandoc -T lint -W style ./*.8 >"$T/lint" || fail "$(cat "$T/lint")"
	mandoc -T ascii -O width=200 xdpblock.8 | col -bx >"$T/page"
	for line in 'XDPBLOCK(8) .*' ' *xdpblock - .*' ' *xdpblock \[OPTION\.\.\.\] add CIDR\.\.\.' \
		' *-i, --interface=IFACE' '   All tools' ' *-d, --duration=SECONDS' 'EXIT STATUS' \
		' *2  *wrong usage' ' *sudo xdpblock list' '.*opensnoop(8)' 'hello-libbpf [0-9.]* *1970-01-02 .*'; do
		grep -qx -e "$line" "$T/page" || fail "the page has no line like: $line
$(cat "$T/page")"
	done
}

test_the_same_sources_give_the_same_files() {
	need help2man
	copy_of 02-tracepoint
	install_to "$T/to"
	(cd .. && cp -a tree again)
	cd ../again
	TZ=Pacific/Auckland LANG=de_DE.UTF-8 COLUMNS=40 ARGP_HELP_FMT=rmargin=50 make install \
		DESTDIR="$T/to again" >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	diff -r "$T/to" "$T/to again" || fail "they differ"
}

test_bash_completes() {
	copy_of 05-socket-filter 07-xdp 09-perf-event 19-lsm
	install_to "$T/to"
	completes dnssnoop -
	offers -d
	offers --duration
	offers '-?'
	completes dnssnoop --dur
	[ "$(cat "$T/replies")" = --duration ] || fail "not just --duration"
	completes dnssnoop --duration ''
	[ -z "$(cat "$T/replies")" ] || fail "SECONDS completes to $(cat "$T/replies")"
	completes dnssnoop -x -i l
	offers lo
	completes xdpblock --interface = l
	offers lo
	completes xdpblock -i lo li
	offers list
	completes xdpblock add ''
	! grep . "$T/replies" || fail "a CIDR completes to that"
	completes profile -p $$
	offers $$
	cd "$T"
	echo >'two words.svg'
	completes profile --flame = two
	offers 'two words.svg'
	completes fileguard -e /etc/none "$T/two"
	offers "$T/two words.svg"
}

test_zsh_and_fish_take_the_completion() {
	shells=
	for shell in zsh fish; do
		! command -v $shell >/dev/null || shells="$shells $shell"
	done
	[ "$shells" ] || skip "there is neither zsh nor fish"
	copy_of 07-xdp 09-perf-event
	install_to "$T/to"
	for shell in $shells; do
		for file in "$T/to/usr/local/share/$shell"/*/*; do
			$shell -n "$file" || fail "$file"
		done
	done
	if command -v zsh >/dev/null; then
		zsh -f -c '_arguments() { printf "%s\n" "$@" }; . $1; . $2' - \
			"$T/to/usr/local/share/zsh/site-functions/_profile" \
			"$T/to/usr/local/share/zsh/site-functions/_xdpblock" >"$T/replies"
		offers "*-K[Show the kernel's stacks only]"
		offers '*--pid=[Only the process PID, with all its threads]:PID:_pids'
		offers '1: :(run add del list)'
	fi
	if command -v fish >/dev/null; then
		export HOME="$T" XDG_DATA_DIRS="$T/to/usr/local/share" PATH="$T/to/usr/local/bin:$PATH"
		fish -c "complete -C 'profile --ker'; complete -C 'xdpblock -i lo li'" >"$T/replies"
		offers "--kernel-stacks-only	Show the kernel's stacks only"
		offers list
	fi
}

test_the_file_of_somebody_else_stays() {
	copy_of 02-tracepoint
	mkdir -p "$T/to/usr/local/bin"
	echo theirs >"$T/to/usr/local/bin/opensnoop"
	exits 2 make install DESTDIR="$T/to"
	says "^install: $T/to/usr/local/bin/opensnoop is not from here, and stays$"
	[ "$(files "$T/to")" = ./usr/local/bin/opensnoop ] || fail "it installed: $(files "$T/to")"

	install_to "$T/to" PROGRAM_PREFIX=hl-
	"$T/to/usr/local/bin/hl-opensnoop" --help | grep -q '^Usage: hl-opensnoop ' || fail "--help"
	grep -q '^_hello_libbpf_hl-opensnoop()' "$T/to/usr/local/share/bash-completion/completions/hl-opensnoop"
	make uninstall DESTDIR="$T/to" >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	[ "$(files "$T/to")" = ./usr/local/bin/opensnoop ] || fail "it left: $(files "$T/to")"
	[ "$(cat "$T/to/usr/local/bin/opensnoop")" = theirs ] || fail "it was changed"

	exits 2 make uninstall DESTDIR="$T/to"
	says '^install: nothing from here is installed below '
}

test_installing_again_replaces_and_what_was_changed_since_stays() {
	copy_of 02-tracepoint 07-xdp
	install_to "$T/to"
	rm -r 07-xdp
	install_to "$T/to"
	! files "$T/to" | grep xdpblock || fail "an example that is no more has left these"
	rm "$T/to/usr/local/bin/opensnoop"
	ln -s /bin/true "$T/to/usr/local/bin/opensnoop"
	exits 0 make uninstall DESTDIR="$T/to"
	says "^install: stays, as it is not what was installed: $T/to/usr/local/bin/opensnoop$"
	[ "$(files "$T/to")" = ./usr/local/bin/opensnoop ] || fail "it left: $(files "$T/to")"
}

test_without_help2man_there_are_no_pages_and_it_says_so() {
	copy_of 02-tracepoint
	mkdir "$T/bin"
	ln -s /usr/bin/* /bin/* "$T/bin/" 2>/dev/null || :
	rm -f "$T/bin/help2man"
	PATH=$T/bin exits 0 make install DESTDIR="$T/to"
	says '^install: no man pages, as there is no help2man'
	[ -x "$T/to/usr/local/bin/opensnoop" ] && [ ! -e "$T/to/usr/local/share/man" ] || fail "$(files "$T/to")"
}

test_root_leaves_nothing_of_its_own_in_the_checkout_of_another() {
	copy_of 02-tracepoint
	make clean >/dev/null
	# The libbpf that was built for root, if any, is where others may not look.
	mkdir "$T/cache"
	. build/cache.sh
	[ ! -d "$cache/libbpf" ] || cp -r "$cache/libbpf" "$T/cache/"
	chown -R 65534:65534 . "$T/cache"
	install_to "$T/to" HELLO_LIBBPF_CACHE="$T/cache"
	others=$(find . ! -user 65534)
	[ -z "$others" ] || fail "of root: $others"
	[ -e .output/install/bin/opensnoop ] || fail "nothing was made here"
	others=$(find "$T/to" ! -user 0)
	[ -z "$others" ] || fail "not of root: $others"
}

# is_static FILE: it names no dynamic loader, and no library
is_static() {
	LC_ALL=C readelf -l -d "$1" >"$T/elf"
	! grep -qE 'INTERP|NEEDED' "$T/elf"
}

test_STATIC_1_links_anew_and_the_tools_need_nothing_else() {
	copy_of 02-tracepoint 05-socket-filter 09-perf-event
	! is_static 02-tracepoint/opensnoop || fail "it is static without STATIC=1"
	make STATIC=1 >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	[ "$(cat "$T/make")" = '  LINK  02-tracepoint/opensnoop
  LINK  05-socket-filter/dnssnoop
  LINK  09-perf-event/profile' ] || fail "not just three links: $(cat "$T/make")"
	mkdir "$T/root" "$T/root/proc" "$T/root/sys"
	cp 02-tracepoint/opensnoop 05-socket-filter/dnssnoop 09-perf-event/profile "$T/root/"
	for tool in opensnoop dnssnoop profile; do
		is_static "$T/root/$tool" || fail "$tool: $(cat "$T/elf")"
		exits 0 unshare -m sh -c 'mount --rbind /proc "$1/proc" && mount --rbind /sys "$1/sys" &&
			exec chroot "$1" "/$2" -d 0.1' - "$T/root" "$tool"
		says "^$tool: attached to "
	done
	[ -z "$(make STATIC=1)" ] || fail "it links although there is nothing to do"
	make 02-tracepoint >"$T/make" 2>&1 || fail "$(cat "$T/make")"
	! is_static 02-tracepoint/opensnoop || fail "still static after make without STATIC=1"
}

test_an_archive_that_is_missing_is_named() {
	copy_of 02-tracepoint
	mkdir "$T/pc"
	printf 'Name: libelf\nDescription: -\nVersion: 1\nLibs: -lelf\nLibs.private: -lnowhere\n' >"$T/pc/libelf.pc"
	PKG_CONFIG_PATH=$T/pc exits 2 make STATIC=1
	says '^archives.sh: STATIC=1 needs archives that are not here: libnowhere.a$'
}

run_tests
