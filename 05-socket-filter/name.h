/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef NAME_H
#define NAME_H

#include <stddef.h>

/* How much text the longest name can make: each byte \DDD, a dot for each label, and a NUL. */
#define NAME_TEXT_SIZE 1024

/*
 * Write the name on the wire in the @size bytes at @wire as text into @text, which has room for
 * NAME_TEXT_SIZE, the way zone files and dig do: dots inside of a label as \., bytes that are not
 * printable ASCII as \DDD in decimal. So the text is safe for any terminal. The root is "."
 * and other names end without a dot.
 *
 * Any bytes do no harm: a name that is malformed (cut short, a compression pointer, longer
 * than 255 bytes) ends with "<malformed>" where it ceases to be one. Returns the length.
 */
size_t decode_name(char *text, const unsigned char *wire, size_t size);

/*
 * The type of the question in the @size bytes at @wire: a name, type and class, and then anything.
 * Or -1 if it is malformed: the name is, or there is less. That class 0 counts as less lets
 * a caller put zeros behind a packet that was cut short.
 */
int question_type(const unsigned char *wire, size_t size);

#endif
