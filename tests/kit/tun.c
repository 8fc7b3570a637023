// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/* Packets on an interface without Ethernet headers. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "kit.h"

static unsigned short checksum(const void *data, size_t size)
{
	const unsigned short *word = data;
	unsigned int sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += word[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/*
 * tun NETNS IFACE FROM TO icmp|PORT: as if it came from the other end of the tun device IFACE, send TO an echo request
 * or a UDP packet to PORT, from FROM. Print "answer", or the port that the answer is from; status 1 if there is none.
 */
int cmd_tun(int argc, char **argv)
{
	struct {
		struct iphdr ip;
		union {
			struct icmphdr icmp;
			struct udphdr udp;
		};
		char data[4];
	} packet = { .ip = { .version = 4, .ihl = 5, .ttl = 64, .tot_len = htons(sizeof(packet)) } }, answer;
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	bool is_icmp = !strcmp(argv[5], "icmp");
	struct pollfd tun = { .events = POLLIN };
	double until;

	enter_netns(argv[1]);
	tun.fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", argv[2]);
	if (tun.fd < 0 || ioctl(tun.fd, TUNSETIFF, &request))
		die("cannot open the tun device %s", argv[2]);
	packet.ip.saddr = inet_addr(argv[3]);
	packet.ip.daddr = inet_addr(argv[4]);
	packet.ip.protocol = is_icmp ? IPPROTO_ICMP : IPPROTO_UDP;
	packet.ip.check = checksum(&packet.ip, sizeof(packet.ip));
	if (is_icmp) {
		packet.icmp.type = ICMP_ECHO;
		packet.icmp.checksum = checksum(&packet.icmp, 12);
	} else {
		packet.udp = (struct udphdr){ .source = htons(4000), .dest = htons(atoi(argv[5])), .len = htons(12) };
	}
	sleep_ms(100); /* the device has a carrier now; the kernel takes a moment to see it */
	if (write(tun.fd, &packet, sizeof(packet)) != sizeof(packet))
		die("cannot send by %s", argv[2]);
	for (until = now() + 1; now() < until && poll(&tun, 1, 100) >= 0;) {
		if (!(tun.revents & POLLIN) || read(tun.fd, &answer, sizeof(answer)) < 28 ||
		    answer.ip.protocol != packet.ip.protocol || answer.ip.daddr != packet.ip.saddr)
			continue;
		if (!is_icmp)
			printf("%d\n", ntohs(answer.udp.source));
		else if (answer.icmp.type == ICMP_ECHOREPLY)
			puts("answer");
		else
			continue;
		return 0;
	}
	return 1;
}
