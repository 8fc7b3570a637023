#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
set -eu

usage() {
	cat <<-END
		usage: ./setup.sh                        install what build, run and most tests need
		       ./setup.sh run [EXAMPLE [ARG...]] and build and run an example, with its demo
		       ./setup.sh test [--all]           and build all examples and run all tests;
		                                         without --all not those that passed with
		                                         just what is here now (tests/plan). Debian's
		                                         two other clangs are downloaded, 50 MB each
		       ./setup.sh site                   and make the web pages of the book

		Only what is missing is installed, from the distribution, by its package manager.
		Installing and running need root: as an ordinary user, sudo is used for just that.
		EXAMPLE is 02-tracepoint unless given. CLANG=clang-18 takes that clang rather than the
		distribution's default.
	END
}

# What must be there (a command, NAME.pc for pkg-config, NAME.a for the linker, NAME.py for Python,
# or a file), and the package that has it, or - where nothing is needed. What follows "only" is
# big, and needed only for ./setup.sh site or test.
requirements() {
	cat <<-END
		# what            apt              dnf                   pacman          zypper             apk
		cc                gcc              gcc                   gcc             gcc                gcc
		/usr/include/argp.h libc6-dev      glibc-devel           glibc           glibc-devel        argp-standalone
		/usr/include/linux/types.h linux-libc-dev kernel-headers linux-api-headers linux-glibc-devel linux-headers
		make              make             make                  make            make               make
		pkg-config        pkg-config       pkgconf-pkg-config    pkgconf         pkgconf-pkg-config pkgconf
		clang             $clang           clang                 clang           clang              clang
		llvm-strip        llvm${clang#*clang} llvm               llvm            llvm               llvm
		bpftool           $apt_bpftool     bpftool               bpf             bpftool            bpftool
		libelf.pc         libelf-dev       elfutils-libelf-devel libelf          libelf-devel       elfutils-dev
		zlib.pc           zlib1g-dev       zlib-devel            zlib            zlib-devel         zlib-dev
		libdw.pc          libdw-dev        elfutils-devel        libelf          libdw-devel        elfutils-dev
		libiberty.a       libiberty-dev    binutils-devel        binutils        binutils-devel     binutils-dev
		/usr/include/bzlib.h libbz2-dev    -                     -               -                  -
		help2man          help2man         help2man              help2man        help2man           help2man
		mandoc            mandoc           -                     -               -                  -
		dpkg-source       dpkg-dev         -                     -               -                  -
		jq                jq               jq                    jq              jq                 jq
		gojq              gojq             -                     -               -                  -
		bash              bash             bash                  bash            bash               bash
		dash              dash             dash                  dash            dash               dash
		ip                iproute2         iproute               iproute2        iproute2           iproute2
		tc                iproute2         iproute-tc            iproute2        iproute2           iproute2
		ping              iputils-ping     iputils               iputils         iputils            iputils
		setpriv           util-linux       util-linux            util-linux      util-linux         setpriv
		nsenter           util-linux       util-linux            util-linux      util-linux         util-linux-misc
		qemu-system-x86_64 qemu-system-x86 qemu-system-x86-core  qemu-system-x86 qemu-x86           qemu-system-x86_64
		busybox           busybox-static   busybox               busybox         busybox-static     busybox-static
		patch             patch            patch                 patch           patch              patch
		cpio              cpio             cpio                  cpio            cpio               cpio
		xz                xz-utils         xz                    xz              xz                 xz
		zstd              zstd             zstd                  zstd            zstd               zstd
		/usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring - - - -
		only              site test
		sphinx-build      python3-sphinx   -                     -               -                  -
		furo.py           furo             -                     -               -                  -
		myst_parser.py    python3-myst-parser -                  -               -                  -
		sphinx_copybutton.py python3-sphinx-copybutton -         -               -                  -
		only              test
		chromium-headless-shell $apt_chromium -                  -               -                  -
		debootstrap       debootstrap      -                     -               -                  -
		shellcheck        shellcheck       ShellCheck            shellcheck      ShellCheck         shellcheck
		$(for name in $clangs; do echo "$name $name - - - -"; done)
	END
}

say() {
	echo "setup: $1" >&2
}

fail() {
	say "$1"
	exit 1
}

# Is version $2 at least $1?
at_least() {
	[ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# Is requirement $1 met, no matter by which package?
has() {
	case $1 in
	/usr/share/keyrings/*) [ $manager != apt ] || [ -e "$1" ] ;;
	/*) [ -e "$1" ] ;;
	*.pc) pkg-config --exists "${1%.pc}" 2>/dev/null ;;
	*.a) # A path, if the compiler finds it; else the name as it is.
		case $(cc -print-file-name="$1" 2>/dev/null) in
		/*) ;;
		*) return 1 ;;
		esac
		;;
	*.py) /usr/bin/python3 -c "import ${1%.py}" 2>/dev/null ;;
	clang) command -v "$clang" >/dev/null ;;
	llvm-strip) # The one that belongs to that clang.
		command -v "$($clang -print-prog-name=llvm-strip 2>/dev/null)" >/dev/null
		;;
	bpftool)
		# On Ubuntu the command is a wrapper that wants tools for the very kernel that runs.
		for path in bpftool /usr/lib/linux-tools*/*/bpftool; do
			at_least 7.4 "$("$path" version 2>/dev/null | sed -n 's/^bpftool v//p')" && return
		done
		return 1
		;;
	qemu-system-x86_64)
		# Before 8.1 it crashes guests at random where there is no KVM.
		[ "$(uname -m)" != x86_64 ] ||
			at_least 8.1 "$("$1" --version 2>/dev/null | sed -n 's/.*version \([0-9.]*\).*/\1/p')"
		;;
	busybox) # A static one, to be alone in a VM; ldd fails for those.
		command -v busybox >/dev/null && ! ldd "$(command -v busybox)" >/dev/null 2>&1
		;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Print what of the table is missing for $purpose: its first column, or the packages for $manager.
missing() {
	# shellcheck disable=SC2034 # one of the columns is read, by eval
	requirements | while read -r what apt dnf pacman zypper apk; do
		case $what in
		"#" | "") continue ;;
		only)
			case " $apt $dnf " in
			*" $purpose "*) continue ;;
			*) break ;;
			esac
			;;
		esac
		eval "package=\$$manager"
		[ "$package" = - ] || has "$what" || eval "echo \"\$$1\""
	done | sort -u | xargs
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# While something takes long, say each ten seconds what it is at.
report_progress() {
	while sleep 10 && kill -0 $$ 2>/dev/null; do
		say "... $(tail -n 3 "$log" | tr '\r' '\n' | grep -v '^ *$' | tail -n 1 | cut -c 1-80)"
	done
}

