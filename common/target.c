// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* What people name on the command line: processes, cgroups, network interfaces. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/rtnetlink.h>
#include <mntent.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "example.h"

#ifndef ARPHRD_RAWIP
#define ARPHRD_RAWIP 519 /* linux/if_arp.h, which does not go with net/if_arp.h */
#endif

/* The inode of the first PID namespace: PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFC

/* What /proc/PID/status says. A process that has ended and whose parent has not asked for its status
 * yet is a zombie; but one whose first thread alone has ended still runs. */
struct status {
	int process; /* that it is a thread of; 0 if /proc does not tell */
	int threads;
	char state;
};

static struct status read_status(pid_t pid)
{
	struct status status = {};
	char path[32], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "Tgid: %d", &status.process);
		sscanf(line, "Threads: %d", &status.threads);
		sscanf(line, "State: %c", &status.state);
	}
	if (file)
		fclose(file);
	return status;
}

pid_t parse_pid(struct argp_state *state, const char *text)
{
	pid_t pid = parse_number(state, "PID", text, 1, INT_MAX);
	struct status status;
	struct stat namespace;

	if (!stat("/proc/self/ns/pid", &namespace) && namespace.st_ino != FIRST_PID_NAMESPACE)
		fail("PID %d: this is a PID namespace (a container?), and BPF programs see the host's "
		     "PIDs\n  hint: run it on the host, or in a container that shares the host's PIDs "
		     "(docker run --pid=host)",
		     pid);
	if (kill(pid, 0) && errno == ESRCH)
		fail("there is no process with PID %d", pid);
	status = read_status(pid);
	if (status.process && status.process != pid)
		fail("%d is a thread of process %d\n  hint: -p %d", pid, status.process,
		     status.process);
	if (status.state == 'Z' && status.threads <= 1)
		fail("process %d has ended; it is a zombie until its parent asks for its status", pid);
	return pid;
}

/* Where cgroup2 is mounted: beside cgroup v1, systemd puts it under .../unified. */
static void cgroup_mount(char *buf, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *entry;

	if (!mounts)
		die("cannot read /proc/self/mounts");
	while ((entry = getmntent(mounts))) {
		if (!strcmp(entry->mnt_type, "cgroup2")) {
			snprintf(buf, size, "%s", entry->mnt_dir);
			endmntent(mounts);
			return;
		}
	}
	fail("cgroup v2 is not mounted\n"
	     "  hint: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
}

int open_cgroup(const char *path)
{
	char full[PATH_MAX], mount[PATH_MAX / 2];
	struct statfs fs;
	int fd;

	if (!*path)
		fail("which cgroup? '' is none; '.' is the root");
	cgroup_mount(mount, sizeof(mount));
	if (*path == '/')
		snprintf(full, sizeof(full), "%s", path);
	else
		snprintf(full, sizeof(full), "%s/%s", mount, path);

	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open cgroup %s: %m", full);
	if (fstatfs(fd, &fs))
		die("cannot look at %s", full);
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		fail("%s is not a cgroup v2 directory\n  hint: those are below %s", full, mount);
	return fd;
}

/*
 * The index of the interface that has the alternative name @name (ip link property add), which can
 * be longer than the 15 characters that if_nametoindex() takes; 0 if there is none.
 */
static int find_alternative_name(const char *name)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
		struct rtattr attribute;
		char name[128]; /* ALTIFNAMSIZ of linux/if.h, which does not go with net/if.h */
	} request = {
		.header = { .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST },
		.info = { .ifi_family = AF_UNSPEC },
		.attribute = { .rta_type = IFLA_ALT_IFNAME },
	};
	_Alignas(struct nlmsghdr) char reply[1 << 15];
	const struct nlmsghdr *header = (void *)reply;
	size_t size = strlen(name) + 1;
	int sock, index = 0;
	ssize_t received;

	if (size > sizeof(request.name))
		return 0;
	memcpy(request.name, name, size);
	request.attribute.rta_len = RTA_LENGTH(size);
	request.header.nlmsg_len = offsetof(typeof(request), name) + size;
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (sock < 0)
		die("cannot ask for network interfaces");
	if (send(sock, &request, request.header.nlmsg_len, 0) < 0 ||
	    (received = recv(sock, reply, sizeof(reply), 0)) < 0)
		die("cannot ask for network interface '%s'", name);
	if (NLMSG_OK(header, received) && header->nlmsg_type == RTM_NEWLINK)
		index = ((struct ifinfomsg *)NLMSG_DATA(header))->ifi_index;
	close(sock);
	return index;
}

int parse_interface(const char *name)
{
	int index = if_nametoindex(name);

	if (!index)
		index = find_alternative_name(name);
	if (!index) {
		errno = ENODEV;
		fail("there is no network interface '%s': %m\n  hint: ip link lists those of this network "
		     "namespace",
		     name);
	}
	return index;
}

bool has_ethernet_header(int index)
{
	struct ifreq request = {};
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0 || !if_indextoname(index, request.ifr_name) || ioctl(sock, SIOCGIFHWADDR, &request))
		die("cannot look at the network interface with index %d", index);
	close(sock);
	switch (request.ifr_hwaddr.sa_family) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return true;
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
		return false;
	default:
		fail("the packets of %s begin neither with an Ethernet nor with an IP header (it is of type %d of "
		     "linux/if_arp.h)",
		     request.ifr_name, request.ifr_hwaddr.sa_family);
	}
}

static struct {
	int sock, index;
	bool gone;
} watched;

void watch_interface(int index)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	watched.index = index;
	watched.sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (watched.sock < 0 || bind(watched.sock, (void *)&address, sizeof(address)))
		die("cannot watch network interfaces");
}

bool interface_has_gone(void)
{
	_Alignas(struct nlmsghdr) char buf[1 << 15];
	char name[IF_NAMESIZE];
	ssize_t size;

	while ((size = recv(watched.sock, buf, sizeof(buf), 0)) > 0)
		for (struct nlmsghdr *message = (void *)buf; NLMSG_OK(message, size);
		     message = NLMSG_NEXT(message, size))
			if (message->nlmsg_type == RTM_DELLINK &&
			    ((struct ifinfomsg *)NLMSG_DATA(message))->ifi_index == watched.index)
				watched.gone = true;
	if (size < 0 && errno == ENOBUFS && !if_indextoname(watched.index, name)) /* some news are lost */
		watched.gone = true;
	return watched.gone;
}
