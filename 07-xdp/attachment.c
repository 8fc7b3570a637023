// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Find XDP programs on interfaces, and the maps of ours. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>
#include "example.h"
#include "attachment.h"

/* The XDP program on an interface. */
struct attachment {
	__u32 program;
	__u32 link; /* that holds it; 0: none, it was attached through netlink */
	const char *mode;
	__u32 mode_flag;
	char name[BPF_OBJ_NAME_LEN];
	bool is_ours;
	struct maps maps; /* if so */
};

/* The id of the link that holds @program on @ifindex; 0 if there is none. */
static __u32 find_link(int ifindex, __u32 program)
{
	struct bpf_link_info info;
	__u32 id = 0, size;
	int fd, err;

	while (!bpf_link_get_next_id(id, &id)) {
		fd = bpf_link_get_fd_by_id(id);
		if (fd < 0)
			continue; /* gone since */
		memset(&info, 0, sizeof(info));
		size = sizeof(info);
		err = bpf_link_get_info_by_fd(fd, &info, &size);
		close(fd);
		/* Both: other network namespaces have interfaces of the same number. */
		if (!err && info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == (__u32)ifindex &&
		    info.prog_id == program)
			return id;
	}
	return 0;
}

/* Open the maps of the program @fd that are called as ours are. Are they all there? */
static bool open_maps(int fd, struct maps *maps)
{
	struct {
		const char *name;
		__u32 key_size, value_size;
		int *fd;
	} ours[] = {
		{ "blocked4", sizeof(struct prefix4), sizeof(struct rule), &maps->blocked[0] },
		{ "blocked6", sizeof(struct prefix6), sizeof(struct rule), &maps->blocked[1] },
		{ "counters", sizeof(__u32), sizeof(struct count), &maps->counters },
		{ "free_slots", 0, sizeof(__u32), &maps->free_slots },
	};
	struct bpf_prog_info program = {};
	__u32 ids[16], size = sizeof(program);
	size_t found = 0;

	program.map_ids = (uintptr_t)ids;
	program.nr_map_ids = sizeof(ids) / sizeof(*ids);
	if (bpf_prog_get_info_by_fd(fd, &program, &size))
		return false;
	for (__u32 i = 0; i < program.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++) {
		int map = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info info = {};
		bool kept = false;

		size = sizeof(info);
		if (map < 0 || bpf_map_get_info_by_fd(map, &info, &size))
			return false;
		for (size_t j = 0; j < sizeof(ours) / sizeof(*ours); j++) {
			if (strcmp(info.name, ours[j].name) || info.key_size != ours[j].key_size ||
			    info.value_size != ours[j].value_size)
				continue;
			*ours[j].fd = map;
			kept = true;
			found++;
		}
		if (!kept)
			close(map);
	}
	return found == sizeof(ours) / sizeof(*ours);
}

/*
 * Which XDP program is on @ifindex? False if there is none, or if the interface or the program goes
 * away while this asks.
 */
static bool find_attachment(int ifindex, struct attachment *at)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	int fd;

	if (bpf_xdp_query(ifindex, 0, &query)) {
		if (errno == ENODEV)
			return false;
		die("cannot ask which XDP program is on interface %d", ifindex);
	}
	memset(at, 0, sizeof(*at));
	if (query.drv_prog_id) {
		at->program = query.drv_prog_id;
		at->mode = "native";
		at->mode_flag = XDP_FLAGS_DRV_MODE;
	} else if (query.skb_prog_id) {
		at->program = query.skb_prog_id;
		at->mode = "generic";
		at->mode_flag = XDP_FLAGS_SKB_MODE;
	} else if (query.hw_prog_id) {
		at->program = query.hw_prog_id;
		at->mode = "offloaded";
		at->mode_flag = XDP_FLAGS_HW_MODE;
	} else {
		return false;
	}
	fd = bpf_prog_get_fd_by_id(at->program);
	if (fd < 0 && errno == ENOENT)
		return false;
	if (fd < 0)
		die("cannot open the XDP program %u on interface %d", at->program, ifindex);
	if (!bpf_prog_get_info_by_fd(fd, &info, &size))
		memcpy(at->name, info.name, sizeof(at->name));
	at->is_ours = open_maps(fd, &at->maps);
	at->link = find_link(ifindex, at->program);
	close(fd);
	return true;
}

struct maps find_program(const char **interface)
{
	struct attachment at, found = {};
	static char name[IF_NAMESIZE];
	struct if_nameindex *all;

	if (*interface) {
		if (!find_attachment(parse_interface(*interface), &found) || !found.is_ours)
			fail("there is no xdpblock on %s", *interface);
		return found.maps;
	}
	all = if_nameindex();
	if (!all)
		die("cannot list the network interfaces");
	for (struct if_nameindex *each = all; each->if_index; each++) {
		if (!find_attachment(each->if_index, &at) || !at.is_ours)
			continue;
		if (found.program)
			fail("xdpblock is on %s and on %s; -i IFACE tells which is meant", name,
			     each->if_name);
		found = at;
		strcpy(name, each->if_name);
	}
	if_freenameindex(all);
	if (!found.program)
		fail("there is no xdpblock on any interface of this network namespace");
	*interface = name;
	return found.maps;
}

void free_interface(const char *interface, int ifindex, bool force)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);
	struct attachment at;

	if (!find_attachment(ifindex, &at))
		return;
	if (at.is_ours)
		fail("xdpblock is on %s already (program %u, %s XDP)\n  hint: its rules are edited by: "
		     "xdpblock -i %s add CIDR (or del, or list)",
		     interface, at.program, at.mode, interface);
	if (at.link)
		fail("%s has another XDP program: '%s' (program %u, %s XDP), which its link %u keeps "
		     "from being replaced\n  hint: end who attached it, or: bpftool link detach id %u",
		     interface, at.name, at.program, at.mode, at.link, at.link);
	if (!force)
		fail("%s has another XDP program: '%s' (program %u, %s XDP)\n  hint: --force replaces it",
		     interface, at.name, at.program, at.mode);

	opts.old_prog_fd = bpf_prog_get_fd_by_id(at.program);
	if (opts.old_prog_fd < 0 || bpf_xdp_detach(ifindex, at.mode_flag, &opts))
		die("cannot detach '%s' (program %u) from %s", at.name, at.program, interface);
	close(opts.old_prog_fd);
	warn("detached '%s' (program %u) from %s", at.name, at.program, interface);
}
