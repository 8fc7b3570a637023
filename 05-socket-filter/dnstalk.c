// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Both ends of a DNS conversation over UDP, for the demo, the tests and the benchmark:
 *
 *	dnstalk [OPTION...] NAME
 *
 *	-c ADDRESS, -s ADDRESS	of the client and the server (127.0.0.1 both)
 *	-p PORT			of the server (53)
 *	-n FILE			the server is in this network namespace
 *	-t TYPE, -r RCODE	as numbers (1, which is A, and 0)
 *	-w MS			how long the server takes to answer (0)
 *	-q N, -a N		send each question, each answer N times (1 and 1)
 *	-k COUNT		so many questions, with ids from 1 on (1)
 *	-x HEX			the question section, rather than one for NAME and TYPE
 *	-T			the answer is truncated
 *
 * Prints the client's port, and the ns that one question took.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "dnstalk: cannot %s: %m\n", what);
	exit(1);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* A UDP socket with this address; without a port, the kernel finds one. */
static int bound_socket(const char *ip, int port, union address *address)
{
	socklen_t size = sizeof(*address);
	struct timeval patience = { .tv_sec = 10 };
	int sock, one = 1;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, ip, &address->v4.sin_addr) == 1)
		address->any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, ip, &address->v6.sin6_addr) == 1)
		address->any.sa_family = AF_INET6;
	else
		die("read the address");
	address->v4.sin_port = htons(port); /* in v6 it is in the same place */

	sock = socket(address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		die("make a socket");
	setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(sock, &address->any, size) || getsockname(sock, &address->any, &size))
		die("bind to the address");
	return sock;
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("enter the network namespace");
	close(fd);
}

static size_t put16(unsigned char *to, unsigned int value)
{
	to[0] = value >> 8;
	to[1] = value;
	return 2;
}

/* The question section; @name as text, without any escapes. */
static size_t put_question(unsigned char *to, const char *name, unsigned int type)
{
	size_t size = 0, len;

	for (; *name; name += len + (name[len] == '.')) {
		len = strcspn(name, ".");
		to[size++] = len;
		memcpy(to + size, name, len);
		size += len;
	}
	to[size++] = 0;
	size += put16(to + size, type);
	size += put16(to + size, 1); /* IN */
	return size;
}

static size_t put_hex(unsigned char *to, const char *hex)
{
	size_t size = 0;
	unsigned int byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		to[size++] = byte;
	return size;
}

/* "The same name again" as a compression pointer, type A, one minute, 192.0.2.1. */
static const unsigned char record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1 };

static void send_to(int sock, const void *data, size_t size, const union address *to)
{
	if (sendto(sock, data, size, 0, &to->any, sizeof(*to)) != (ssize_t)size)
		die("send");
}

static void receive(int sock)
{
	char buf[1024];

	if (recv(sock, buf, sizeof(buf), 0) < 0)
		die("receive");
}

int main(int argc, char **argv)
{
	const char *client_ip = "127.0.0.1", *server_ip = "127.0.0.1", *hex = NULL, *netns = NULL;
	long port = 53, type = 1, rcode = 0, asks = 1, replies = 1, count = 1, wait_ms = 0;
	unsigned char question[1024] = {}, answer[1024];
	int truncated = 0, client, server, option, home;
	union address client_address, server_address;
	struct timespec begin, end, wait;
	size_t size, answer_size;

	while ((option = getopt(argc, argv, "c:s:p:n:t:r:w:q:a:k:x:T")) != -1) {
		switch (option) {
			// clang-format off
		case 'c': client_ip = optarg; break;
		case 's': server_ip = optarg; break;
		case 'p': port = atol(optarg); break;
		case 'n': netns = optarg; break;
		case 't': type = atol(optarg); break;
		case 'r': rcode = atol(optarg); break;
		case 'w': wait_ms = atol(optarg); break;
		case 'q': asks = atol(optarg); break;
		case 'a': replies = atol(optarg); break;
		case 'k': count = atol(optarg); break;
		case 'x': hex = optarg; break;
		case 'T': truncated = 1; break;
		default: return 2;
			// clang-format on
		}
	}
	if (optind != argc - 1 || strlen(argv[optind]) > 300 || (hex && strlen(hex) > 1000)) {
		fprintf(stderr, "usage: dnstalk [OPTION...] NAME\n");
		return 2;
	}

	client = bound_socket(client_ip, 0, &client_address);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (netns)
		enter(netns);
	server = bound_socket(server_ip, port, &server_address);
	if (netns && setns(home, CLONE_NEWNET))
		die("come back");

	put16(question + 2, 0x0100); /* recursion desired */
	put16(question + 4, 1);
	size = 12 + (hex ? put_hex(question + 12, hex) :
			   put_question(question + 12, argv[optind], type));
	memcpy(answer, question, size);
	put16(answer + 2, 0x8180 | (truncated ? 0x0200 : 0) | rcode);
	answer_size = size;
	if (!rcode && !truncated) {
		put16(answer + 6, 1);
		memcpy(answer + size, record, sizeof(record));
		answer_size += sizeof(record);
	}

	wait.tv_sec = wait_ms / 1000;
	wait.tv_nsec = wait_ms % 1000 * 1000000;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long id = 1; id <= count; id++) {
		put16(question, id);
		put16(answer, id);
		for (long i = 0; i < asks; i++) {
			send_to(client, question, size, &server_address);
			receive(server);
		}
		if (wait_ms)
			nanosleep(&wait, NULL);
		for (long i = 0; i < replies; i++) {
			send_to(server, answer, answer_size, &client_address);
			receive(client);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%u %lld\n", ntohs(client_address.v4.sin_port),
	       ((end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec) / count);
	return 0;
}
