// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Connections whose outcome is known, for the demo, the tests and the benchmark:
 *
 *	connectcalls open|closed KIND...	to a port that listens, to one that does not
 *	connectcalls slow|leave|wait KIND MS	to one that does not answer for MS ms: wait for it,
 *						close the socket after that time, or wait to be ended
 *	connectcalls again|shut KIND MS		give it up after that time, by connect(AF_UNSPEC) or
 *						shutdown(), and connect the same socket to one that does
 *	connectcalls to ADDRESS KIND		to port 9 of ADDRESS
 *	connectcalls bad|short|udp		connect() with a bad pointer (TCP, 8 bytes long, UDP)
 *	connectcalls forbidden			to a port that Landlock has forbidden us
 *	connectcalls flood N			N times open, as fast as it goes
 *
 * KIND is 4, 6, or mapped (an IPv6 socket to an IPv4 address), with n behind it for a socket
 * that does not block: 4n. Prints for each "RESULT FROM-PORT TO-PORT": 0, or the negative errno
 * of connect(), a second one after EINPROGRESS; for a flood, how many ns one took.
 * Status 4: this kernel cannot do it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "connectcalls: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A socket of @kind, and in @address the address @text in the form that it takes. */
static int make_socket(const char *kind, const char *text, struct sockaddr_in6 *address)
{
	struct sockaddr_in *ipv4 = (void *)address;
	int family = *kind == '4' ? AF_INET : AF_INET6;
	int flags = strchr(kind, 'n') ? SOCK_NONBLOCK : 0;
	char mapped[64];
	int fd;

	memset(address, 0, sizeof(*address));
	address->sin6_family = family;
	snprintf(mapped, sizeof(mapped), *kind == 'm' ? "::ffff:%s" : "%s", text);
	if (inet_pton(family, mapped, family == AF_INET ? (void *)&ipv4->sin_addr : (void *)&address->sin6_addr) != 1)
		fail(mapped);
	fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		fail("socket");
	return fd;
}

static socklen_t size_of(const struct sockaddr_in6 *address)
{
	return address->sin6_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(*address);
}

/* A port of our own on the loopback address; listens if @backlog is not negative. */
static int make_server(const char *kind, struct sockaddr_in6 *address, int backlog)
{
	static const char block[] = "4", block6[] = "6", blockm[] = "mapped";
	socklen_t size = sizeof(*address);
	int fd = make_socket(*kind == '4' ? block : *kind == '6' ? block6 :
								   blockm,
			     *kind == '6' ? "::1" : "127.0.0.1", address);

	if (bind(fd, (void *)address, size_of(address)) ||
	    getsockname(fd, (void *)address, &size) || (backlog >= 0 && listen(fd, backlog)))
		fail("bind");
	return fd;
}

/* Connect @fd, and wait for the outcome if connect() does not. 0 or the negative errno. */
static int do_connect(int fd, const struct sockaddr_in6 *address)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error;

	if (!connect(fd, (void *)address, size_of(address)))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	poll(&poll_fd, 1, -1);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size))
		fail("getsockopt");
	return -error;
}

/* The port of our end; 0 if it has none (any more). */
static int local_port(int fd)
{
	struct sockaddr_in6 local = {};
	socklen_t size = sizeof(local);

	getsockname(fd, (void *)&local, &size);
	return ntohs(local.sin6_port);
}

static void print(int result, int from_port, const struct sockaddr_in6 *to)
{
	printf("%d %d %d\n", result, from_port, ntohs(to->sin6_port));
}

static void connect_to_own(const char *kind, int backlog)
{
	struct sockaddr_in6 address, unused;
	int server = make_server(kind, &address, backlog);
	int fd = make_socket(kind, *kind == '6' ? "::1" : "127.0.0.1", &unused);
	int result = do_connect(fd, &address);

	print(result, local_port(fd), &address);
	close(fd);
	close(server);
}

static void *accept_later(void *server)
{
	int *args = server;

	usleep(args[1] * 1000);
	if (accept(args[0], NULL, NULL) < 0)
		fail("accept");
	return NULL;
}

/* A listener whose queue is full drops what comes, until it accepts one; then the next try of
 * our TCP, a second after the first, gets through. */
