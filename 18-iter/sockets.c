// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * sockets: have a TCP socket that listens, a connection to it, and a UDP socket, all on 127.0.0.1
 * (sockets 6: on ::1), and a second thread. Print "LISTENING-PORT CLIENT-PORT UDP-PORT", and then, once the connection
 * ends without our doing, "ended: ERROR"; until stdin ends.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "example.h"

static int family = AF_INET;

static int make(int type)
{
	int fd = socket(family, type, 0);

	if (fd < 0) {
		perror("sockets: socket");
		exit(1);
	}
	return fd;
}

/* Bind @fd to any port of the loopback address, or connect it to @port. Returns its own port. */
static int name(int fd, int port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr *address = family == AF_INET ? (void *)&v4 : (void *)&v6;
	socklen_t size = family == AF_INET ? sizeof(v4) : sizeof(v6);

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v4.sin_port = v6.sin6_port = htons(port);
	if ((port ? connect(fd, address, size) : bind(fd, address, size)) ||
	    getsockname(fd, address, &size)) {
		perror("sockets");
		exit(1);
	}
	return ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
}

static void *wait_for_ever(void *unused)
{
	while (pause())
		;
	return NULL;
}

int main(int argc, char **argv)
{
	struct pollfd polled[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				    { .events = POLLIN } };
	int listener, client, udp, port, client_port;
	pthread_t thread;
	char byte;

	if (pthread_create(&thread, NULL, wait_for_ever, NULL))
		return 1;
	if (argc > 1 && !strcmp(argv[1], "6"))
		family = AF_INET6;
	listener = make(SOCK_STREAM);
	client = make(SOCK_STREAM);
	udp = make(SOCK_DGRAM);
	port = name(listener, 0);
	if (listen(listener, 8))
		return 1;
	client_port = name(client, port);
	printf("%d %d %d\n", port, client_port, name(udp, 0));
	fflush(stdout);

	polled[1].fd = client;
	while (poll(polled, 2, -1) > 0) {
		if (polled[0].revents)
			return 0;
		if (read(client, &byte, 1) <= 0) {
			printf("ended: %s\n", error_name(errno));
			fflush(stdout);
			polled[1].fd = -1;
		}
	}
	return 1;
}
