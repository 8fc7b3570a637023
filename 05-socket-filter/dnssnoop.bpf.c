// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Match DNS questions with their answers, among the packets that a packet socket sees.
 *
 * A socket filter is what BPF began with: a program on a socket that is asked about each packet
 * that comes for it, and answers how many bytes of the packet the socket gets; 0 is none. It
 * only decides over the socket's copy: the packet goes its way. This one always says 0, so
 * that nothing is ever copied to the socket; what it has to tell goes through the ring buffer.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "example.bpf.h"
#include "packet.bpf.h"
#include "dnssnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
DESCRIBE(event);

/* The oldest open question that an answer is awaited for. Later the same port and id are
 * another question: the most patient resolver (glibc's, at its limit) waits that long. */
#define STALE_NS (30 * NSEC_PER_SEC)

/* In the DNS header's flags, in host byte order. */
#define DNS_ANSWER    0x8000
#define DNS_OPCODE    0x7800 /* 0 is a question; others notify, update ... */
#define DNS_TRUNCATED 0x0200
#define DNS_RCODE     0x000f

/* Constants for the verifier; the loader sets them before it loads. */
const volatile __be16 wanted_port;
const volatile __u64 slower_than_ns;
const volatile bool only_failed;

/* What became of the questions; with the events, that accounts for every one. */
__u64 remembered; /* put into the map below */
__u64 answered;	  /* taken out of it again */
__u64 unreadable; /* neither: packets to the port that hold no question, or several */

/*
 * The open questions: the event, as far as it is known. Nothing says that an answer will
 * ever come, and a plain hash would be full of lost questions one day, and useless. An LRU hash
 * makes room instead: it forgets what was not used for the longest time. It does so without a
 * word, and not exactly in that order: each CPU takes free entries for itself in batches, so
 * that it may forget before it is full. The loader finds out how many it forgot:
 * remembered - answered - those that are still there.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, QUESTIONS);
	__type(key, struct question_key);
	__type(value, struct event);
} questions SEC(".maps");

/* Where a question is put together, as the stack has 512 bytes. Nobody interrupts us here: packet
 * sockets are fed with softirqs off. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024); /* bytes: some 7,000 events */
} events SEC(".maps");

struct ip_pair {
	ip_address source __attribute__((aligned(8))); /* to be copied by words, not by bytes */
	ip_address destination __attribute__((aligned(8)));
};

/* What a DNS message over UDP begins with. */
struct message {
	struct udphdr udp;
	__be16 id;
	__be16 flags;
	__be16 questions;
	__be16 answers;
	__be16 others[2]; /* records of the authority and of the additional section */
};

static __always_inline bool port_is_wanted(const struct udphdr *udp)
{
	return udp->dest == wanted_port || udp->source == wanted_port;
}

/*
 * Find the UDP header. Returns where it begins and fills in the addresses, or returns -1 if
 * there is none: another protocol, a malformed packet, a fragment that is not the first. Also
 * returns -1 if the usual packet, without IP options, has no wanted port: nearly all packets
 * end here, after one call of a helper.
 *
 * A socket filter has no direct access to the packet. bpf_skb_load_bytes() copies from it, wherever
 * the bytes are: network cards often put all behind the headers into separate pages. It
 * fails beyond the end of the packet, and that is all the bounds checking there is to do.
 *
 * The offsets count from the network header, as the socket is a SOCK_DGRAM one. To a
 * SOCK_RAW one they would count from the link layer's header, which not every interface has.
 *
 * Not inlined: with that many values at a time, clang reads a place on the stack that was never
 * written, to throw away what it read; and a loader without CAP_PERFMON may not.
 */
