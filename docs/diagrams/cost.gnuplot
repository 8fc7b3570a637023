# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# cost.svg, from cost.tsv, which docs/cost makes. Greys and colours that are seen on white and on black.
set terminal svg size 860,680 font "Helvetica,Arial,sans-serif,12" name "cost"
set output "cost.svg.new"
set datafile separator tab
set datafile missing "-"
grey = 0x808080
set border 1 lc rgb grey
set grid x lc rgb 0xa0a0a0 lt 1 lw 0.3
set logscale x
set xrange [0.8:700]
set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500) tc rgb grey nomirror
set ytics tc rgb grey scale 0
set xlabel "an event in the kernel, times an empty program on the same hooks; the numbers are ours / peer" tc rgb grey
set key outside top center horizontal tc rgb grey
set yrange [:] reverse
set offsets 0, 0, 0.5, 0.5
plot "cost.tsv" using 2:0:ytic(1) with points pt 7 ps 0.9 lc rgb 0x3b82d6 title "ours", \
	"" using 3:0 with points pt 5 ps 0.8 lc rgb 0xd9812b title "peer", \
	"" using 4:0 with points pt 2 ps 0.7 lc rgb 0x4fa35a title "empty, with the helpers", \
	"" using (1):0 with points pt 13 ps 0.9 lc rgb grey title "floor: empty", \
	"" using 3:0:(sprintf("%.2f", $2 / $3)) with labels offset 3.2,0 tc rgb grey font ",10" notitle
