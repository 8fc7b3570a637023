# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# shellcheck shell=sh
#
# What the scripts in vm/ share; $vm is the directory of the script that sources this.

tree=${HELLO_LIBBPF_TREE:-$(dirname "$vm")}
. "$vm/../build/cache.sh"
me=vm/$(basename "$0")
umask 022 # what is made here is for the guest's ordinary users too

die() {
	echo "$me: $1" >&2
	exit "${2:-1}"
}

# The lines of file $1 without comments.
names() {
	sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$1"
}
series() {
	names "$vm/kernels" | sed 's/[[:space:]].*//'
}

newest_series() {
	series | tail -n 1
}

# The directories of the checkout that are tested in VMs, too.
vm_dirs() {
	(cd "$tree" && ls -d [0-9][0-9]-*/test.sh template/test.sh doctor/test.sh docs/verifier/test.sh \
		tests/sweep/test.sh 2>/dev/null | sed 's|/test.sh||')
}

# Set $place to what directory $1 is called in a VM, and print nothing: "02-tracepoint" in the checkout,
# and "/mytool", with $outside=its path, for one that lies elsewhere. Names are as seen from the checkout
# or from the current directory. Returns 1 if there is none.
find_place() {
	place=${1%/} outside=
	[ ! -d "$tree/$place" ] || [ "${place#/}" != "$place" ] || return 0
	outside=$(cd "$1" 2>/dev/null && pwd -P) || return 1
	place=${outside#"$(cd "$tree" && pwd -P)"/}
	if [ "$place" != "$outside" ]; then
		outside=
	else
		place=/${outside##*/}
	fi
}

# Does process $1 run? A zombie does not.
alive() {
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
	[ "${stat%% *}" != Z ]
}

# ---- The base image: busybox, the commands of vm/binaries, and our init ----

# Print the path of the image, which is made anew when anything that it is made of has changed.
# Call it as $(base_image): it leaves by exit.
base_image() {
	mkdir -p "$cache"
	base=$cache/base-$(cat "$vm/init" "$vm/binaries" "$vm/lib.sh" | sha256sum | cut -c 1-12)
	if [ ! -e "$base.cpio" ] || [ "$(base_stamp 2>/dev/null)" != "$(cat "$base.stamp")" ]; then
		root=$(mktemp -d "$cache/base.XXXXXX")
		trap 'rm -rf "$root" "$root.cpio"' EXIT
		chmod 755 "$root"
		make_base
	fi
	echo "$base.cpio"
}
base_stamp() {
	xargs stat -L -c '%n %s %Y' <"$base.files"
}

make_base() {
	busybox=$(command -v busybox) || die "needs busybox (package busybox-static)"
	mkdir -p "$root"/usr/bin "$root"/usr/sbin "$root"/usr/lib "$root"/usr/lib64 "$root"/proc "$root"/sys \
		"$root"/dev "$root"/tmp "$root"/run "$root"/etc "$root"/root "$root"/var "$root"/mnt
	for dir in bin sbin lib lib64; do
		ln -s usr/$dir "$root/$dir"
	done
	cp "$busybox" "$root/bin/busybox"
	realpath "$busybox" >"$root/files"
	for name in $(names "$vm/binaries"); do
		path=$(command_path "${name%\?}") && put "$path" && continue
		[ "$name" != "${name%\?}" ] || die "needs the command $name on this machine"
	done
	put_libraries /dev/null $(cat "$root/files")
	ln -sf dash "$root/bin/sh"
	# jq 1.6 takes half a second to start in an emulated VM; gojq, of the same language, hardly any.
	[ ! -e "$root/bin/gojq" ] || ln -sf gojq "$root/bin/jq"
	for name in $("$busybox" --list); do
		[ -e "$root/bin/$name" ] || [ -e "$root/sbin/$name" ] || ln -s busybox "$root/bin/$name"
	done
	for path in /etc/ld.so.cache /etc/protocols /etc/services; do
		[ ! -e $path ] || cp $path "$root/etc/"
	done
	echo 'root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false' >"$root/etc/passwd"
	echo 'root:x:0:
nogroup:x:65534:' >"$root/etc/group"
	echo vm >"$root/etc/hostname"
	echo '127.0.0.1 localhost
::1 localhost' >"$root/etc/hosts"
	echo 'hosts: files' >"$root/etc/nsswitch.conf"
	install -m 755 "$vm/init" "$root/init"
	sort -u "$root/files" >"$base.files"
	rm "$root/files"
	(cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) >"$root.cpio"
	base_stamp >"$base.stamp"
	find "$cache" -maxdepth 1 -name 'base-*' -mtime +30 -exec rm {} +
	mv "$root.cpio" "$base.cpio"
}

# Where command $1 is. Ubuntu's bpftool is a script that wants one made for the running kernel.
command_path() {
	if [ "$1" = bpftool ] && ! bpftool version >/dev/null 2>&1; then
		ls /usr/lib/linux-tools*/*/bpftool /usr/lib/linux-tools-*/bpftool 2>/dev/null | tail -n 1 | grep .
	else
		which "$1"
	fi
}

# Copy file $1 to the same place below $root. A link stays a link, as one file may be a hundred
# commands.
put() {
	real=$(realpath "$1")
	at=$(realpath "$(dirname "$1")")/$(basename "$1")
	mkdir -p "$root$(dirname "$at")" "$root$(dirname "$real")"
	[ -e "$root$real" ] || cp "$real" "$root$real"
	[ "$at" = "$real" ] || ln -sf "$real" "$root$at"
	echo "$real" >>"$root/files"
}

# Copy the libraries of these programs, except those that the image $1 (may be empty) has.
put_libraries() {
	has=$1
	shift
	for library in $(ldd "$@" 2>/dev/null | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | sort -u); do
		grep -qxF "$(realpath "$library")" "$has" || put "$library"
	done
}

# ---- QEMU ----

# Set $accel to kvm or tcg, and $accel_why. What KVM is worth shows only when a kernel has
# booted: /dev/kvm may be there, let itself be opened, and fail then. Needs $kernel (a directory
# of vm/fetch) and $base_cpio. The answer is remembered until this machine boots again.
choose_accel() {
	memo=$cache/accel.$(cat /proc/sys/kernel/random/boot_id)
	accel=tcg
	if [ -n "${VM_ACCEL:-}" ]; then
		accel=$VM_ACCEL accel_why="as VM_ACCEL says"
	elif [ ! -e /dev/kvm ]; then
		accel_why="there is no /dev/kvm"
	elif [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
		accel_why="you may not open /dev/kvm"
	else
		[ -s "$memo" ] || { probe_kvm >"$memo.$$" && mv "$memo.$$" "$memo"; }
		# shellcheck disable=SC2034 # for the script that sources this
		read -r accel accel_why <"$memo"
	fi
}

probe_kvm() {
	probe=$(mktemp -d)
	cat "$base_cpio" "$kernel/modules.cpio" >"$probe/initrd"
	accel=kvm
	qemu 15 "$probe" null </dev/null 2>"$probe/stderr" &
	while alive $! && ! grep -q 'KVM internal error' "$probe/stderr"; do
		! grep -qs '^exit 0' "$probe/verdict" || break
		sleep 0.1
	done
	kill $! 2>/dev/null
	wait $!
	if grep -qs '^exit 0' "$probe/verdict"; then
		echo "kvm" "a kernel booted under it"
	else
		echo "tcg" "no kernel boots under KVM here: $(head -n 1 "$probe/stderr" | grep . || echo "time limit")"
	fi
	rm -rf "$probe"
}

# qemu SECONDS DIR CHARDEV [OPTION...]: run DIR/initrd on $kernel for at most that long, replacing
# this (sub)shell. The guest's kernel log goes to DIR/console, its output to CHARDEV, errors to
# DIR/stderr, and what init says to DIR/verdict.
qemu() {
	seconds=$1 dir=$2 chardev=$3
	shift 3
	# rcu_expedited: detaching a probe waits for RCU, half a second for six tracepoints without.
	# printk.devkmsg: tests write each case's name into the log, however fast they are.
	append="console=ttyS0 loglevel=5 panic=-1 oops=panic no_timer_check rcupdate.rcu_expedited=1 printk.devkmsg=on"
	lsm=$(sed -n 's/^CONFIG_LSM="\(.*\)"/\1/p' "$kernel/config")
	case ,$lsm, in
	*,bpf,*) ;;
	*) append="$append lsm=$lsm,bpf" ;;
	esac
	case $accel in
	kvm) set -- -accel kvm -cpu host -smp "${VM_CPUS:-2}" "$@" ;;
	*)
		set -- -accel tcg "$@"
		# Emulated, tests take a fifth less time when pages are not cleared for safety's sake and
		# one clock does not watch the other, and a third less with one CPU (tests/lib.sh has the
		# others put online) that copies and clears by words: its string instructions take bytes.
		append="$append init_on_alloc=0 tsc=reliable maxcpus=${VM_CPUS:-1}"
		;;
	esac
	case $accel$(qemu_is_old) in
	tcg) set -- -cpu max,erms=off,fsrm=off -smp "${VM_CPUS:-2}" "$@" ;;
	tcgold) set -- -cpu max,cx16=off,erms=off,fsrm=off -smp 1 "$@" ;;
	esac
	exec timeout --foreground -k 5 "$seconds" qemu-system-x86_64 -M pc -m "${VM_MEM:-1G}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$kernel/vmlinuz" -initrd "$dir/initrd" -append "$append" \
		-serial "file:$dir/console" -serial "$chardev" \
		-serial "file:$dir/verdict" -serial "file:$dir/stderr" \
		-blockdev driver=null-co,node-name=disk,size=67108864,read-zeroes=on \
		-device virtio-blk-pci,drive=disk "$@"
}

# Print "old" if QEMU's TCG crashes guests at random: until 8.1 with more than one CPU, when code is
# patched (as attaching a kprobe does), and by its cmpxchg16b.
qemu_is_old() {
	version=$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	[ "${version% *}" -gt 8 ] || [ "$version" = "8 1" ] || [ "$version" = "8 2" ] || echo old
}
