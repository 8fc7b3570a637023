#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The build: what is rebuilt when, what it says, and that an example copied out builds. In a
# copy of the tree, so that nothing is touched here.
#
# reads: Makefile build common headers vmlinux 02-tracepoint 16-usdt template tests/Makefile
. ../lib.sh

# copy_tree: the first example and what it needs, as $T/tree, built.
copy_tree() {
	mkdir "$T/tree"
	(cd ../.. && tar cf - --exclude .output Makefile build common headers vmlinux 02-tracepoint) |
		tar xf - -C "$T/tree"
	cd "$T/tree"
	rm -f 02-tracepoint/opensnoop 02-tracepoint/opencalls
	make >"$T/make" 2>&1 || fail "$(tail "$T/make")"
}

# rebuilds FILE STEPS: touching FILE makes just these steps run
rebuilds() {
	sleep 0.01 # so that the file is newer than what was made last
	touch "$1"
	steps=$(make | awk '{ print $1 ":" $2 }' | sed 's/:.*\//:/' | paste -s -d ' ' -)
	[ "$steps" = "$2" ] || fail "touching $1 ran: $steps
rather than: $2"
}

test_each_input_rebuilds_what_depends_on_it_and_no_more() {
	need make
	copy_tree
	loader='CC:opensnoop.c LINK:opensnoop'
	bpf="BPF:opensnoop.bpf.c SKEL:opensnoop.skel.h $loader"
	rebuilds README.md ''
	rebuilds 02-tracepoint/opensnoop.c "$loader"
	rebuilds 02-tracepoint/opensnoop.bpf.c "$bpf"
	rebuilds 02-tracepoint/opensnoop.h "$bpf"
	rebuilds 02-tracepoint/opencalls.c 'CC:opencalls.c'
	rebuilds headers/example.bpf.h "$bpf"
	rebuilds headers/event.h "$bpf"
	rebuilds vmlinux/x86/vmlinux.h "PCH:vmlinux.h $bpf"
	rebuilds common/text.c 'CC:text.c AR:libexample.a LINK:opensnoop CC:opencalls.c'
	rebuilds common/internal.h 'CC:error.c CC:options.c CC:poll.c AR:libexample.a LINK:opensnoop CC:opencalls.c'
	rebuilds common/example.h "CC:demangle.c CC:elf.c CC:error.c CC:json.c CC:ksym.c CC:map.c CC:options.c CC:poll.c \
CC:probe.c CC:target.c CC:text.c AR:libexample.a $loader CC:opencalls.c"
}

# Results of tests are reused where the programs have the same bytes (tests/plan). Here in two directories,
# with libbpf in two others, of one example, one with macros of libbpf, and programs of the tests.
once_the_same_sources_yield_the_same_bytes_wherever_they_are() {
	need make
	mkdir -p "$T/tree/tests" "$T/else/where"
	(cd ../.. && tar cf - --exclude .output Makefile build common headers vmlinux 02-tracepoint 16-usdt \
		tests/Makefile tests/*.c tests/kit) | tar xf - -C "$T/tree"
	make -s -C "$T/tree" clean >/dev/null
	cp -r "$T/tree/." "$T/else/where"
	bytes_of "$T/tree" >"$T/some"
	libbpf=$(sed -n 's/^LIBBPF_LIBS := \(.*\)\/lib\/libbpf\.a .*/\1/p' "$T/tree/common/.output/config.mk")
	case $libbpf in
	*/libbpf/*) # The one that build/libbpf.sh has built.
		mkdir -p "$T/cache/libbpf/${libbpf##*/libbpf/}"
		cp -r "$libbpf/." "$T/cache/libbpf/${libbpf##*/libbpf/}"
		export HELLO_LIBBPF_CACHE="$T/cache"
		;;
	esac
	bytes_of "$T/else/where" >"$T/others"
	diff "$T/some" "$T/others" || fail 'these differ'
	for file in common/.output/libexample.a .output/opensnoop.bpf.o .output/usdtsnoop.bpf.o \
		02-tracepoint/opensnoop 16-usdt/usdtsnoop tests/.output/; do
		grep -q -F "$file" "$T/some" || fail "not compared: $file"
	done
	! grep -r -l -F -e "$T/tree" -e "$libbpf" "$T/tree" --include '*.[ao]' --include '*snoop' ||
		fail 'these say where they were built'
}
# Build in directory $1, and print the hashes of all objects, skeletons and programs.
bytes_of() (
	cd "$1"
	make >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	find . -type f \( -name '*.[ao]' -o -name '*.skel.h' -o -perm -u+x ! -name '*.*' \) |
		LC_ALL=C sort | xargs sha256sum
)

