# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# docs/sweep.md from docs/sweep.tsv, sorted; kernels= and clangs= list those that it has, in order.

# What the clangs say of one program on one kernel: one value if they agree, else one for each.
function cell(program, kernel,    c, value, all, differ, first) {
	for (c = 1; c <= n_clangs; c++) {
		value = (program, kernel, clang[c]) in said ? said[program, kernel, clang[c]] : "not run"
		differ = differ || c > 1 && value != first
		if (c == 1)
			first = value
		all = all (c == 1 ? "" : " / ") value
	}
	return differ ? all : first
}

BEGIN {
	FS = "\t"
	n_kernels = split(kernels, kernel, " ")
	n_clangs = split(clangs, clang, " ")
}
{
	program = $1 SUBSEP $2
	if (!(program in section)) {
		section[program] = $3
		order[++n_programs] = program
	}
	said[program, $5, $4] = $6 == "loads" ? $7 : "`" $6 "`"
	if ($8 != "attaches" && $8 != "-")
		unattached[program, $5] = ", attach: `" $8 "`"
	n++
	if ($6 == "loads") {
		loads++
		if ($7 > most) {
			most = $7
			most_of = $1 "'s `" $2 "` on " $5 ", built by " $4
		}
	}
}
END {
	print "# The load sweep"
	print ""
	print "`make docs` makes this page from recorded tests (`docs/sweep.tsv`). On each kernel `tests/sweep` loads"
	print "every BPF program of the examples alone, built by each clang, and attaches it where that needs nothing"
	print "of the example's loader. A program that is recorded as loading or attaching must still do so."
	print ""
	print "A number is how many instructions the verifier processed, with the constants that the source has: the"
	print "filters are off. It exceeds the length of the program where the verifier follows several paths or the"
	print "rounds of a loop. The limit is 1,000,000. An `errno` means that the kernel or libbpf refuses the"
	print "program: the feature is missing there, or the loader has to say first what to attach it to."
	gsub(/ /, ", ", clangs)
	print "Where the clangs differ, there is a number for each of " clangs "."
	print ""
	print n_programs " programs, " n_clangs " clangs, " n_kernels " kernels: " n " loads, of which " loads " succeed. The most"
	print "instructions, " most ", are processed for " most_of "."
	print ""
	printf "| program | section |"
	for (k = 1; k <= n_kernels; k++)
		printf " %s |", kernel[k]
	printf "\n|---|---|"
	for (k = 1; k <= n_kernels; k++)
		printf "---:|"
	print ""
	for (p = 1; p <= n_programs; p++) {
		split(order[p], part, SUBSEP)
		dir = part[1]
		sub(/\/.*/, "", dir)
		printf "| [%s](../%s/) `%s` | `%s` |", dir, dir, part[2], section[order[p]]
		for (k = 1; k <= n_kernels; k++)
			printf " %s%s |", cell(order[p], kernel[k]), unattached[order[p], kernel[k]]
		print ""
	}
}
