/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Text in a seq_file. In BPF one call writes one piece: there are no strings to put together. */
#ifndef SEQ_BPF_H
#define SEQ_BPF_H

#define CHUNK 256 /* BPF's stack has 512 bytes */

/* Set by the loader before it loads: lines for people, rather than records. */
const volatile bool as_text;

/* By enum socket_status; 16, so that any state & 15 is one. */
static const char state_names[16][sizeof("NEW_SYN_RECEIVED")] = {
	[ESTABLISHED] = "ESTABLISHED",
	[SYN_SENT] = "SYN_SENT",
	[SYN_RECEIVED] = "SYN_RECEIVED",
	[FIN_WAIT_1] = "FIN_WAIT_1",
	[FIN_WAIT_2] = "FIN_WAIT_2",
	[TIME_WAIT] = "TIME_WAIT",
	[CLOSED] = "CLOSED",
	[CLOSE_WAIT] = "CLOSE_WAIT",
	[LAST_ACK] = "LAST_ACK",
	[LISTEN] = "LISTEN",
	[CLOSING] = "CLOSING",
	[NEW_SYN_RECEIVED] = "NEW_SYN_RECEIVED",
};

/* The line above the first object. (Not at the last call, with NULL: that has the number of the
 * object before, and so may be number 0 too.) */
#define write_header(meta, line)                           \
	do {                                               \
		if (as_text && !(meta)->seq_num)           \
			BPF_SEQ_PRINTF((meta)->seq, line); \
	} while (0)

/* What each byte of a text becomes, by the loader. (A table, since the verifier would follow both
 * ways of every if, for every byte.) */
const volatile char shown_as[256];

/* A global function, which is not inlined: it is verified once, not for each of the turns of the
 * loop that it is called in. (But it may have an argument that is a pointer only since 5.12.) */
struct chunk {
	char bytes[CHUNK];
};
__noinline int make_printable(struct chunk *chunk)
{
	for (__u32 i = 0; chunk && i < CHUNK; i++)
		chunk->bytes[i] = shown_as[(__u8)chunk->bytes[i]];
	return 0;
}

/* How many of the first @size bytes of @chunk come before a NUL. */
__noinline int before_nul(struct chunk *chunk, __u32 size)
{
	__u32 i = 0;

	while (chunk && i < CHUNK && i < size && chunk->bytes[i])
		i++;
	return i;
}

/* Write the first @size of @room bytes of @text. @room is a constant, and so is the number of
 * turns: were it @size, the verifier would follow a way out of each. */
static __always_inline void write_text(struct seq_file *seq, char *text, __u32 size, __u32 room)
{
	for (__u32 i = 0; i < room; i++)
		text[i] = shown_as[(__u8)text[i]];
	if (size <= room)
		bpf_seq_write(seq, text, size);
}

/* Write the string at @from in the kernel's memory, by way of @text. */
static __always_inline void write_kernel_string(struct seq_file *seq, const void *from, char *text,
						__u32 room)
{
	long size = bpf_probe_read_kernel_str(text, room, from);

	if (size > 1)
		write_text(seq, text, size - 1, room);
}

/* What ends an object: a newline, or the NUL of the text that is the last member of its record. */
static __always_inline void write_end(struct seq_file *seq)
{
	bpf_seq_write(seq, as_text ? "\n" : "", 1);
}

#endif
