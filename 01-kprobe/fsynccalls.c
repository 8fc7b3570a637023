// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * The calls that no shell command makes, for the tests and the benchmark:
 *
 *	fsynccalls fsync|fdatasync|sync_file_range|syncfs PATH
 *	fsynccalls msync|msync-async PATH	of the second page of a mapping of three
 *	fsynccalls write|o_sync|o_dsync PATH	a write of bytes 50 to 149, with that flag
 *	fsynccalls pipe|none			fsync of a pipe, of a descriptor that is not open
 *	fsynccalls memfd NAME			fsync of a memfd of that name
 *	fsynccalls flood N PATH			N times fsync, as fast as it goes
 *	fsynccalls slow MS ERRNO N		fsync by N threads at once of a disk that takes
 *						MS for it, and then says ERRNO (0: all is well)
 *
 * Prints the result: 0, or the negative errno; for a flood, how many ns one call took.
 * The slow disk is /dev/nbd0, with this program as its server. Status 4: there is none.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nbd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "fsynccalls: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		fail(path);
	return fd;
}

static long sync_mapped(const char *path, int flags)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int fd = open_file(path, O_RDWR);
	char *map;

	if (ftruncate(fd, 3 * page))
		fail("ftruncate");
	map = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		fail("mmap");
	map[page] = 1;
	return msync(map + page, page, flags);
}

static long write_some(const char *path, int flags)
{
	static const char data[100];
	ssize_t size = pwrite(open_file(path, O_WRONLY | flags), data, sizeof(data), 50);

	if (size >= 0 && size != sizeof(data))
		fail("short write");
	return size < 0 ? -1 : 0;
}

static long fsync_pipe(void)
{
	int fds[2];

	if (pipe(fds))
		fail("pipe");
	return fsync(fds[1]);
}

static long flood(long count, const char *path)
{
	struct timespec begin, end;
	int fd = open_file(path, O_RDONLY);

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++)
		if (fsync(fd))
			fail("fsync");
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) / count;
}

/* ---- The slow disk ---- */

static struct {
	int nbd;
	int sockets[2]; /* the kernel's end, and the server's */
	int delay_ms;
	int error;
} disk;

static bool read_all(void *data, size_t size)
{
	for (ssize_t n; size; data = (char *)data + n, size -= n) {
		n = read(disk.sockets[1], data, size);
		if (n <= 0)
			return false; /* the disk has been disconnected */
	}
	return true;
}

/* Answer the kernel: reads get zeros, a flush the error that was asked for, late. */
static void *serve(void *unused)
{
	static char data[1 << 20];
	struct nbd_request request;

	while (read_all(&request, sizeof(request))) {
		struct nbd_reply reply = { .magic = htonl(NBD_REPLY_MAGIC) };
		__u32 command, length;

		command = ntohl(request.type) & 0xffff;
		if (command == NBD_CMD_DISC)
			break;
		length = ntohl(request.len);
		memcpy(reply.handle, request.handle, sizeof(reply.handle));
		if (command == NBD_CMD_FLUSH) {
			usleep(disk.delay_ms * 1000);
			reply.error = htonl(disk.error);
		}
		if (write(disk.sockets[1], &reply, sizeof(reply)) != sizeof(reply) ||
		    (command == NBD_CMD_READ &&
		     (length > sizeof(data) || write(disk.sockets[1], data, length) != length)))
			fail("cannot answer");
	}
	return NULL;
}

/* The kernel does the work of the disk in here, until it is disconnected. */
static void *run_disk(void *unused)
{
	ioctl(disk.nbd, NBD_DO_IT);
	return NULL;
}

static void *fsync_disk(void *fd)
{
	return (void *)(long)(fsync(*(int *)fd) ? -errno : 0);
}

static long slow(int delay_ms, int error, int count)
{
	int flags = NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH, fd;
	pthread_t server, runner, threads[64];
	void *result = NULL;
	unsigned long blocks = 0;

	disk.delay_ms = delay_ms;
	disk.error = error;
	disk.nbd = open("/dev/nbd0", O_RDWR | O_CLOEXEC);
	if (disk.nbd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, disk.sockets) ||
	    ioctl(disk.nbd, NBD_SET_BLKSIZE, 4096UL) ||
	    ioctl(disk.nbd, NBD_SET_SIZE_BLOCKS, 256UL) ||
	    ioctl(disk.nbd, NBD_SET_FLAGS, (unsigned long)flags) ||
	    ioctl(disk.nbd, NBD_SET_SOCK, (unsigned long)disk.sockets[0])) {
		fprintf(stderr, "fsynccalls: no free /dev/nbd0: %s\n", strerror(errno));
		exit(4);
	}
	pthread_create(&server, NULL, serve, NULL);
	pthread_create(&runner, NULL, run_disk, NULL);
	fd = open_file("/dev/nbd0", O_RDWR);
	while (ioctl(fd, BLKGETSIZE, &blocks) || !blocks) /* it is not there at once */
		usleep(1000);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, fsync_disk, &fd);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], &result);
	close(fd);
	ioctl(disk.nbd, NBD_DISCONNECT);
	ioctl(disk.nbd, NBD_CLEAR_SOCK);
	pthread_join(runner, NULL);
	errno = -(long)result;
	return result ? -1 : 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "", *path = argc > 2 ? argv[argc - 1] : "";
	long result;

	if (argc == 3 && !strcmp(mode, "fsync"))
		result = fsync(open_file(path, O_RDONLY));
	else if (argc == 3 && !strcmp(mode, "fdatasync"))
		result = fdatasync(open_file(path, O_RDONLY));
	else if (argc == 3 && !strcmp(mode, "sync_file_range"))
		result = sync_file_range(open_file(path, O_RDWR), 0, 0, SYNC_FILE_RANGE_WRITE);
	else if (argc == 3 && !strcmp(mode, "syncfs"))
		result = syncfs(open_file(path, O_RDONLY));
	else if (argc == 3 && !strcmp(mode, "msync"))
		result = sync_mapped(path, MS_SYNC);
	else if (argc == 3 && !strcmp(mode, "msync-async"))
		result = sync_mapped(path, MS_ASYNC);
	else if (argc == 3 && !strcmp(mode, "write"))
		result = write_some(path, 0);
	else if (argc == 3 && !strcmp(mode, "o_sync"))
		result = write_some(path, O_SYNC);
	else if (argc == 3 && !strcmp(mode, "o_dsync"))
		result = write_some(path, O_DSYNC);
	else if (argc == 2 && !strcmp(mode, "pipe"))
		result = fsync_pipe();
	else if (argc == 2 && !strcmp(mode, "none"))
		result = fsync(-1);
	else if (argc == 3 && !strcmp(mode, "memfd"))
		result = fsync(memfd_create(path, MFD_CLOEXEC));
	else if (argc == 4 && !strcmp(mode, "flood") && atol(argv[2]) > 0)
		result = flood(atol(argv[2]), path);
	else if (argc == 5 && !strcmp(mode, "slow") && atoi(argv[4]) > 0 && atoi(argv[4]) <= 64)
		result = slow(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	else {
		fprintf(stderr, "usage: see the top of fsynccalls.c\n");
		return 2;
	}
	printf("%ld\n", result < 0 ? -errno : result);
	return 0;
}