# Run a package manager as root. It shows no more of it than that, unless it fails.
manage() {
	report_progress &
	reporter=$!
	run_manager "$@"
	kill $reporter 2>/dev/null || :
}
run_manager() {
	as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null || {
		tail -n 20 "$log" >&2
		fail "$manager could not install the packages; its last words are above"
	}
}

# Debian 12 has qemu and bpftool too old; its backports have them. Where apt does not know
# backports, they are shown to this one command only. Naming what may come from there, with
# its siblings and parts, does not upgrade anything else, which apt-get -t would do.
from_backports() {
	suite=$codename-backports
	temp=$(mktemp -d)
	cat >"$temp/preferences" <<-END
		Package: bpftool src:qemu src:seabios
		Pin: release n=$suite
		Pin-Priority: 500
	END
	chmod 755 "$temp"
	set -- apt-get -q -o Dir::Etc::preferences="$temp/preferences" \
		install -y --no-install-recommends "$@"
	if [ -n "$(apt-get indextargets "Codename: $suite")" ]; then
		manage "$@"
	else
		manage HELLO_LIBBPF_CACHE="$temp" build/apt.sh system "$suite" -- "$@"
	fi
	as_root rm -rf "$temp"
}

install_apt() {
	# What cannot be fetched may not be needed; if it is, the next step fails and says so.
	as_root apt-get -q -o APT::Update::Error-Mode=any update >"$log" 2>&1 </dev/null ||
		say "apt-get update: $(grep -m 1 '^E: ' "$log")"
	backports='' others=''
	for package; do
		case $codename/$package in
		bookworm/bpftool | bookworm/qemu-system-x86) backports="$backports $package" ;;
		*) others="$others $package" ;;
		esac
	done
	[ -z "$others" ] || manage apt-get -q install -y --no-install-recommends $others
	[ -z "$backports" ] || from_backports $backports
}

