# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#
# From the TSV of vm/test: what passed where, why cases were skipped or failed, and the sum.
{
	if (!($2 in release)) {
		release[$2] = $3
		series[++columns] = $2
	}
	if (!($5 in width)) {
		width[$5] = length($5)
		example[++rows] = $5
	}
	n[$5, $2, $7]++
	sum[$7]++
	if ($7 == "skip" || $7 == "not ok") {
		why = $5 ": " $6 ": " ($7 == "skip" ? "skipped: " : "FAILED: ") substr($8, 1, 160)
		if (!(why in where))
			reason[++reasons] = why
		where[why] = where[why] " " $2
	}
}
END {
	printf "%-20s", ""
	for (c = 1; c <= columns; c++)
		printf "  %-26s", release[series[c]]
	print ""
	for (r = 1; r <= rows; r++) {
		printf "%-20s", example[r]
		for (c = 1; c <= columns; c++) {
			key = example[r] SUBSEP series[c] SUBSEP
			cell = (n[key "ok"] + 0) " ok"
			if (n[key "not ok"])
				cell = cell ", " n[key "not ok"] " FAILED"
			if (n[key "skip"])
				cell = cell ", " n[key "skip"] " skipped"
			printf "  %-26s", cell
		}
		print ""
	}
	if (reasons)
		print ""
	for (i = 1; i <= reasons; i++)
		print reason[i] " (" substr(where[reason[i]], 2) ")"
	printf "\n%d passed, %d failed, %d skipped\n", sum["ok"], sum["not ok"], sum["skip"]
}
