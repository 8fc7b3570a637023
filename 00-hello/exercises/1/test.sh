#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
. ../../../tests/lib.sh

test_hello2_loads() {
	start hello2
	kill9
}

test_hello2_counts_by_name() {
	ln -s /bin/true "$T/exercise"
	start hello2
	"$T/exercise"
	wait_line '^exercise 1$' "$T/out"
	"$T/exercise"
	"$T/exercise"
	wait_line '^exercise 3$' "$T/out"
	kill9
}

run_tests
