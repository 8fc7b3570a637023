// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* hello: say so. A program that nobody misses, to be guarded. */
#include <stdio.h>

int main(void)
{
	return puts("hello") < 0;
}