test_what_is_chosen_on_the_command_line_rebuilds_what_depends_on_it() {
	need make
	copy_tree
	compiled='CC:opensnoop.c LINK:opensnoop CC:opencalls.c'
	for choice in CFLAGS=-O1 CC=gcc; do
		make "$choice" >"$T/make" || fail "$(cat "$T/make")"
		for step in $compiled; do
			grep -q "^  ${step%:*} .*/${step#*:}\$" "$T/make" || fail "$choice: no $step: $(cat "$T/make")"
		done
		[ -z "$(make "$choice")" ] || fail "$choice is built twice"
	done
	steps=$(make CC=gcc LDFLAGS=-Wl,-z,now | awk '{ print $1 ":" $2 }' | paste -s -d ' ' -)
	[ "$steps" = 'LINK:02-tracepoint/opensnoop CC:02-tracepoint/opencalls.c' ] || fail "LDFLAGS: $steps"
}

test_it_is_quiet_unless_asked() {
	need make
	copy_tree
	! grep -qE 'cc|clang|-O2' "$T/make" || fail "it shows commands: $(cat "$T/make")"
	touch 02-tracepoint/opensnoop.c
	make V=1 >"$T/make"
	grep -q -- '-O2 .*-c opensnoop.c' "$T/make" || fail 'V=1 does not show the command'
	[ -z "$(make)" ] || fail "it talks though there is nothing to do"
}

once_a_warning_is_an_error_where_WERROR_says_so() {
	need make
	copy_tree
	echo 'static int unused;' >>02-tracepoint/opensnoop.c
	make WERROR= >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	grep -q 'warning: .unused. defined' "$T/make" || fail "$(cat "$T/make")"
	! make WERROR=-Werror >"$T/make" 2>&1 || fail 'an unused variable passed in the loader'
	grep -q 'Werror' "$T/make" || fail "$(cat "$T/make")"
	sed -i '$d' 02-tracepoint/opensnoop.c
	echo 'static int unused;' >>02-tracepoint/opensnoop.bpf.c
	! make WERROR=-Werror >"$T/make" 2>&1 || fail 'an unused variable passed in the BPF program'
}

test_gcc_and_clang_of_several_versions_build_it() {
	need make
	copy_tree
	built=
	for clang in clang-14 clang-16 clang-19 clang-21; do
		command -v $clang >/dev/null || continue
		make clean >/dev/null
		make CLANG=$clang CC=$clang >"$T/make" 2>&1 || fail "$clang: $(tail "$T/make")"
		built="$built $clang"
	done
	[ "$built" ] || skip "there is no clang with a version in its name"
	make clean >/dev/null
	make CC=gcc >"$T/make" 2>&1 || fail "gcc: $(tail "$T/make")"
}

test_an_example_copied_out_builds_and_runs() {
	need make
	mkdir "$T/mine"
	(cd ../.. && cp -r 02-tracepoint build common headers vmlinux "$T/mine/")
	cd "$T/mine/02-tracepoint"
	rm -rf .output ../common/.output opensnoop
	make >"$T/make" 2>&1 || fail "$(tail "$T/make")"
	exits 0 ./opensnoop -d 0.2
	make clean >/dev/null
	[ ! -e opensnoop ] && [ ! -e .output ] || fail "make clean left something"
}

once_a_checkout_that_was_moved_or_copied_builds() {
	need make
	copy_tree
	mv "$T/tree" "$T/moved"
	cd "$T/moved"
	make >"$T/make" 2>&1 || fail "moved: $(tail "$T/make")"
	cp -r "$T/moved" "$T/copied"
	rm -rf "$T/moved"
	cd "$T/copied"
	touch 02-tracepoint/opensnoop.bpf.c
	make -C 02-tracepoint >"$T/make" 2>&1 || fail "copied: $(tail "$T/make")"
	steps=$(make)
	[ -z "$steps" ] || fail "not all was built at first: $steps"
}

