#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

test_j_has_the_parent() {
	ln -s /bin/true "$T/exercise"
	start hello -j
	sh -c 'echo $$; "$1"; :' sh "$T/exercise" >"$T/parent"
	stop
	read -r parent <"$T/parent"
	expect 1 ".name == \"exercise\" and .ppid == $parent"
}

test_a_column_has_it_too() {
	ln -s /bin/true "$T/exercise"
	start hello
	sh -c 'echo $$; "$1"; :' sh "$T/exercise" >"$T/parent"
	stop
	read -r parent <"$T/parent"
	says_in '^PID +UID +PPID +NAME$' "^[0-9]+ +0 +$parent +exercise$" out
}

run_tests
