/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the files of common/ tell each other, and no example needs. */
#ifndef INTERNAL_H
#define INTERNAL_H

#include <stdbool.h>

/* Let SIGINT and SIGTERM end running(), and a closed pipe be an error of write(). */
void catch_signals(void);

/* Has the verifier written a log, while an object was loaded? */
extern bool verifier_has_spoken;

#endif