once_another_clang_of_the_same_name_builds_it_anew() {
	need make
	compilers=$(for version in 14 15 16 17 18 19 20 21 22; do command -v clang-$version || :; done)
	# shellcheck disable=SC2086
	set -- $compilers
	[ $# -ge 2 ] || skip "there are no two clangs with a version in their names"
	copy_tree
	mkdir "$T/bin"
	ln -s "$1" "$T/bin/clang"
	make CLANG="$T/bin/clang" >"$T/make" 2>&1 || fail "$1: $(tail "$T/make")"
	ln -sf "$2" "$T/bin/clang"
	make CLANG="$T/bin/clang" >"$T/make" 2>&1 || fail "$2: $(tail "$T/make")"
	grep -q 'BPF *02-tracepoint' "$T/make" || fail "it is not built anew: $(cat "$T/make")"
}

once_several_makes_at_once_do_not_disturb_each_other() {
	need make
	copy_tree
	cp -r "$OLDPWD/../../template" .
	make -C template clean >/dev/null
	make clean >/dev/null
	# Finding libbpf takes a while: is what was found before read as if it were all?
	mkdir "$T/bin"
	printf '#!/bin/sh\nsleep 1\nexec %s "$@"\n' "$(command -v pkg-config)" >"$T/bin/pkg-config"
	chmod +x "$T/bin/pkg-config"
	PATH=$T/bin:$PATH make -C 02-tracepoint >"$T/first" 2>&1 &
	first=$!
	wait_for "the first one's beginning" sh -c 'cat common/.output/config.mk* | grep -q CLANG'
	make -C template >"$T/second" 2>&1 || fail "the second: $(tail "$T/second")"
	wait "$first" || fail "the first: $(tail "$T/first")"
}

# Variables that services lack, and that people who build kernels or other projects have.
once_the_environment_does_not_disturb_it() {
	need make
	copy_tree
	make clean >/dev/null
	env -u HOME -u XDG_CACHE_HOME ARCH=x86_64 SOURCES=a.c BPF=b PROGRAMS=c make >"$T/make" 2>&1 ||
		fail "$(tail "$T/make")"
	[ -x 02-tracepoint/opensnoop ] && ls common/.output/vmlinux-x86-*.pch >/dev/null || fail "$(cat "$T/make")"
}

once_a_stack_protector_in_the_configuration_of_clang_is_left_out() {
	need make
	copy_tree
	for version in 14 15 16 17 18 19 20 21 22; do
		command -v clang-$version >/dev/null || continue
		printf '#!/bin/sh\nexec clang-%s -fstack-protector-strong "$@"\n' $version >"$T/clang-$version"
		chmod +x "$T/clang-$version"
		make CLANG="$T/clang-$version" >"$T/make" 2>&1 || fail "$version: $(tail "$T/make")"
	done
}

once_a_clone_with_CRLF_line_ends_has_none() {
	need git
	git -C ../.. rev-parse 2>/dev/null || skip "this is no git checkout"
	git clone -q -c core.autocrlf=true ../.. "$T/clone" 2>"$T/git" || fail "$(cat "$T/git")"
	! grep -rlI "$(printf '\r')$" "$T/clone" --exclude-dir=.git >"$T/crlf" || fail "$(head "$T/crlf")"
}

test_what_is_missing_is_named() {
	need make
	copy_tree
	make clean >/dev/null
	! make CLANG=no-such-clang >"$T/make" 2>&1 || fail 'it built without clang'
	grep -q '^configure: there is no no-such-clang$' "$T/make" || fail "$(cat "$T/make")"
	grep -q '^  hint: ./setup.sh installs' "$T/make" || fail "$(cat "$T/make")"
	mkdir "$T/bin"
	printf '#!/bin/sh\necho bpftool v7.1.0\n' >"$T/bin/bpftool"
	chmod +x "$T/bin/bpftool"
	! make BPFTOOL="$T/bin/bpftool" >"$T/make" 2>&1 || fail 'it built with an old bpftool'
	grep -q '^configure: .*bpftool is version 7.1.0; 7.4 or later is needed$' "$T/make" ||
		fail "$(cat "$T/make")"
	! make LIBBPF_SRC=/nowhere >"$T/make" 2>&1 || fail 'it built with no libbpf'
	grep -q '/nowhere' "$T/make" || fail "$(cat "$T/make")"
	[ ! -s common/.output/config.mk ] || fail "a failed configuration was kept"
}

run_tests
