#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# Does the first command of README.md work where nothing is installed yet? In the smallest root of each
# distribution that README.md names, made from packages as debootstrap does.
#
# reads: setup.sh build
. ../lib.sh
root=$(cd ../.. && pwd)

# works_on CODENAME: in a new root of that release of Debian
works_on() {
	need debootstrap
	TEST_DEADLINE=280
	mirror=$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Label: Debian" | head -n 1)
	[ -n "$mirror" ] || skip "this machine's apt knows no Debian mirror"
	exits 0 debootstrap --variant=minbase "$1" "$T/root" "$mirror"
	# How this machine gets at its mirror, and what it puts up with there.
	apt-config dump | grep -E '^Acquire::(http|https|Check-Valid-Until)' >"$T/root/etc/apt/apt.conf.d/99machine" || true
	cp /etc/resolv.conf "$T/root/etc/"
	mkdir "$T/root/checkout"
	(cd "$root" && tar cf - --exclude .output --exclude .git --exclude docs/.output .) | tar xf - -C "$T/root/checkout"
	command=$(sed -n '/^```sh$/{n;p;q}' "$root/README.md")
	[ "$command" = "./setup.sh run 02-tracepoint" ] || fail "README.md begins with: $command"
	# Programs that were built for this machine may not run there.
	(cd "$T/root/checkout" && find . -type f -perm -u+x ! -name '*.*' -size +8k -delete)
	exits 0 unshare --mount --pid --fork sh -c '
		mount -t proc proc "$1/proc" && mount --rbind /sys "$1/sys" && mount --rbind /dev "$1/dev" || exit
		exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			TERM=dumb sh -c "cd /checkout && $2 -d 0.5"' sh "$T/root" "$command"
	says '^setup: installing with apt: ' '^opensnoop: attached to ' '^opensnoop: [0-9]+ events'
	says_in '^PID +COMM ' ' ENOENT .* /etc/no-such-file$' stdout
}

once_the_first_command_works_on_Debian_12() {
	works_on bookworm
}

once_the_first_command_works_on_Debian_13() {
	works_on trixie
}

run_tests
