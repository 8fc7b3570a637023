/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a USDT probe is made of, in the smallest form that tracers take. Programs usually have it
 * from <sys/sdt.h> (package systemtap-sdt-dev or -devel): DTRACE_PROBE2(provider, name, a, b).
 *
 *	PROBE2(provider, name, a, b);		a and b are integers or pointers
 *	PROBE1_IF_USED(provider, name, a);	looks at the probe's semaphore first, and computes
 *						a only if somebody traces it
 *	PROBE_SEMAPHORE(provider, name);	once, outside of all functions, for those
 *
 * For 64-bit machines only.
 */
#ifndef PROBE_H
#define PROBE_H

/*
 * The nop; and in section .note.stapsdt, which is not loaded into memory: the nop's address, that
 * of .stapsdt.base (from which tracers see whether a tool like prelink has moved the first), that
 * of the semaphore, and three strings. "-8@%0" is: signed, 8 bytes, and where the compiler put it.
 */
#define PROBE_NOTE(provider, name, semaphore, args, ...)                           \
	__asm__ volatile("990: nop\n"                                              \
			 ".pushsection .note.stapsdt, \"\", \"note\"\n"            \
			 ".balign 4\n"                                             \
			 ".4byte 992f - 991f, 994f - 993f, 3\n"                    \
			 "991: .asciz \"stapsdt\"\n"                               \
			 "992: .balign 4\n"                                        \
			 "993: .8byte 990b, _.stapsdt.base, " semaphore "\n"       \
			 ".asciz \"" #provider "\", \"" #name "\", \"" args "\"\n" \
			 "994: .balign 4\n"                                        \
			 ".popsection\n"                                           \
			 ".ifndef _.stapsdt.base\n"                                \
			 ".pushsection .stapsdt.base, \"aG\", \"progbits\", "      \
			 ".stapsdt.base, comdat\n"                                 \
			 ".weak _.stapsdt.base\n"                                  \
			 ".hidden _.stapsdt.base\n"                                \
			 "_.stapsdt.base: .space 1\n"                              \
			 ".size _.stapsdt.base, 1\n"                               \
			 ".popsection\n"                                           \
			 ".endif\n" ::__VA_ARGS__)

#define PROBE2(provider, name, a, b) \
	PROBE_NOTE(provider, name, "0", "-8@%0 -8@%1", "nor"((long)(a)), "nor"((long)(b)))

/* The kernel adds 1 to it in each process that is traced, and takes it back afterwards. */
#define PROBE_SEMAPHORE(provider, name) \
	volatile unsigned short provider##_##name##_semaphore __attribute__((section(".probes")))

#define PROBE1_IF_USED(provider, name, a)                                            \
	do {                                                                         \
		if (provider##_##name##_semaphore)                                   \
			PROBE_NOTE(provider, name, #provider "_" #name "_semaphore", \
				   "-8@%0", "nor"((long)(a)));                       \
	} while (0)

#endif
