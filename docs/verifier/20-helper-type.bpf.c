// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "macros.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Each program type has its own set of helpers. In XDP there is no skb yet. */
SEC("xdp")
int bad(struct xdp_md *ctx)
{
	struct ethhdr eth;

	if (bpf_skb_load_bytes(ctx, 0, &eth, sizeof(eth)) < 0)
		return XDP_PASS;
	return eth.h_proto == bpf_htons(ETH_P_IPV6) ? XDP_DROP : XDP_PASS;
}

/* What XDP has on every kernel is direct access. */
SEC("xdp")
int good(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	return eth->h_proto == bpf_htons(ETH_P_IPV6) ? XDP_DROP : XDP_PASS;
}