static __noinline int find_udp(struct __sk_buff *skb, struct ip_pair *ips)
{
	__be16 proto = skb->protocol;
	int offset = 0;

	/* Only tags that are still in the packet: the outermost is mostly in skb->vlan_tci. */
	for (int i = 0; i < VLAN_TAGS; i++) {
		__be16 tag[2]; /* the VLAN, and the protocol behind it */

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		if (bpf_skb_load_bytes(skb, offset, tag, sizeof(tag)))
			return -1;
		proto = tag[1];
		offset += sizeof(tag);
	}

	if (proto == bpf_htons(ETH_P_IP)) {
		struct {
			struct iphdr ip;
			struct udphdr udp;
		} v4;

		if (bpf_skb_load_bytes(skb, offset, &v4, sizeof(v4)) ||
		    v4.ip.protocol != IPPROTO_UDP || v4.ip.version != 4 || v4.ip.ihl < 5 ||
		    (v4.ip.ihl == 5 && !port_is_wanted(&v4.udp)) || ipv4_is_later_fragment(&v4.ip))
			return -1;
		put_ipv4(ips->source, v4.ip.saddr);
		put_ipv4(ips->destination, v4.ip.daddr);
		return offset + v4.ip.ihl * 4;
	}

	if (proto == bpf_htons(ETH_P_IPV6)) {
		struct {
			struct ipv6hdr ip;
			struct udphdr udp;
		} v6;
		__u8 next;

		if (bpf_skb_load_bytes(skb, offset, &v6, sizeof(v6)) || v6.ip.version != 6 ||
		    (v6.ip.nexthdr == IPPROTO_UDP && !port_is_wanted(&v6.udp)))
			return -1;
		offset += sizeof(v6.ip);
		next = v6.ip.nexthdr;
		/* Unrolled: a CPU that guesses wrong would never leave the loop, says the verifier. */
#pragma unroll
		for (int i = 0; i <= IPV6_EXTENSIONS; i++) {
			struct {
				__u8 next;
				__u8 len; /* in units of 8 bytes, without the first */
				__be16 frag_off;
			} extension;

			if (next == IPPROTO_UDP) {
				__builtin_memcpy(ips->source, &v6.ip.saddr, sizeof(ips->source));
				__builtin_memcpy(ips->destination, &v6.ip.daddr,
						 sizeof(ips->destination));
				return offset;
			}
			if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
			    next != IPPROTO_FRAGMENT && next != IPPROTO_DSTOPTS)
				return -1;
			if (bpf_skb_load_bytes(skb, offset, &extension, sizeof(extension)))
				return -1;
			if (next == IPPROTO_FRAGMENT && extension.frag_off & bpf_htons(0xfff8))
				return -1;
			offset += next == IPPROTO_FRAGMENT ? 8 : (extension.len + 1) * 8;
			next = extension.next;
		}
	}
	return -1;
}

/*
 * Copy the question that begins at @offset, as it is, and zeros behind the end of the packet,
 * which is at @end; false if there is nothing. What it says is for user space to find out: it can
 * take its time, and needs no verifier's approval for a loop over what a stranger wrote.
 */
static __always_inline bool copy_question(struct __sk_buff *skb, __u32 offset, __u32 end,
					  struct event *event)
{
	__u64 last;

	if (end <= offset)
		return false;
	last = end - offset - 1;
	asm volatile(""
		     : "+r"(last)); /* clang must not narrow it: the verifier wants 64 bits */
	if (last >= QUESTION_SIZE)
		last = QUESTION_SIZE - 1;
	event->__pad_size = last + 1;
	__builtin_memset(event->name, 0, sizeof(event->name));
	return !bpf_skb_load_bytes(skb, offset, event->name, last + 1);
}

static __always_inline void on_question(struct __sk_buff *skb, int offset,
					const struct message *message,
					const struct question_key *key)
{
	__u64 now = bpf_ktime_get_ns();
	struct event *event;
	__u32 zero = 0, end;

	/*
	 * Seen before? On the same interface, then the client asks again. On another it is the same
	 * packet on its way through this machine: count it once, from when it came.
	 */
	event = bpf_map_lookup_elem(&questions, key);
	if (event && now - event->time_ns < STALE_NS) {
		if (event->ifindex == skb->ifindex)
			__sync_fetch_and_add(&event->asked, 1);
		return;
	}

	event = bpf_map_lookup_elem(&scratch, &zero);
	if (!event)
		return; /* cannot be, but the verifier does not know */
	/* What the answer will fill in, and padding, would be those of the question before. */
	__builtin_memset(event, 0, offsetof(struct event, name));
	end = offset + bpf_ntohs(message->udp.len); /* the frame may be padded */
	if (end > skb->len)
		end = skb->len; /* a first fragment */
	if (bpf_ntohs(message->questions) != 1 ||
	    !copy_question(skb, offset + sizeof(*message), end, event)) {
		__sync_fetch_and_add(&unreadable, 1);
		return;
	}
	event->time_ns = now;
	__builtin_memcpy(event->client, key->client, sizeof(event->client));
	__builtin_memcpy(event->server, key->server, sizeof(event->server));
	event->client_port = key->client_port;
	event->server_port = wanted_port;
	event->id = bpf_ntohs(key->id);
	event->asked = 1;
	event->ifindex = skb->ifindex;
	if (bpf_map_update_elem(&questions, key, event, BPF_ANY))
		count_dropped();
	else
		__sync_fetch_and_add(&remembered, 1);
}

