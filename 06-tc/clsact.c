// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Where the kernel has no tcx links: filters in a clsact qdisc. */
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "example.h"
#include "clsact.h"

/* What must be undone by hand, as no link does it: the two filters, and the qdisc if we added it. */
static struct clsact {
	struct bpf_tc_hook hook;
	struct bpf_tc_opts ingress, egress;
	bool qdisc_is_ours;
} clsact;

/* Does @message describe a filter that a portmap has made? It has the name of the program. */
static bool is_of_portmap(struct nlmsghdr *message)
{
	struct rtattr *attribute = (void *)NLMSG_DATA(message) + NLMSG_ALIGN(sizeof(struct tcmsg)), *option;
	int size = NLMSG_PAYLOAD(message, sizeof(struct tcmsg)), left;

	for (; RTA_OK(attribute, size); attribute = RTA_NEXT(attribute, size)) {
		if (attribute->rta_type != TCA_OPTIONS)
			continue;
		left = RTA_PAYLOAD(attribute);
		for (option = RTA_DATA(attribute); RTA_OK(option, left); option = RTA_NEXT(option, left))
			if (option->rta_type == TCA_BPF_NAME && (!strncmp(RTA_DATA(option), "on_ingress", 10) ||
								 !strncmp(RTA_DATA(option), "on_egress", 9)))
				return true;
	}
	return false;
}

/*
 * How many filters, of anybody, are in the clsact qdisc's direction @parent? libbpf can ask for one
 * filter by its number only, so this asks the kernel for all, over netlink. *@portmaps counts those that a
 * like this one has made. If in doubt, one.
 */
static int count_filters(__u32 parent, int *portmaps)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETTFILTER,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.tc = { .tcm_ifindex = clsact.hook.ifindex, .tcm_parent = parent },
	};
	_Alignas(struct nlmsghdr) char reply[1 << 15];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), count = 0;
	bool done = false;
	ssize_t size;

	if (fd < 0 || send(fd, &request, sizeof(request), 0) != sizeof(request))
		return 1;
	while (!done && (size = recv(fd, reply, sizeof(reply), 0)) > 0) {
		for (struct nlmsghdr *message = (void *)reply; NLMSG_OK(message, size);
		     message = NLMSG_NEXT(message, size)) {
			done |= message->nlmsg_type != RTM_NEWTFILTER;
			count += message->nlmsg_type == RTM_NEWTFILTER;
			*portmaps += message->nlmsg_type == RTM_NEWTFILTER && is_of_portmap(message);
		}
	}
	close(fd);
	return done ? count : 1;
}

static const __u32 directions[] = { TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
				    TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS) };

static bool has_filters(void)
{
	int portmaps = 0;

	return count_filters(directions[0], &portmaps) || count_filters(directions[1], &portmaps);
}

bool has_own_filters(void)
{
	struct bpf_tc_opts *filters[] = { &clsact.ingress, &clsact.egress };

	for (int i = 0; i < 2; i++) {
		struct bpf_tc_opts found = {
			.sz = sizeof(found),
			.handle = filters[i]->handle,
			.priority = filters[i]->priority,
		};

		clsact.hook.attach_point = i ? BPF_TC_EGRESS : BPF_TC_INGRESS;
		if (bpf_tc_query(&clsact.hook, &found) || found.prog_id != filters[i]->prog_id)
			return false;
	}
	return true;
}

static void detach_clsact(void)
{
	struct bpf_tc_opts *filters[] = { &clsact.ingress, &clsact.egress };

	for (int i = 0; i < 2; i++) {
		if (!filters[i]->prog_id)
			continue;
		filters[i]->flags = filters[i]->prog_fd = filters[i]->prog_id = 0;
		clsact.hook.attach_point = i ? BPF_TC_EGRESS : BPF_TC_INGRESS;
		bpf_tc_detach(&clsact.hook, filters[i]);
	}
	/* Removing the qdisc would remove the filters that others have put there since. */
	if (clsact.qdisc_is_ours && !has_filters()) {
		clsact.hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&clsact.hook);
	}
}

void attach_clsact(const char *name, int interface, int ingress_fd, int egress_fd)
{
	int err, portmaps = 0;

	clsact.hook = (struct bpf_tc_hook){
		.sz = sizeof(clsact.hook),
		.ifindex = interface,
		.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS,
	};
	clsact.ingress = (struct bpf_tc_opts){ .sz = sizeof(struct bpf_tc_opts),
					       .prog_fd = ingress_fd };
	clsact.egress = (struct bpf_tc_opts){ .sz = sizeof(struct bpf_tc_opts),
					      .prog_fd = egress_fd };

	/* The qdisc may be there, and used by others: then it is not ours to remove. */
	err = bpf_tc_hook_create(&clsact.hook);
	if (err && err != -EEXIST)
		die("cannot add a clsact qdisc to %s", name);
	clsact.qdisc_is_ours = !err;
	count_filters(directions[0], &portmaps);
	count_filters(directions[1], &portmaps);
	if (portmaps)
		warn("%s has filters of another portmap: of one that runs, or that was ended by kill -9\n"
		     "  hint: tc qdisc del dev %s clsact removes them, and all others there",
		     name,
		     name);
	atexit(detach_clsact); /* also when die() ends us */

	clsact.hook.attach_point = BPF_TC_INGRESS;
	if (bpf_tc_attach(&clsact.hook, &clsact.ingress))
		die("cannot attach to ingress of %s", name);
	clsact.hook.attach_point = BPF_TC_EGRESS;
	if (bpf_tc_attach(&clsact.hook, &clsact.egress))
		die("cannot attach to egress of %s", name);
}
