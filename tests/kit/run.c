// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Run a program in a network namespace, in a cgroup, as nobody, with a few capabilities. */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kit.h"

#define NOBODY 65534

static const char *const capability_names[] = {
	// clang-format off
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid",
	"setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw",
	"ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct",
	"sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
	"lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog",
	"wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
	// clang-format on
};
#define CAPABILITIES (int)(sizeof(capability_names) / sizeof(*capability_names))

/* "+bpf,+net_admin" as a mask. */
static unsigned long long parse_capabilities(char *list)
{
	unsigned long long mask = 0;

	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		int i = 0;

		name += *name == '+';
		while (i < CAPABILITIES && strcmp(name, capability_names[i]))
			i++;
		if (i == CAPABILITIES)
			die_plain("there is no capability '%s'", name);
		mask |= 1ULL << i;
	}
	return mask;
}

/* Become nobody. Of the capabilities keep @mask, also over execve(). */
static void become_nobody(unsigned long long mask)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; mask && prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (!(mask & 1ULL << i) && prctl(PR_CAPBSET_DROP, i))
			die("cannot drop a capability");
	if (prctl(PR_SET_KEEPCAPS, mask != 0) || setgroups(0, NULL) ||
	    setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		die("cannot become nobody");
	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = data[i].inheritable = mask >> i * 32;
	if (syscall(SYS_capset, &header, data))
		die("cannot set the capabilities");
	for (int i = 0; i < CAPABILITIES; i++)
		if (mask & 1ULL << i && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			die("cannot keep capability %s", capability_names[i]);
}

static void enter_cgroup(const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die("cannot enter cgroup %s", dir);
	close(fd);
}

/*
 * run [OPTION...] [--] [PROGRAM [ARG...]]: replace this process by PROGRAM.
 *	-i            SIGINT is not ignored, as it is in a shell's background jobs
 *	-n NETNS      in that network namespace of ip(8)
 *	-c CGROUP     in the cgroup with that directory
 *	-u            as nobody, without any capability
 *	-p LIST       as nobody with these capabilities, "+bpf,+net_admin"
 * Without a PROGRAM: status 0 if whoever we would be may enter the working directory.
 */
int cmd_run(int argc, char **argv)
{
	const char *netns = "-", *cgroup = NULL;
	unsigned long long mask = 0;
	bool nobody = false;
	int option;

	while ((option = getopt(argc, argv, "+in:c:up:")) != -1)
		switch (option) {
		case 'i':
			signal(SIGINT, SIG_DFL);
			break;
		case 'n':
			netns = optarg;
			break;
		case 'c':
			cgroup = optarg;
			break;
		case 'p':
			mask = parse_capabilities(optarg);
			/* fall through */
		case 'u':
			nobody = true;
			break;
		default:
			return 2;
		}
	if (cgroup)
		enter_cgroup(cgroup);
	enter_netns(netns);
	if (nobody)
		become_nobody(mask);
	if (optind == argc)
		return access(".", X_OK) != 0;
	execvp(argv[optind], argv + optind);
	fprintf(stderr, "kit: cannot run %s: %m\n", argv[optind]);
	return 127;
}
