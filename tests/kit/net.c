// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Network namespaces as ip(8) names them, pairs of veth between them, and what interfaces say. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kit.h"

/* ---- rtnetlink ---- */

struct request {
	struct nlmsghdr header;
	char body[1024];
};

static void *append(struct request *request, const void *data, size_t size)
{
	void *place = (char *)request + request->header.nlmsg_len;

	if (data)
		memcpy(place, data, size);
	request->header.nlmsg_len += NLMSG_ALIGN(size);
	return place;
}

static struct request new_request(int type, int flags, const void *message, size_t size)
{
	struct request request = { .header = {
					   .nlmsg_len = NLMSG_LENGTH(0),
					   .nlmsg_type = type,
					   .nlmsg_flags = NLM_F_REQUEST | flags,
				   } };

	append(&request, message, size);
	return request;
}

static struct rtattr *add_attr(struct request *request, int type, const void *data, size_t size)
{
	struct rtattr *attr = append(request, NULL, RTA_LENGTH(0));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(size);
	append(request, data, size);
	return attr;
}

/* What is added from here on is inside the attribute, until end_nest(). */
static struct rtattr *begin_nest(struct request *request, int type)
{
	return add_attr(request, type, NULL, 0);
}

static void end_nest(struct request *request, struct rtattr *nest)
{
	nest->rta_len = (char *)request + request->header.nlmsg_len - (char *)nest;
}

/* A socket of the network namespace @netns, which we are in after that. */
static int open_netns(const char *netns)
{
	int fd;

	enter_netns(netns);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		die("cannot open a netlink socket");
	return fd;
}

/* Send the request, and put the answer into @answer. Dies naming @what if the kernel says no. */
static void ask(int fd, struct request *request, char *answer, size_t size, const char *what)
{
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	struct nlmsgerr *error = NLMSG_DATA(header);

	if (send(fd, request, request->header.nlmsg_len, 0) < 0 || recv(fd, answer, size, 0) < 0)
		die("cannot %s", what);
	if (header->nlmsg_type == NLMSG_ERROR && error->error) {
		errno = -error->error;
		die("cannot %s", what);
	}
}

static void tell(int fd, struct request *request, const char *what)
{
	char answer[4096];

	request->header.nlmsg_flags |= NLM_F_ACK;
	ask(fd, request, answer, sizeof(answer), what);
}

/* ---- Namespaces ---- */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("cannot write to %s", path);
	close(fd);
}

static void set_up(int fd, int index)
{
	struct ifinfomsg message = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct request request = new_request(RTM_NEWLINK, 0, &message, sizeof(message));

	tell(fd, &request, "set an interface up");
}

/* No interface of the namespace that we are in waits for duplicates of its IPv6 addresses. */
static void accept_no_dad(void)
{
	DIR *dir = opendir("/proc/sys/net/ipv6/conf");
	struct dirent *entry;
	char path[400];

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_dad", entry->d_name);
			write_file(path, "0");
		}
	if (dir)
		closedir(dir);
}

/* netns-add NETNS...: make namespaces for ip -n NETNS, each with loopback up. */
int cmd_netns_add(int argc, char **argv)
{
	char path[256];
	int fd;

	/* As ip(8) does: what is mounted here is so in all mount namespaces that share it. */
	if (mkdir(NETNS_DIR, 0755) && errno != EEXIST)
		die("cannot make " NETNS_DIR);
	if (mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) &&
	    (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL) ||
	     mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL)))
		die("cannot share " NETNS_DIR);
	for (int i = 1; i < argc; i++) {
		snprintf(path, sizeof(path), NETNS_DIR "/%s", argv[i]);
		fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
		if (fd < 0)
			die("cannot make %s", path);
		close(fd);
		if (unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", path, "none", MS_BIND, NULL))
			die("cannot make network namespace %s", argv[i]);
		accept_no_dad();
		fd = open_netns("-");
		set_up(fd, if_nametoindex("lo"));
		close(fd);
	}
	return 0;
}

