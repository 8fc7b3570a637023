// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* The command line: which view, and what of it. */
#include <limits.h>
#include <string.h>
#include "example.h"
#include "view.h"

const struct view views[VIEWS] = {
	{ "ps", "process_event", offsetof(struct process_event, args), true },
	{ "lsof", "file_event", offsetof(struct file_event, path), true },
	{ "ss", "socket_event", sizeof(struct socket_event), false },
	{ "cgroup", "cgroup_event", offsetof(struct cgroup_event, path), true },
	{ "map", NULL, 0, false },
};
struct wanted wanted;

enum { OPTION_PIN = 256,
       OPTION_UDP,
       OPTION_KILL,
       OPTION_ID };

static const struct argp_option options_table[] = {
	{ "pid", 'p', "PID", 0, "ps, lsof: only the process PID", 0 },
	{ "udp", OPTION_UDP, NULL, 0, "ss: UDP sockets, not those of TCP", 0 },
	{ "port", 'P', "PORT", 0, "ss: only sockets with PORT at either end", 0 },
	{ "kill", OPTION_KILL, NULL, 0, "ss: end the sockets that are shown (with -P only)", 0 },
	{ "cgroup", 'c', "CGROUP", 0, "cgroup: only CGROUP and those below it", 0 },
	{ "id", OPTION_ID, "ID", 0, "map: the map ID, as shown by bpftool map", 0 },
	{ "interval", 'I', "SECONDS", 0, "Show it again every SECONDS", 0 },
	{ "pin", OPTION_PIN, "PATH", 0, "Do not show it; let cat PATH do so, until rm PATH", 0 },
	{ 0 },
};

/* The options that only some views take. */
static struct {
	int key;
	const char *name;
	unsigned int views;
	bool given;
} special[] = {
	{ 'p', "-p", 1 << PS | 1 << LSOF, false },
	{ OPTION_UDP, "--udp", 1 << SS, false },
	{ 'P', "-P", 1 << SS, false },
	{ OPTION_KILL, "--kill", 1 << SS, false },
	{ 'c', "-c", 1 << CGROUP, false },
	{ OPTION_ID, "--id", 1 << MAP, false },
};

static void check_options(struct argp_state *state)
{
	if (!wanted.view)
		argp_error(state, "which view? ps, lsof, ss, cgroup or map");
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (special[i].given && !(special[i].views >> (wanted.view - views) & 1))
			argp_error(state, "%s does not take %s", wanted.view->name, special[i].name);
	if (wanted.view == &views[MAP] && !wanted.map_id)
		argp_error(state, "which map? --id ID; bpftool map lists them");
	if (wanted.kill && (!wanted.port || wanted.pin))
		argp_error(state, "--kill ends every socket shown; it wants -P PORT, and no --pin");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		special[i].given |= special[i].key == key;
	switch (key) {
	case 'p':
		wanted.pid = parse_pid(state, arg);
		return 0;
	case OPTION_UDP:
		wanted.udp = true;
		return 0;
	case OPTION_KILL:
		wanted.kill = true;
		return 0;
	case 'P':
		wanted.port = parse_number(state, "PORT", arg, 1, USHRT_MAX);
		return 0;
	case 'c':
		wanted.cgroup = arg;
		return 0;
	case OPTION_ID:
		wanted.map_id = parse_number(state, "ID", arg, 1, INT_MAX);
		return 0;
	case 'I':
		wanted.interval = parse_interval(state, arg);
		return 0;
	case OPTION_PIN:
		wanted.pin = arg;
		return 0;
	case ARGP_KEY_ARG:
		for (int i = 0; i < VIEWS && !wanted.view; i++)
			if (!strcmp(arg, views[i].name))
				wanted.view = &views[i];
		if (!wanted.view || state->arg_num)
			argp_error(state, "one of ps, lsof, ss, cgroup and map, not '%s'", arg);
		return 0;
	case ARGP_KEY_END:
		check_options(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp = {
	.options = options_table,
	.parser = parse_option,
	.args_doc = "ps|lsof|ss|cgroup|map",
	.doc = "Show processes, open files, sockets, cgroups, or the elements of a BPF map.",
};