install() {
	packages=$(missing "$manager")
	[ -n "$packages" ] || return 0
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		fail "these packages are missing, and this is neither root nor is there sudo: $packages"
	say "installing with $manager: $packages"
	[ "$(id -u)" = 0 ] || sudo -v || fail "sudo does not let you install them"
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	case $manager in
	apt) install_apt $packages ;;
	dnf) manage dnf install -y --setopt=install_weak_deps=False $packages ;;
	pacman) manage pacman -S --needed --noconfirm $packages ;;
	zypper) manage zypper --non-interactive install --no-recommends $packages ;;
	apk) manage apk add $packages ;;
	esac
	rm -f "$log" # now: what comes last is exec, which runs no trap
	rest=$(missing what)
	[ -z "$rest" ] || fail "installed, but this is still missing or too old: $rest"
}

# Under sudo, what is built belongs to the owner of the checkout all the same.
build() {
	owner=$(getent passwd "$(stat -c %u setup.sh)") || owner=
	home=$(echo "$owner" | cut -d : -f 6)
	if [ "$(id -u)" = 0 ] && [ -n "$owner" ] && [ "$(stat -c %u setup.sh)" != 0 ]; then
		setpriv --reuid "${owner%%:*}" --regid "$(echo "$owner" | cut -d : -f 4)" \
			--init-groups env -u SUDO_UID HOME="$home" make "$@"
	else
		make "$@"
	fi
}

case ${1:-} in
"" | run | site | test) ;;
--help | -h) usage && exit ;;
*) usage >&2 && exit 2 ;;
esac

cd "$(dirname "$0")"
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

manager=
for name in apt-get dnf pacman zypper apk; do
	command -v $name >/dev/null && manager=${name%-get} && break
done
[ -n "$manager" ] ||
	fail "this knows apt, dnf, pacman, zypper and apk, and none is here; setup.sh lists what is needed"
distribution=$(. /etc/os-release && echo "$ID ${ID_LIKE:-}")
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case $distribution in
*ubuntu*) # Chromium is a snap there, which a container cannot have.
	apt_bpftool=linux-tools-generic apt_chromium=-
	;;
*) apt_bpftool=bpftool apt_chromium=chromium-headless-shell ;;
esac
# For the load sweep (tests/sweep): the clangs beside the default one, older and newer. And what tests/lint
# has for C.
case $codename in
bookworm) clangs='clang-16 clang-19 clang-format-14' ;;
trixie) clangs='clang-17 clang-22' ;;
*) clangs= ;;
esac
purpose=${1:-}
clang=${CLANG:-}
for name in $clang clang clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang-15 clang-14; do
	[ -z "$clang" ] && command -v "$name" >/dev/null && clang=$name
done
clang=${clang:-clang}

install
case ${1:-} in
"") say "all that is needed is there; ./setup.sh run runs an example" ;;
run)
	shift
	example=${1:-02-tracepoint}
	[ $# = 0 ] || shift
	# In the environment: on make's command line it would override the example's own EXAMPLE.
	exec env EXAMPLE="$example" ARGS="$*" make run
	;;
site) build site ;;
test)
	shift
	export WERROR=-Werror
	build
	case $*${ALL:-} in
	'') exec make test ;;
	--all | 1) exec make test ALL=1 ;;
	*) fail "usage: ./setup.sh test [--all]" ;;
	esac
	;;
esac