/* netns-del NETNS...: remove them, as ip netns del does. */
int cmd_netns_del(int argc, char **argv)
{
	char path[256];
	int status = 0;

	for (int i = 1; i < argc; i++) {
		snprintf(path, sizeof(path), NETNS_DIR "/%s", argv[i]);
		umount2(path, MNT_DETACH);
		if (unlink(path)) {
			fprintf(stderr, "kit: cannot remove %s: %m\n", path);
			status = 1;
		}
	}
	return status;
}

/* ---- Interfaces ---- */

struct facts {
	int index;
	unsigned int mtu;
	unsigned char mac[6];
	unsigned int xdp_mode, xdp_program; /* 0: none */
	char qdisc[16];
};

static struct facts get_facts(int fd, const char *iface)
{
	struct ifinfomsg message = { .ifi_family = AF_UNSPEC };
	struct request request = new_request(RTM_GETLINK, 0, &message, sizeof(message));
	struct facts facts = {};
	char answer[16384];
	struct rtattr *attr;
	int size;

	add_attr(&request, IFLA_IFNAME, iface, strlen(iface) + 1);
	ask(fd, &request, answer, sizeof(answer), iface);
	facts.index = ((struct ifinfomsg *)NLMSG_DATA((struct nlmsghdr *)answer))->ifi_index;
	attr = IFLA_RTA(NLMSG_DATA((struct nlmsghdr *)answer));
	size = IFLA_PAYLOAD((struct nlmsghdr *)answer);
	for (; RTA_OK(attr, size); attr = RTA_NEXT(attr, size))
		switch (attr->rta_type) {
		case IFLA_MTU:
			facts.mtu = *(unsigned int *)RTA_DATA(attr);
			break;
		case IFLA_ADDRESS:
			if (RTA_PAYLOAD(attr) == sizeof(facts.mac))
				memcpy(facts.mac, RTA_DATA(attr), sizeof(facts.mac));
			break;
		case IFLA_QDISC:
			snprintf(facts.qdisc, sizeof(facts.qdisc), "%s", (char *)RTA_DATA(attr));
			break;
		case IFLA_XDP: {
			struct rtattr *xdp = RTA_DATA(attr);
			int left = RTA_PAYLOAD(attr);

			for (; RTA_OK(xdp, left); xdp = RTA_NEXT(xdp, left))
				if (xdp->rta_type == IFLA_XDP_ATTACHED)
					facts.xdp_mode = *(unsigned char *)RTA_DATA(xdp);
				else if (xdp->rta_type == IFLA_XDP_PROG_ID)
					facts.xdp_program = *(unsigned int *)RTA_DATA(xdp);
		}
		}
	return facts;
}

/* link NETNS IFACE: print its index, MAC address, MTU, XDP mode and program id (0: none). */
int cmd_link(int argc, char **argv)
{
	struct facts facts = get_facts(open_netns(argv[1]), argv[2]);

	printf("%d ", facts.index);
	for (int i = 0; i < 6; i++)
		printf("%s%02x", i ? ":" : "", facts.mac[i]);
	printf(" %u %u %u\n", facts.mtu, facts.xdp_mode, facts.xdp_program);
	return 0;
}

/* One end of a pair. */
struct end {
	const char *netns, *iface;
	char *addresses; /* "10.0.0.1/24,fd00::1/64", or "-": none, and not up */
	int fd;		 /* a netlink socket of that namespace */
	int netns_fd;
	struct facts facts;
};

/* Read @text, such as "fd00::1/64", into @bytes, cutting it at the slash; returns the family. */
static int parse_address(char *text, unsigned char bytes[16], int *prefix, size_t *size)
{
	char *slash = strchr(text, '/');
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (slash)
		*slash = '\0';
	*size = family == AF_INET6 ? 16 : 4;
	*prefix = slash ? atoi(slash + 1) : (int)*size * 8;
	if (inet_pton(family, text, bytes) != 1)
		die_plain("'%s' is not an address", text);
	return family;
}