/* Complete the event of @question, and send the first @size bytes of it. */
static __always_inline void send_event(const struct message *message, const struct event *question,
				       const struct question_key *key, __u64 latency, __u64 size)
{
	__u16 flags = bpf_ntohs(message->flags);
	struct event *event;

	event = bpf_ringbuf_reserve(&events, size, 0);
	if (event) {
		__builtin_memcpy(event, question, size);
		event->latency_ns = latency;
		event->rcode = flags & DNS_RCODE;
		event->truncated = flags & DNS_TRUNCATED;
		event->answers = bpf_ntohs(message->answers);
	}

	/*
	 * Who deletes it reports it. When the same answer is on another CPU too, only one
	 * succeeds; and if it fails, the entry may have been another's while we copied it.
	 */
	if (bpf_map_delete_elem(&questions, key)) {
		if (event)
			bpf_ringbuf_discard(event, BPF_RB_NO_WAKEUP);
		return;
	}
	__sync_fetch_and_add(&answered, 1);
	if (event)
		bpf_ringbuf_submit(event, submit_flags(&events, size));
	else
		count_dropped();
}

static __always_inline void on_answer(const struct message *message, const struct question_key *key)
{
	struct event *question;
	__u64 latency;

	question = bpf_map_lookup_elem(&questions, key);
	if (!question)
		return; /* asked before we came, or never, or answered already */
	latency = bpf_ktime_get_ns() - question->time_ns;
	if (latency < slower_than_ns ||
	    (only_failed && !(message->flags & bpf_htons(DNS_RCODE)))) {
		if (!bpf_map_delete_elem(&questions, key))
			__sync_fetch_and_add(&answered, 1);
	} else if (question->__pad_size <= SHORT_NAME) {
		send_event(message, question, key, latency, SHORT_EVENT);
	} else {
		send_event(message, question, key, latency, sizeof(struct event));
	}
}

SEC("socket")
int on_packet(struct __sk_buff *skb)
{
	struct ip_pair ips = {}; /* for a CPU that, guessing wrong, goes on where there are none */
	struct message message;
	struct question_key key;
	__u16 flags;
	int offset;

	/* On the loopback interface what goes out comes in at once: look at the second only. */
	if (skb->pkt_type == PACKET_OUTGOING && skb->ifindex == LOOPBACK_IFINDEX)
		return 0;
	offset = find_udp(skb, &ips);
	if (offset < 0 || bpf_skb_load_bytes(skb, offset, &message, sizeof(message)))
		return 0;

	/* A server may ask from the same port that it answers from: the flag tells which it is. */
	flags = bpf_ntohs(message.flags);
	key.id = message.id;
	if (message.udp.dest == wanted_port && !(flags & (DNS_ANSWER | DNS_OPCODE))) {
		__builtin_memcpy(key.client, ips.source, sizeof(key.client));
		__builtin_memcpy(key.server, ips.destination, sizeof(key.server));
		key.client_port = message.udp.source;
		on_question(skb, offset, &message, &key);
	} else if (message.udp.source == wanted_port && flags & DNS_ANSWER) {
		__builtin_memcpy(key.client, ips.destination, sizeof(key.client));
		__builtin_memcpy(key.server, ips.source, sizeof(key.server));
		key.client_port = message.udp.dest;
		on_answer(&message, &key);
	}
	return 0;
}
