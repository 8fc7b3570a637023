// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "MIT"; /* of this file's programs, as the kernel sees it */

__u32 last_length;

/* bpf_printk() and many others are only for programs whose licence goes with the GPL's. */
SEC("socket")
int bad(struct __sk_buff *skb)
{
	bpf_printk("%d bytes", skb->len);
	return 0;
}

/* Either do without (here: user space reads the variable), or make it "GPL", "Dual MIT/GPL"
 * or "Dual BSD/GPL". */
SEC("socket")
int good(struct __sk_buff *skb)
{
	last_length = skb->len;
	return 0;
}