static void add_address(const struct end *end, char *text)
{
	struct ifaddrmsg message = { .ifa_index = end->facts.index, .ifa_flags = IFA_F_NODAD };
	struct request request;
	unsigned char bytes[16];
	size_t size;
	int prefix;

	message.ifa_family = parse_address(text, bytes, &prefix, &size);
	message.ifa_prefixlen = prefix;
	request = new_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &message, sizeof(message));
	add_attr(&request, IFA_LOCAL, bytes, size);
	add_attr(&request, IFA_ADDRESS, bytes, size);
	tell(end->fd, &request, "add an address");
}

/* Tell @end the MAC address of @peer's @address, so that it never asks. */
static void add_neighbour(const struct end *end, const struct end *peer, char *address)
{
	struct ndmsg message = { .ndm_ifindex = end->facts.index, .ndm_state = NUD_PERMANENT };
	struct request request;
	unsigned char bytes[16];
	size_t size;
	int prefix;

	message.ndm_family = parse_address(address, bytes, &prefix, &size);
	request = new_request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &message, sizeof(message));
	add_attr(&request, NDA_DST, bytes, size);
	add_attr(&request, NDA_LLADDR, peer->facts.mac, sizeof(peer->facts.mac));
	tell(end->fd, &request, "add a neighbour");
}

static void add_pair(struct end *a, struct end *b)
{
	struct ifinfomsg message = { .ifi_family = AF_UNSPEC };
	struct request request = new_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &message,
					     sizeof(message));
	struct rtattr *info, *data, *peer;

	add_attr(&request, IFLA_IFNAME, a->iface, strlen(a->iface) + 1);
	info = begin_nest(&request, IFLA_LINKINFO);
	add_attr(&request, IFLA_INFO_KIND, "veth", 4);
	data = begin_nest(&request, IFLA_INFO_DATA);
	peer = begin_nest(&request, VETH_INFO_PEER);
	append(&request, &message, sizeof(message));
	add_attr(&request, IFLA_IFNAME, b->iface, strlen(b->iface) + 1);
	add_attr(&request, IFLA_NET_NS_FD, &b->netns_fd, sizeof(b->netns_fd));
	end_nest(&request, peer);
	end_nest(&request, data);
	end_nest(&request, info);
	tell(a->fd, &request, "make a veth pair");
}

/*
 * veth NETNS IFACE ADDRESSES NETNS IFACE ADDRESSES [known]: make a pair; when this returns, both
 * ends can send. ADDRESSES are like 10.0.0.1/24,fd00::1/64; with "-" that end is left down. With
 * "known" both know the other's MAC addresses for good.
 */
int cmd_veth(int argc, char **argv)
{
	struct end ends[2] = {
		{ .netns = argv[1], .iface = argv[2], .addresses = argv[3] },
		{ .netns = argv[4], .iface = argv[5], .addresses = argv[6] },
	};

	for (int i = 0; i < 2; i++) {
		ends[i].fd = open_netns(ends[i].netns);
		ends[i].netns_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	}
	add_pair(&ends[0], &ends[1]);
	for (int i = 0; i < 2; i++) {
		ends[i].facts = get_facts(ends[i].fd, ends[i].iface);
		if (strcmp(ends[i].addresses, "-"))
			set_up(ends[i].fd, ends[i].facts.index);
	}
	for (int i = 0; i < 2; i++) {
		struct end *end = &ends[i];
		char *rest = end->addresses;

		if (!strcmp(rest, "-"))
			continue;
		for (char *address; (address = strsep(&rest, ","));) {
			add_address(end, address);
			if (argc > 7)
				add_neighbour(&ends[!i], end, address);
		}
	}
	/* Up or not, an interface with the noop qdisc silently drops what is sent. */
	for (int i = 0; i < 2; i++)
		for (int looks = 0; strcmp(ends[i].addresses, "-"); looks++) {
			if (strcmp(get_facts(ends[i].fd, ends[i].iface).qdisc, "noop"))
				break;
			if (looks == 1000)
				die_plain("%s still cannot send after 10 s", ends[i].iface);
			sleep_ms(10);
		}
	return 0;
}
