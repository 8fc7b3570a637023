// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * A program with probes that are harder to trace than those of rounds.c, for the tests. It comes by
 * each of them three times, or N times as "odd N":
 *
 *	request		a number
 *	ratio		a floating-point number: registers for those BPF cannot read
 *	global		a variable, by its name
 *	big		a large number, once without and once with a sign
 *	many		300 places, each with other arguments
 */
#include <stdlib.h>
#include "probe.h"

static volatile int counter = 42;

#define PLACE(n) PROBE2(odd, many, 1##n, -1##n);
#define TEN(n)	 PLACE(n##0) PLACE(n##1) PLACE(n##2) PLACE(n##3) PLACE(n##4) \
	PLACE(n##5) PLACE(n##6) PLACE(n##7) PLACE(n##8) PLACE(n##9)
#define HUNDRED(n) TEN(n##0) TEN(n##1) TEN(n##2) TEN(n##3) TEN(n##4) \
	TEN(n##5) TEN(n##6) TEN(n##7) TEN(n##8) TEN(n##9)

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 3;

	for (int i = 0; i < count; i++) {
		unsigned long value = 0xcafebabedeadbeef;

		__asm__ volatile(""
				 : "+r"(value));
		PROBE2(odd, request, i, count);
		PROBE_NOTE(odd, ratio, "0", "-4@%0 8f@%%xmm0", "nor"(i));
		PROBE_NOTE(odd, global, "0", "-4@counter(%%rip)", "nor"(i));
		PROBE_NOTE(odd, big, "0", "8@%0 -8@%1", "r"(value), "r"(value));
		HUNDRED(0)
		HUNDRED(1)
		HUNDRED(2)
	}
	return counter != 42;
}
