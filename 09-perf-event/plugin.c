// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* A library that is loaded late: plugin -> shop::Cart::sum(int), by its C++ name -> worker, which computes. */
#define NOINLINE __attribute__((noinline))

/* A function as assembly often has them: without a size. What follows in the file is worker. */
__asm__(".text\n.globl asm_entry\n.type asm_entry, %function\nasm_entry: ret\n");

static NOINLINE void worker(int (*is_over)(void))
{
	while (!is_over())
		for (volatile int i = 0; i < 100000; i++)
			;
	__asm__ volatile("");
}

NOINLINE void sum(int (*is_over)(void)) __asm__("_ZN4shop4Cart3sumEi");
void sum(int (*is_over)(void))
{
	worker(is_over);
	__asm__ volatile("");
}

void plugin(int (*is_over)(void))
{
	sum(is_over);
	__asm__ volatile("");
}
