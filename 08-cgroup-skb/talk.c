// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Packets in known numbers, for the demo, the tests and the benchmark. ADDRESS is IPv4 or IPv6,
 * SIZE what a datagram carries.
 *
 *	udp ADDRESS COUNT SIZE		send datagrams from one socket to another of our own
 *	send ADDRESS PORT COUNT SIZE	send them to somebody else
 *	receive ADDRESS PORT COUNT	receive them; makes the file $READY when it can
 *	moved DIR ADDRESS COUNT SIZE	as udp, but move to cgroup DIR once the sockets are made
 *	tcp ADDRESS SIZE		send SIZE bytes over a TCP connection to ourselves
 *	connect ADDRESS PORT MS		connect, and give up after MS milliseconds
 *	flood ADDRESS COUNT		as udp with 64 bytes, as fast as it goes
 *
 * Prints what came of it: "10 sent, 10 received", and "10 EPERM" for sends that failed so; for
 * connect, "connected" or the error, EINPROGRESS if it gave up; for flood, how many ns of CPU time
 * a datagram took (all of its way over loopback is in our own system calls).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "example.h"

union address {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

static char data[65536];
static long sent, received, refused;

/* Not die(), whose hints need half of common/, and libbpf: the tests run this often. */
static void give_up(const char *what)
{
	fprintf(stderr, "talk: %s: %s\n", what, strerror(errno));
	exit(1);
}

static union address parse(const char *text, int port)
{
	union address address = {};

	if (inet_pton(AF_INET, text, &address.ip4.sin_addr) == 1) {
		address.ip4.sin_family = AF_INET;
		address.ip4.sin_port = htons(port);
	} else if (inet_pton(AF_INET6, text, &address.ip6.sin6_addr) == 1) {
		address.ip6.sin6_family = AF_INET6;
		address.ip6.sin6_port = htons(port);
	} else {
		fprintf(stderr, "talk: no address: %s\n", text);
		exit(2);
	}
	return address;
}

static int make_socket(const union address *address, int type)
{
	struct timeval timeout = { .tv_sec = 20 };
	int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return fd;
}

/* A socket that is bound to @address, which gets the port it has. */
static int bind_socket(union address *address, int type)
{
	int fd = make_socket(address, type);
	socklen_t size = sizeof(*address);

	if (bind(fd, &address->any, size) || getsockname(fd, &address->any, &size))
		give_up("bind");
	return fd;
}

static bool send_one(int fd, const union address *to, size_t size)
{
	if (sendto(fd, data, size, 0, &to->any, sizeof(*to)) == (ssize_t)size) {
		sent++;
		return true;
	}
	if (errno != EPERM)
		give_up("sendto");
	refused++;
	return false;
}

static void receive_one(int fd)
{
	if (recv(fd, data, sizeof(data), 0) < 0)
		give_up("recv");
	received++;
}

static void print_counts(void)
{
	printf("%ld sent, %ld received", sent, received);
	printf(refused ? ", %ld EPERM\n" : "\n", refused);
}

/* Have the sockets, go to cgroup @move_to if it is not NULL, and use them. */
static void udp(const char *address, long count, size_t size, const char *move_to)
{
	union address to = parse(address, 0);
	int receiver = bind_socket(&to, SOCK_DGRAM), sender = make_socket(&to, SOCK_DGRAM);

	if (move_to) {
		int procs = chdir(move_to) ? -1 : open("cgroup.procs", O_WRONLY | O_CLOEXEC);

		if (procs < 0 || write(procs, "0", 1) != 1)
			give_up(move_to);
		close(procs);
	}
	for (long i = 0; i < count; i++)
		if (send_one(sender, &to, size))
			receive_one(receiver);
}

static void receive(const char *address, int port, long count)
{
	union address at = parse(address, port);
	int fd = bind_socket(&at, SOCK_DGRAM);

	if (getenv("READY"))
		close(open(getenv("READY"), O_CREAT | O_WRONLY, 0600));
	for (long i = 0; i < count; i++)
		receive_one(fd);
}

static void tcp(const char *address, size_t size)
{
	union address at = parse(address, 0);
	int listener = bind_socket(&at, SOCK_STREAM), client = make_socket(&at, SOCK_STREAM);
	int server;

	if (listen(listener, 1) || connect(client, &at.any, sizeof(at)))
		give_up("connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		give_up("accept");
	while ((size_t)sent < size) {
		size_t part = size - sent < 1000 ? size - sent : 1000;

		if (send(client, data, part, 0) != (ssize_t)part ||
		    recv(server, data, part, MSG_WAITALL) != (ssize_t)part)
			give_up("send");
		sent += part;
		received += part;
	}
}

static void connect_to(const char *address, int port, int ms)
{
	struct timeval timeout = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	union address to = parse(address, port);
	int fd = make_socket(&to, SOCK_STREAM);

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	puts(connect(fd, &to.any, sizeof(to)) ? error_name(errno) : "connected");
}

static void flood(const char *address, long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	udp(address, count, 64, NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%ld\n",
	       ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc == 5 && !strcmp(mode, "udp")) {
		udp(argv[2], atol(argv[3]), atol(argv[4]), NULL);
	} else if (argc == 6 && !strcmp(mode, "moved")) {
		udp(argv[3], atol(argv[4]), atol(argv[5]), argv[2]);
	} else if (argc == 6 && !strcmp(mode, "send")) {
		union address to = parse(argv[2], atoi(argv[3]));
		int fd = make_socket(&to, SOCK_DGRAM);

		for (long i = 0; i < atol(argv[4]); i++)
			send_one(fd, &to, atol(argv[5]));
	} else if (argc == 5 && !strcmp(mode, "receive")) {
		receive(argv[2], atoi(argv[3]), atol(argv[4]));
	} else if (argc == 4 && !strcmp(mode, "tcp")) {
		tcp(argv[2], atol(argv[3]));
	} else if (argc == 5 && !strcmp(mode, "connect")) {
		connect_to(argv[2], atoi(argv[3]), atoi(argv[4]));
		return 0;
	} else if (argc == 4 && !strcmp(mode, "flood") && atol(argv[3]) > 0) {
		flood(argv[2], atol(argv[3]));
		return 0;
	} else {
		fprintf(stderr, "usage: talk udp ADDRESS COUNT SIZE | ... (see talk.c)\n");
		return 2;
	}
	print_counts();
	return 0;
}
