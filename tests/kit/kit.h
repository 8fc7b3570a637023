/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * kit, the tests' helper: what would otherwise take several programs, in one that starts quickly.
 * In an emulated VM each start of a program costs 10 ms and more. tests/lib.sh calls it.
 */
#ifndef KIT_H
#define KIT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define NETNS_DIR "/run/netns" /* where ip(8) keeps its network namespaces */

/* Print the message and the error of errno, and end with status 1. */
#define die(...) (fprintf(stderr, "kit: " __VA_ARGS__), fprintf(stderr, ": %m\n"), exit(1))
/* The same, without errno. */
#define die_plain(...) (fprintf(stderr, "kit: " __VA_ARGS__), fputc('\n', stderr), exit(1))

/*
 * The commands: kit NAME ARG... calls one with argv[0] = NAME and what follows. Each returns the
 * status to end with; a command with too few arguments never gets here.
 */
int cmd_supervise(int argc, char **argv); /* supervise.c */
int cmd_run(int argc, char **argv);	  /* run.c */
int cmd_match(int argc, char **argv);	  /* wait.c */
int cmd_wait(int argc, char **argv);
int cmd_lines(int argc, char **argv);
int cmd_slowly(int argc, char **argv);
int cmd_netns_add(int argc, char **argv); /* net.c */
int cmd_netns_del(int argc, char **argv);
int cmd_veth(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_unheld(int argc, char **argv); /* bpf.c */
int cmd_nothing_new(int argc, char **argv);
int cmd_ids(int argc, char **argv); /* ids.c */
int cmd_tun(int argc, char **argv); /* tun.c */

/* The seconds since boot. */
double now(void);

/* Sleep for @ms milliseconds. */
void sleep_ms(int ms);

/* Has process @pid ended? A zombie has, and one that does not exist. */
bool has_ended(int pid);

/* Enter network namespace @name of ip(8); "-" is the one we are in. Dies on failure. */
void enter_netns(const char *name);

#endif