static void connect_to_full(const char *what, const char *kind, int ms)
{
	struct sockaddr_in6 address, unused;
	int server = make_server(kind, &address, 0), args[] = { server, ms };
	int first = make_socket(kind, *kind == '6' ? "::1" : "127.0.0.1", &unused);
	int fd = make_socket(kind, *kind == '6' ? "::1" : "127.0.0.1", &unused);
	pthread_t thread;
	int result;

	if (do_connect(first, &address))
		fail("the first connection");
	if (!strcmp(what, "slow")) {
		pthread_create(&thread, NULL, accept_later, args);
		result = do_connect(fd, &address);
		pthread_join(thread, NULL);
	} else {
		result = connect(fd, (void *)&address, size_of(&address)) ? -errno : 0;
	}
	if (!strcmp(what, "again") || !strcmp(what, "shut")) {
		usleep(ms * 1000);
		if (*what == 'a' ? connect(fd, &(struct sockaddr){ AF_UNSPEC }, sizeof(struct sockaddr)) :
				   shutdown(fd, SHUT_RDWR) && errno != ENOTCONN)
			fail(what);
		make_server(kind, &address, 0);
		result = do_connect(fd, &address);
	}
	print(result, local_port(fd), &address);
	fflush(stdout);
	if (!strcmp(what, "leave"))
		usleep(ms * 1000);
	else if (!strcmp(what, "wait"))
		pause();
}

/* With addresses in memory that is not ours, or too short. */
static void connect_badly(const char *what)
{
	struct sockaddr_in6 address;
	int fd = make_socket("4", "127.0.0.1", &address);

	if (!strcmp(what, "udp"))
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	address.sin6_port = htons(9);
	if (!connect(fd, !strcmp(what, "short") ? (void *)&address : (void *)1,
		     !strcmp(what, "short") ? 8 : sizeof(struct sockaddr_in)))
		fail("connect() takes anything?");
	print(-errno, 0, &address);
}

/* Have Landlock forbid us all TCP connections (Linux 6.7), and try one. */
static void connect_though_forbidden(void)
{
	struct {
		uint64_t access_fs, access_net;
	} ruleset = { .access_net = 2 /* LANDLOCK_ACCESS_NET_CONNECT_TCP */ };
	struct sockaddr_in6 address;
	int fd = syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);

	if (fd < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, fd, 0)) {
		fprintf(stderr, "connectcalls: no Landlock for TCP: %s\n", strerror(errno));
		exit(4);
	}
	fd = make_socket("4", "127.0.0.1", &address);
	address.sin6_port = htons(9);
	print(do_connect(fd, &address), 0, &address);
}

static void flood(long count)
{
	static const struct linger reset = { .l_onoff = 1 }; /* and no TIME_WAIT */
	struct sockaddr_in6 address, unused;
	int server = make_server("4", &address, 16);
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++) {
		int fd = make_socket("4", "127.0.0.1", &unused);

		if (do_connect(fd, &address))
			fail("connect");
		close(accept(server, NULL, NULL));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n", ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) /
				count);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct sockaddr_in6 address;
	int fd;

	if (argc > 2 && (!strcmp(what, "open") || !strcmp(what, "closed"))) {
		for (int i = 2; i < argc; i++)
			connect_to_own(argv[i], *what == 'o' ? 16 : -1);
	} else if (argc == 4 &&
		   (!strcmp(what, "slow") || !strcmp(what, "leave") || !strcmp(what, "wait") ||
		    !strcmp(what, "again") || !strcmp(what, "shut"))) {
		connect_to_full(what, argv[2], atoi(argv[3]));
	} else if (argc == 4 && !strcmp(what, "to")) {
		fd = make_socket(argv[3], argv[2], &address);
		address.sin6_port = htons(9);
		print(do_connect(fd, &address), local_port(fd), &address);
	} else if (!strcmp(what, "bad") || !strcmp(what, "short") || !strcmp(what, "udp")) {
		connect_badly(what);
	} else if (!strcmp(what, "forbidden")) {
		connect_though_forbidden();
	} else if (argc == 3 && !strcmp(what, "flood")) {
		flood(atol(argv[2]));
	} else {
		fprintf(stderr, "connectcalls: see connectcalls.c\n");
		return 2;
	}
	return 0;
}
