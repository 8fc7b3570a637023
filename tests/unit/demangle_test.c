// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "example.h"
#include "tap.h"

static void check(const char *mangled, const char *expected)
{
	same(demangle(mangled), expected, mangled);
}

/* "f(A, B, C ...)" where B is a pair of two A, C one of two B ...: the last has 2^@depth int. */
static void make_bomb(char *text, int depth)
{
	text += sprintf(text, "_Z1fSt4pairIiiE"); /* S_ is std::pair, S0_ the first of them */
	for (int i = 0; i < depth; i++) {
		char part = i < 10 ? '0' + i : 'A' + i - 10;

		text += sprintf(text, "S_IS%c_S%c_E", part, part);
	}
}

int main(void)
{
	char text[4096];
	double begin;

	check("_ZN4shop4Cart3sumERKSt6vectorIdSaIdEE",
	      "shop::Cart::sum(std::vector<double, std::allocator<double> > const&)");
	check("_ZplRK1AS1_", "operator+(A const&, A const&)");
	check("_ZN3foo3barEv.part.0", "foo::bar() [clone .part.0]");
	check("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
	check("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$3bar"
	      "17h930b740aa94f1d3aE",
	      "<Test + 'static as foo::Bar<Test>>::bar");
	check("_RNvC6_123foo3bar", "123foo::bar");
	check("_RNvMs_NtCs4fqI2P2rA04_4demo4cartNtB4_4Cart3sum", "<demo::cart::Cart>::sum");

	/* Neither C's names nor what only looks like the others'. */
	check("malloc", "malloc");
	check("", "");
	check("_", "_");
	check("_Z", "_Z");
	check("_R", "_R");
	check("_ZN", "_ZN");
	check("_ZN4shop", "_ZN4shop");
	check("_Reply", "_Reply");
	check("_ZN9999999999999999999999E", "_ZN9999999999999999999999E");

	make_bomb(text, 30);
	begin = seconds();
	ok(strlen(demangle(text)) == 1023 && !strcmp(demangle(text) + 1020, "..."),
	   "%zu bytes that say a thousand million are cut", strlen(text));
	ok(seconds() - begin < 1, "at once");
	check("_ZN3foo3barEv", "foo::bar()"); /* nothing of the one before is left */
	return finished();
}
