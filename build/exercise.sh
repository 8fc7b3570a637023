#!/bin/sh
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# build/exercise.sh EXAMPLE [N [DIR]]: begin exercise N (1) of an example in the new directory DIR
# (../NN-topic-exercise-N): a copy of the example, as the exercise wants it, with the task as its README.md,
# and as its test.sh what must pass. There, make check says what is still missing, and make solution shows
# one solution.
#
# EXAMPLE/exercises/N has README.md, the task; test.sh; solution.patch; and start.patch, if the exercise does not
# begin with the example as it is. Patches are made with git diff --relative --no-prefix, and applied with -p0.
# Environment: PLACE=DIR, the way from the copy to the checkout, where it is not the real one.
set -eu

fail() {
	echo "exercise: $1" >&2
	exit 2
}

suite=$(cd "$(dirname "$0")/.." && pwd)
number=${2:-1}
example=$("$suite/build/find.sh" "${1-}") || exit 2
exercise=$suite/$example/exercises/$number
[ -e "$exercise/README.md" ] || {
	there=$(cd "$suite/$example/exercises" 2>/dev/null && echo [0-9]*) ||
		fail "$example has no exercises that are graded; its README.md has others"
	fail "$example has no exercise '$number', but $there"
}
dir=${3:-$suite/../$example-exercise-$number}
[ ! -e "$dir" ] || fail "$dir exists already"
mkdir "$dir" 2>/dev/null || fail "cannot make $dir"
dir=$(cd "$dir" && pwd)
place=${PLACE:-$(realpath --relative-to="$dir" "$suite")}

cd "$suite/$example"
for file in Makefile demo.sh *.[ch]; do
	sed "s,^include \.\./common/,EXERCISE := $example/exercises/$number\ninclude $place/common/," "$file" >"$dir/$file"
done
chmod +x "$dir/demo.sh"
cp "$exercise/README.md" "$dir/README.md"
sed "s,^\. \.\./\.\./\.\./tests/,. $place/tests/," "$exercise/test.sh" >"$dir/test.sh"
chmod +x "$dir/test.sh"
[ ! -e "$exercise/start.patch" ] || patch -d "$dir" -p0 -F0 -s -f <"$exercise/start.patch" ||
	fail "start.patch does not apply"
[ -n "${PLACE:-}" ] || echo "exercise: cd $dir; README.md is the task, make check says what is missing"
