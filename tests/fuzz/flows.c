/* SPDX-License-Identifier: MIT */
#include "flows.h"

#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "firewall/firewall.h"
#include "fuzz.h"

static const struct flow flows[] = {
	{.family = AF_INET,
	 .path = FLOW_INPUT,
	 .in = "enp1s0",
	 .out = "",
	 .protocol = IPPROTO_UDP,
	 .port = 51820,
	 .destination = {.kind = END_OURS}},
	{.family = AF_INET,
	 .path = FLOW_OUTPUT,
	 .in = "",
	 .out = "enp1s0",
	 .protocol = IPPROTO_UDP,
	 .source_port = 51820,
	 .port = 13231,
	 .established = true,
	 .source = {.kind = END_OURS}},
	{.family = AF_INET6,
	 .path = FLOW_FORWARD,
	 .in = "enp1s0",
	 .out = "wg0",
	 .protocol = IPPROTO_TCP,
	 .port = 443,
	 .destination = {.kind = END_OURS}},
	{.family = AF_INET6,
	 .path = FLOW_FORWARD,
	 .in = "wg0",
	 .out = "enp1s0",
	 .protocol = IPPROTO_ICMPV6,
	 .related = true,
	 .icmp_type = ICMPV6_TOO_BIG,
	 .source = {.kind = END_OURS}},
	{.family = AF_INET6,
	 .path = FLOW_INPUT,
	 .in = "enp1s0",
	 .out = "",
	 .protocol = IPPROTO_ICMPV6,
	 .icmp_type = ICMPV6_SOLICITATION,
	 .source = {.kind = END_GIVEN, .addr = {{{0xfe, 0x80, [15] = 1}}}},
	 .destination = {.kind = END_GIVEN, .addr = {{{0xff, 0x02, [11] = 1, 0xff, [15] = 1}}}}},
};

static void check_words(const struct why *why)
{
	FUZZ_ASSERT(memchr(why->rule, '\0', sizeof(why->rule)) && fuzz_is_shown(why->rule));
	FUZZ_ASSERT(memchr(why->chain, '\0', sizeof(why->chain)) && fuzz_is_shown(why->chain));
	FUZZ_ASSERT(memchr(why->table, '\0', sizeof(why->table)) && fuzz_is_shown(why->table));
	FUZZ_ASSERT(memchr(why->remove, '\0', sizeof(why->remove)) && fuzz_is_shown(why->remove));
	FUZZ_ASSERT(memchr(why->insert, '\0', sizeof(why->insert)) && fuzz_is_shown(why->insert));
	/* A policy has no rule that could be taken out. */
	FUZZ_ASSERT(!why->policy || !*why->remove);
}

void flows_check(const struct firewall *fw)
{
	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		struct why why;
		enum verdict verdict = firewall_judge(fw, &flows[i], &why);

		FUZZ_ASSERT(verdict <= VERDICT_DROP);
		check_words(&why);
		/* What drops it is named. */
		FUZZ_ASSERT(verdict != VERDICT_DROP || *why.rule);
	}
}
