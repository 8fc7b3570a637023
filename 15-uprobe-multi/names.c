// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Two functions that are called as the compilers of C++ and Rust would call them, for the tests. */

int sum(int x) __asm__("_ZN4shop4Cart3sumERKSt6vectorIdSaIdEE");
int pad(int x) __asm__("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE");

__attribute__((noinline)) int sum(int x)
{
	__asm__ volatile(""
			 : "+r"(x));
	return x + 1;
}

__attribute__((noinline)) int pad(int x)
{
	__asm__ volatile(""
			 : "+r"(x));
	return x - 1;
}

int main(void)
{
	return pad(sum(0));
}
