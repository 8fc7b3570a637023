/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Which XDP program is on an interface? There is no daemon and no file that says which one
 * runs where: the kernel knows which program is on an interface, and a program knows its maps. So
 * when the program goes, there is nothing left to go stale.
 */
#ifndef ATTACHMENT_H
#define ATTACHMENT_H

#include "rules.h"

/*
 * Find the tool's program on *@interface; or, if that is NULL, the only one there is; then set it to
 * the name of its interface, which stays valid. Returns its maps; dies if there is none, or more.
 */
struct maps find_program(const char **interface);

/*
 * Die if @interface has an XDP program; but with @force detach one that is not held by a link.
 * @ifindex is the interface's index.
 */
void free_interface(const char *interface, int ifindex, bool force);

#endif
