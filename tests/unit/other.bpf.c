// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Another object, whose struct event is another one. */
struct event {
	int number;
} event;
