// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A library of twenty functions (and a few more), for the demo, the tests and the benchmark. */
#include <unistd.h>

#define FUNCTION(n)                          \
	long twenty_##n(long x);             \
	long twenty_##n(long x)              \
	{                                    \
		__asm__ volatile(""          \
				 : "+r"(x)); \
		return x + n;                \
	}

FUNCTION(1)
FUNCTION(2)
// clang-format off
FUNCTION(3) FUNCTION(4) FUNCTION(5)
	// clang-format on
	FUNCTION(6) FUNCTION(7) FUNCTION(8) FUNCTION(9) FUNCTION(10)
		FUNCTION(11) FUNCTION(12) FUNCTION(13) FUNCTION(14) FUNCTION(15)
			FUNCTION(16) FUNCTION(17) FUNCTION(18) FUNCTION(19) FUNCTION(20)

				long sleep_ms(long ms);
long sleep_ms(long ms)
{
	return usleep(ms * 1000);
}

/* Calls itself n times; each call sleeps for a millisecond, when the inner one has returned. */
long recurse(long n);
long recurse(long n)
{
	long (*volatile again)(long) = recurse;

	if (n)
		again(n - 1);
	return usleep(1000);
}

#ifdef __x86_64__
/* A function that begins with an instruction on which the kernel puts no probe. */
__asm__(".globl locked\n"
	".type locked, @function\n"
	"locked: lock addl $0, (%rsp)\n"
	"ret\n"
	".size locked, . - locked\n");
#endif

/* Another name for a function, as libraries often have. */
long seven(long x) __attribute__((alias("twenty_7")));
