/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "firewall/firewall.h"

/* What nft prints, piece by piece. */
#define TABLE "{\"table\":{\"family\":\"inet\",\"name\":\"t\",\"handle\":1}}"
#define BASE(name, hook, prio, policy)                                                             \
	",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"" name                        \
	"\",\"handle\":1,\"type\":\"filter\",\"hook\":\"" hook "\",\"prio\":" prio                 \
	",\"policy\":\"" policy "\"}}"
#define CHAIN(name) ",{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"" name "\"}}"
#define RULE(chain, handle, expr)                                                                  \
	",{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"" chain                       \
	"\",\"handle\":" handle ",\"expr\":[" expr "]}}"
#define INPUT BASE("input", "input", "0", "accept")
#define ACCEPT "{\"accept\":null}"
#define DROP "{\"drop\":null}"
#define MATCH(op, left, right)                                                                     \
	"{\"match\":{\"op\":\"" op "\",\"left\":" left ",\"right\":" right "}}"
#define META(key) "{\"meta\":{\"key\":\"" key "\"}}"
#define FIELD(protocol, field)                                                                     \
	"{\"payload\":{\"protocol\":\"" protocol "\",\"field\":\"" field "\"}}"
#define RANGE(low, high) "{\"range\":[\"" low "\",\"" high "\"]}"
#define FIB_SOURCE "{\"fib\":{\"result\":\"type\",\"flags\":[\"saddr\"]}}"
#define CT(key) "{\"ct\":{\"key\":\"" key "\"}}"

static const struct flow wireguard = {
	.family = AF_INET,
	.path = FLOW_INPUT,
	.in = "enp1s0",
	.out = "",
	.protocol = IPPROTO_UDP,
	.port = 51820,
	.source = {.kind = END_STRANGER},
	.destination = {.kind = END_OURS},
};

static enum verdict judge(const struct flow *flow, const char *items, struct why *why)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct firewall fw = FIREWALL_INIT;
	struct error err = ERROR_INIT;
	enum verdict verdict;

	buf_addf(&text, "{\"nftables\":[%s]}", items);
	ck_assert_msg(firewall_set_nft(&fw, buf_str(&text), &err) == 0, "%s\n%s", err.text,
		      buf_str(&text));
	verdict = firewall_judge(&fw, flow, why);
	firewall_clear(&fw);
	return verdict;
}

/* What statements before a drop make of the packet to 51820. */
static const struct {
	const char *statements;
	enum verdict expected;
} matches[] = {
	{MATCH("==", META("iifname"), "\"enp1s0\""), VERDICT_DROP},
	{MATCH("!=", META("iifname"), "\"enp*\""), VERDICT_ACCEPT},
	{MATCH("==", META("iifname"), "{\"set\":[\"lo\",\"enp*\"]}"), VERDICT_DROP},
	{MATCH("==", META("iif"), "\"lo\""), VERDICT_ACCEPT},
	{MATCH("==", META("l4proto"), "{\"set\":[\"tcp\",\"udp\"]}"), VERDICT_DROP},
	{MATCH("==", META("nfproto"), "\"ipv6\""), VERDICT_ACCEPT},
	{MATCH("==", FIELD("udp", "dport"), "51820"), VERDICT_DROP},
	{MATCH("==", FIELD("udp", "dport"), "{\"range\":[51821,51830]}"), VERDICT_ACCEPT},
	{MATCH(">=", FIELD("udp", "dport"), "51820"), VERDICT_DROP},
	{MATCH(">", FIELD("udp", "dport"), "51820"), VERDICT_ACCEPT},
	{MATCH("<", FIELD("udp", "dport"), "51821"), VERDICT_DROP},
	/* a field that the packet hasn't is neither equal nor not */
	{MATCH("==", FIELD("tcp", "dport"), "51820"), VERDICT_ACCEPT},
	{MATCH("!=", FIELD("tcp", "dport"), "1"), VERDICT_ACCEPT},
	{MATCH("!=", FIELD("ip6", "saddr"), "\"::1\""), VERDICT_ACCEPT},
	{MATCH("==", FIELD("th", "dport"), "51820"), VERDICT_DROP},
	{MATCH("==", FIELD("ip", "saddr"), "\"192.0.2.1\""), VERDICT_ACCEPT},
	{MATCH("!=", FIELD("ip", "saddr"), "{\"prefix\":{\"addr\":\"10.0.0.0\",\"len\":8}}"),
	 VERDICT_DROP},
	{MATCH("==", FIELD("ip", "daddr"), "\"203.0.113.42\""), VERDICT_UNKNOWN},
	{MATCH("in", CT("state"), "\"new\""), VERDICT_DROP},
	{MATCH("in", CT("state"), "[\"established\",\"related\"]"), VERDICT_ACCEPT},
	{MATCH("!", CT("state"), "\"established\""), VERDICT_DROP},
	{MATCH("==", CT("mark"), "5"), VERDICT_UNKNOWN},
	{MATCH("==", "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}", "\"local\""),
	 VERDICT_DROP},
	{MATCH("==", "{\"fib\":{\"result\":\"oif\",\"flags\":[\"saddr\",\"iif\"]}}", "false"),
	 VERDICT_ACCEPT},
	{MATCH("!=", "{\"&\":[" FIELD("ip", "frag-off") ",8191]}", "0"), VERDICT_ACCEPT},
	/* IPv4 has no extension headers to be missing */
	{MATCH("==", "{\"exthdr\":{\"name\":\"frag\"}}", "false"), VERDICT_ACCEPT},
	{"{\"limit\":{\"rate\":3,\"per\":\"minute\"}}", VERDICT_UNKNOWN},
	{"{\"counter\":{\"packets\":0,\"bytes\":0}},{\"log\":{\"prefix\":\"x\"}}", VERDICT_DROP},
	{"{\"flow\":{\"op\":\"add\",\"flowtable\":\"@ft\"}}", VERDICT_DROP},
	{"{\"set\":{\"op\":\"add\",\"elem\":" FIELD("ip", "saddr") ",\"set\":\"@seen\"}}",
	 VERDICT_UNKNOWN},
	{"{\"nobody knows\":{}}", VERDICT_UNKNOWN},
	{"{\"xt\":{\"type\":\"match\",\"name\":\"conntrack\"}}", VERDICT_UNKNOWN},
	{MATCH("==", FIELD("udp", "dport"), "\"@nowhere\""), VERDICT_UNKNOWN},
	{"{\"queue\":{\"num\":1}}", VERDICT_UNKNOWN},
	{MATCH("==", META("l4proto"), "17"), VERDICT_DROP},
	{MATCH("==", META("l4proto"), "6"), VERDICT_ACCEPT},
	{MATCH("==", META("l4proto"), "\"ospf\""), VERDICT_ACCEPT},
	{MATCH("==", META("nfproto"), "\"ipv4\""), VERDICT_DROP},
	{MATCH("==", META("protocol"), "\"ip\""), VERDICT_DROP},
	{MATCH("==", META("protocol"), "\"arp\""), VERDICT_ACCEPT},
	{MATCH("==", FIELD("ip", "saddr"), "\"*\""), VERDICT_DROP},
	{MATCH("==", FIELD("ip", "saddr"), RANGE("0.0.0.0", "255.255.255.255")), VERDICT_DROP},
	{MATCH("==", FIELD("ip", "saddr"), RANGE("10.0.0.0", "10.0.0.9")), VERDICT_ACCEPT},
	{MATCH("==", FIELD("ip", "saddr"), RANGE("10.0.0.0", "x")), VERDICT_UNKNOWN},
	{MATCH("==", FIELD("ip", "saddr"), "\"x\""), VERDICT_UNKNOWN},
	{MATCH("==", FIELD("ip", "saddr"), "{\"prefix\":{\"addr\":\"x\",\"len\":8}}"),
	 VERDICT_UNKNOWN},
	{MATCH("==", FIELD("udp", "dport"), "{\"range\":[\"a\",\"b\"]}"), VERDICT_UNKNOWN},
	{MATCH("<", FIELD("udp", "dport"), "0"), VERDICT_ACCEPT},
	{MATCH(">=", FIELD("udp", "sport"), "0"), VERDICT_DROP},
	{MATCH("==", FIELD("ip", "tos"), "1"), VERDICT_UNKNOWN},
	{MATCH("==", FIELD("esp", "spi"), "1"), VERDICT_ACCEPT},
	{MATCH("==", FIELD("vlan", "id"), "1"), VERDICT_UNKNOWN},
	{MATCH("==", "{}", "1"), VERDICT_UNKNOWN},
	{MATCH("==", META("l4proto"), "true"), VERDICT_UNKNOWN},
	{MATCH("==", "{\"fib\":{\"result\":\"type\",\"flags\":\"daddr\"}}", "\"local\""),
	 VERDICT_DROP},
	{MATCH("==", CT("status"), "\"dnat\""), VERDICT_ACCEPT},
	{MATCH("==", CT("status"), "\"assured\""), VERDICT_UNKNOWN},
	{MATCH("==", CT("direction"), "\"original\""), VERDICT_DROP},
	{MATCH("==", CT("direction"), "\"reply\""), VERDICT_ACCEPT},
	{MATCH("==", META("pkttype"), "0"), VERDICT_DROP},
	{MATCH("==", META("pkttype"), "2"), VERDICT_ACCEPT},
	{MATCH("==", FIB_SOURCE, "\"local\""), VERDICT_ACCEPT},
	{MATCH("==", FIB_SOURCE, "\"unicast\""), VERDICT_DROP},
	{"{\"match\":{\"op\":\"==\"}}", VERDICT_UNKNOWN},
	{"", VERDICT_DROP},
};

START_TEST(a_statement_takes_the_packet_or_not)
{
	CLEANUP(buf_clear) struct buf items = BUF_INIT;
	const char *statements = matches[_i].statements;
	struct why why;

	buf_addf(&items, TABLE INPUT RULE("input", "9", "%s%s" DROP), statements,
		 *statements ? "," : "");
	ck_assert_msg(judge(&wireguard, buf_str(&items), &why) == matches[_i].expected, "%s",
		      statements);
}
END_TEST

#define FLAGS FIELD("tcp", "flags")
#define OF_FLAGS(mask) "{\"&\":[" FLAGS "," mask "]}"

/* The same of a first packet to ssh, and of a ping. */
static const struct {
	uint8_t protocol;
	const char *statements;
	enum verdict expected;
} others[] = {
	{IPPROTO_TCP, MATCH("in", FLAGS, "\"syn\""), VERDICT_DROP},
	{IPPROTO_TCP, MATCH("in", FLAGS, "[\"rst\",\"fin\"]"), VERDICT_ACCEPT},
	{IPPROTO_TCP, MATCH("in", FLAGS, "[\"rst\",\"syn\"]"), VERDICT_DROP},
	{IPPROTO_TCP, MATCH("==", OF_FLAGS("[\"fin\",\"syn\"]"), "\"syn\""), VERDICT_DROP},
	{IPPROTO_TCP, MATCH("!=", OF_FLAGS("[\"fin\",\"syn\"]"), "\"syn\""), VERDICT_ACCEPT},
	{IPPROTO_TCP, MATCH("==", OF_FLAGS("{\"|\":[\"syn\",\"ack\"]}"), "\"ack\""),
	 VERDICT_ACCEPT},
	/* it may come with ECN's */
	{IPPROTO_TCP, MATCH("==", FLAGS, "\"syn\""), VERDICT_UNKNOWN},
	{IPPROTO_TCP, MATCH("==", FLAGS, "\"ack\""), VERDICT_ACCEPT},
	{IPPROTO_TCP, MATCH("in", FLAGS, "\"nonsense\""), VERDICT_UNKNOWN},
	{IPPROTO_UDP, MATCH("in", FLAGS, "\"syn\""), VERDICT_ACCEPT},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "type"), "\"echo-request\""), VERDICT_DROP},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "type"), "\"echo-reply\""), VERDICT_ACCEPT},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "type"), "8"), VERDICT_DROP},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "type"), "true"), VERDICT_UNKNOWN},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "type"), RANGE("x", "y")), VERDICT_UNKNOWN},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "code"), "0"), VERDICT_DROP},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "code"), "1"), VERDICT_ACCEPT},
	{IPPROTO_ICMP, MATCH("==", FIELD("icmp", "code"), "\"x\""), VERDICT_UNKNOWN},
};

START_TEST(a_statement_takes_another_packet_or_not)
{
	CLEANUP(buf_clear) struct buf items = BUF_INIT;
	struct flow flow = wireguard;
	struct why why;

	flow.protocol = others[_i].protocol;
	flow.port = flow.protocol == IPPROTO_TCP ? 22 : 0;
	buf_addf(&items, TABLE INPUT RULE("input", "9", "%s," DROP), others[_i].statements);
	ck_assert_msg(judge(&flow, buf_str(&items), &why) == others[_i].expected, "%s",
		      others[_i].statements);
}
END_TEST

#define VMAP(data) "{\"vmap\":{\"key\":" FIELD("udp", "dport") ",\"data\":" data "}}"
#define SET(kind, elem)                                                                            \
	",{\"" kind "\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\",\"elem\":[" elem "]}}"
#define POLICY_DROP BASE("input", "input", "0", "drop")

static const struct {
	const char *items;
	enum verdict expected;
	const char *rule;
} sets[] = {
	{TABLE, VERDICT_ACCEPT, ""},
	{TABLE INPUT, VERDICT_ACCEPT, "the policy of input"},
	{TABLE POLICY_DROP, VERDICT_DROP, "the policy of input"},
	/* an acceptance is for its own chain only, and a drop is for good */
	{TABLE BASE("early", "input", "-10", "accept") RULE("early", "2", ACCEPT)
		 BASE("late", "input", "10", "accept") RULE("late", "3", DROP),
	 VERDICT_DROP, "rule 3 of late"},
	{TABLE BASE("early", "input", "-10", "accept") RULE("early", "2", DROP)
		 BASE("late", "input", "10", "accept") RULE("late", "3", ACCEPT),
	 VERDICT_DROP, "rule 2 of early"},
	/* other hooks and other families are not passed */
	{TABLE BASE("f", "forward", "0", "drop") BASE("o", "output", "0", "drop"), VERDICT_ACCEPT,
	 ""},
	{"{\"table\":{\"family\":\"ip6\",\"name\":\"t\"}},{\"chain\":{\"family\":\"ip6\",\"table\":"
	 "\"t\",\"name\":\"i\",\"hook\":\"input\",\"prio\":0,\"policy\":\"drop\"}}",
	 VERDICT_ACCEPT, ""},
	{TABLE CHAIN("a") POLICY_DROP RULE("input", "4", "{\"jump\":{\"target\":\"a\"}}")
		 RULE("a", "5", "{\"return\":null}") RULE("a", "6", ACCEPT),
	 VERDICT_DROP, "the policy of input"},
	{TABLE CHAIN("a") POLICY_DROP RULE("input", "4", "{\"goto\":{\"target\":\"a\"}}")
		 RULE("input", "5", ACCEPT),
	 VERDICT_DROP, "the policy of input"},
	{TABLE CHAIN("a") POLICY_DROP RULE("input", "4", "{\"jump\":{\"target\":\"a\"}}")
		 RULE("a", "5", "{\"jump\":{\"target\":\"a\"}}"),
	 VERDICT_UNKNOWN, "rule 5 of a"},
	/* maps */
	{TABLE POLICY_DROP RULE("input", "4", VMAP("{\"set\":[[51820," ACCEPT "]]}")),
	 VERDICT_ACCEPT, "rule 4 of input"},
	{TABLE POLICY_DROP RULE("input", "4", VMAP("{\"set\":[[22," ACCEPT "]]}")), VERDICT_DROP,
	 "the policy of input"},
	{TABLE SET("map", "[{\"range\":[50000,52000]}," ACCEPT "],[\"*\"," DROP "]")
		 POLICY_DROP RULE("input", "4", VMAP("\"@s\"")),
	 VERDICT_ACCEPT, "rule 4 of input"},
	{TABLE SET("map", "[22," DROP "],[\"*\"," ACCEPT "]")
		 POLICY_DROP RULE("input", "4", VMAP("\"@s\"")),
	 VERDICT_ACCEPT, "rule 4 of input"},
	{TABLE SET("set", "22,{\"elem\":{\"val\":51820,\"comment\":\"WireGuard\"}}")
		 POLICY_DROP RULE("input", "4",
				  MATCH("==", FIELD("udp", "dport"), "\"@s\"") "," ACCEPT),
	 VERDICT_ACCEPT, "rule 4 of input"},
	/* a set without elements has none */
	{TABLE ",{\"set\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"s\"}}" POLICY_DROP RULE(
		 "input", "4", MATCH("==", FIELD("udp", "dport"), "\"@s\"") "," ACCEPT),
	 VERDICT_DROP, "the policy of input"},
	/* before connection tracking there is no state */
	{TABLE BASE("p", "prerouting", "-300", "accept")
		 RULE("p", "4", MATCH("in", CT("state"), "\"new\"") "," DROP),
	 VERDICT_ACCEPT, "the policy of p"},
	{TABLE BASE("p", "prerouting", "-150", "accept")
		 RULE("p", "4", MATCH("in", CT("state"), "\"new\"") "," DROP),
	 VERDICT_DROP, "rule 4 of p"},
	{TABLE BASE("p", "prerouting", "-100", "accept")
		 RULE("p", "4", "{\"redirect\":{\"port\":53}}") POLICY_DROP,
	 VERDICT_UNKNOWN, "the policy of input"},
	/* a table that may be switched off */
	{"{\"table\":{\"family\":\"inet\",\"name\":\"t\",\"flags\":[\"dormant\"]}}" POLICY_DROP,
	 VERDICT_ACCEPT, ""},
	{"{\"table\":{\"family\":\"inet\",\"name\":\"t\",\"flags\":\"t\"}}" POLICY_DROP,
	 VERDICT_UNKNOWN, "the policy of input"},
};

START_TEST(a_rule_set_decides)
{
	struct why why;

	ck_assert_msg(judge(&wireguard, sets[_i].items, &why) == sets[_i].expected, "%s: %s",
		      sets[_i].items, why.rule);
	ck_assert_str_eq(why.rule, sets[_i].rule);
}
END_TEST

/* UFW's chains are in both lists, and in nft's can't be understood: they count once. */
START_TEST(what_iptables_shows_is_left_to_it)
{
	CLEANUP(buf_clear) struct buf v4 = BUF_INIT, json = BUF_INIT;
	struct firewall fw = FIREWALL_INIT;
	struct why why;

	unit_read("data/firewall/ufw-relay.v4", &v4);
	unit_read("data/firewall/ufw-relay.json", &json);
	ck_assert_int_eq(firewall_set_nft(&fw, buf_str(&json), NULL), 0);
	ck_assert_int_eq(firewall_judge(&fw, &wireguard, &why), VERDICT_UNKNOWN);
	ck_assert_int_eq(firewall_add_iptables(&fw, AF_INET, "iptables", buf_str(&v4), NULL), 0);
	ck_assert_int_eq(firewall_judge(&fw, &wireguard, &why), VERDICT_ACCEPT);
	firewall_clear(&fw);
}
END_TEST

#define TYPE(op, type) MATCH(op, FIELD("icmpv6", "type"), type)
#define ND "{\"set\":[\"nd-neighbor-solicit\",\"nd-neighbor-advert\"]}"

/* The same with an answer to our question who the gateway is. */
static const struct {
	const char *statements;
	enum verdict expected;
} advertised[] = {
	{TYPE("==", "\"nd-neighbor-advert\""), VERDICT_DROP},
	{TYPE("==", "136"), VERDICT_DROP},
	{TYPE("!=", "\"nd-neighbor-advert\""), VERDICT_ACCEPT},
	{TYPE("==", ND), VERDICT_DROP},
	{TYPE("!=", ND), VERDICT_ACCEPT},
	{TYPE("==", "\"echo-request\""), VERDICT_ACCEPT},
	{TYPE("==", "\"mld2-listener-report\""), VERDICT_ACCEPT},
	{TYPE("==", "{\"range\":[\"nd-neighbor-solicit\",\"nd-redirect\"]}"), VERDICT_DROP},
	{TYPE("==", "{\"range\":[1,4]}"), VERDICT_ACCEPT},
	{MATCH("==", FIELD("ip6", "hoplimit"), "255"), VERDICT_DROP},
	{MATCH("!=", FIELD("ip6", "hoplimit"), "255"), VERDICT_ACCEPT},
	{MATCH("==", FIELD("ip6", "hoplimit"), "64"), VERDICT_ACCEPT},
	{MATCH("in", CT("state"), "\"new\""), VERDICT_ACCEPT},
	{MATCH("in", CT("state"), "\"invalid\""), VERDICT_ACCEPT},
	{MATCH("in", CT("state"), "\"untracked\""), VERDICT_DROP},
	{MATCH("in", CT("state"), "[\"established\",\"related\"]"), VERDICT_ACCEPT},
	{MATCH("==", FIELD("ip6", "saddr"), "{\"prefix\":{\"addr\":\"fe80::\",\"len\":10}}"),
	 VERDICT_DROP},
	{MATCH("==", META("pkttype"), "\"multicast\""), VERDICT_ACCEPT},
	{MATCH("==", "{\"fib\":{\"result\":\"type\",\"flags\":[\"daddr\"]}}", "\"local\""),
	 VERDICT_DROP},
};

START_TEST(a_statement_takes_the_advertisement_or_not)
{
	CLEANUP(buf_clear) struct buf items = BUF_INIT;
	struct flow flow = {
		.family = AF_INET6,
		.path = FLOW_INPUT,
		.in = "enp1s0",
		.out = "",
		.protocol = IPPROTO_ICMPV6,
		.icmp_type = ICMPV6_ADVERTISEMENT,
		.source = {.kind = END_GIVEN},
		.destination = {.kind = END_OURS},
	};
	struct in6_addr unused;
	struct why why;

	address_range("fe80::1", &flow.source.addr, &unused);
	buf_addf(&items, TABLE INPUT RULE("input", "9", "%s," DROP), advertised[_i].statements);
	ck_assert_msg(judge(&flow, buf_str(&items), &why) == advertised[_i].expected, "%s",
		      advertised[_i].statements);
}
END_TEST

/* What goes out comes by output, and by what is behind it. */
static const struct {
	const char *chain;
	enum verdict expected;
} leaving[] = {
	{BASE("c", "input", "0", "drop"), VERDICT_ACCEPT},
	{BASE("c", "prerouting", "0", "drop"), VERDICT_ACCEPT},
	{BASE("c", "forward", "0", "drop"), VERDICT_ACCEPT},
	{BASE("c", "output", "0", "drop"), VERDICT_DROP},
	{BASE("c", "output", "-300", "drop"), VERDICT_DROP},
	{BASE("c", "postrouting", "0", "drop"), VERDICT_DROP},
	{BASE("c", "output", "0", "accept")
		 RULE("c", "9", MATCH("==", META("oifname"), "\"enp1s0\"") "," DROP),
	 VERDICT_DROP},
	{BASE("c", "output", "0", "accept")
		 RULE("c", "9", MATCH("==", META("oifname"), "\"wg0\"") "," DROP),
	 VERDICT_ACCEPT},
};

START_TEST(what_leaves_goes_by_output)
{
	CLEANUP(buf_clear) struct buf items = BUF_INIT;
	const struct flow flow = {
		.family = AF_INET6,
		.path = FLOW_OUTPUT,
		.in = "",
		.out = "enp1s0",
		.protocol = IPPROTO_ICMPV6,
		.source = {.kind = END_OURS},
		.destination = {.kind = END_STRANGER},
	};
	struct why why;

	buf_addf(&items, TABLE "%s", leaving[_i].chain);
	ck_assert_msg(judge(&flow, buf_str(&items), &why) == leaving[_i].expected, "%s",
		      leaving[_i].chain);
}
END_TEST

#define IFSET(name, elements)                                                                      \
	",{\"set\":{\"family\":\"inet\",\"name\":\"" name                                          \
	"\",\"table\":\"t\",\"type\":\"ifname\",\"elem\":[" elements "]}}"

/* Nothing that nft prints, and so nothing that is understood. */
static const char *const odd[] = {
	INPUT RULE("input", "1", "[" DROP "]"),
	INPUT RULE("input", "1", "[[7]]"),
	INPUT RULE("input", "1", "null," DROP),
	INPUT RULE("input", "1", "{}," DROP),
	INPUT RULE(
		"input", "1",
		"{\"vmap\":{\"key\":" META("iifname") ",\"data\":{\"set\":[[\"enp1s0\",[[1]]]]}}},"
						      "{\"nothing\":null}," DROP),
	/* An interface may well be named so. */
	IFSET("a", "\"@a\"")
		INPUT RULE("input", "1", MATCH("==", META("iifname"), "\"@a\"") "," DROP),
	IFSET("a", "\"@b\",\"@b\"") IFSET("b", "\"@a\",\"@a\"")
		INPUT RULE("input", "1", MATCH("==", META("iifname"), "\"@a\"") "," DROP),
};

START_TEST(what_is_not_understood_is_not_known)
{
	CLEANUP(buf_clear) struct buf items = BUF_INIT;
	struct why why;

	buf_addf(&items, TABLE "%s", odd[_i]);
	ck_assert_msg(judge(&wireguard, buf_str(&items), &why) == VERDICT_UNKNOWN, "%s", odd[_i]);
}
END_TEST

static const char *const broken[] = {
	"",
	"garbage",
	"{\"nftables\":",
	"{\"nftables\":{}}",
	"{}",
	"{\"nftables\":[{\"rule\":{\"table\":\"nowhere\"}}]}",
};

START_TEST(what_is_no_list_is_refused)
{
	struct error err = ERROR_INIT;
	struct nft nft;

	ck_assert_int_eq(nft_parse(&nft, broken[_i], &err), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "nft"));
	nft_clear(&nft);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("nft");

	unit_add_table(tcase, a_statement_takes_the_packet_or_not, matches);
	unit_add_table(tcase, a_statement_takes_another_packet_or_not, others);
	unit_add_table(tcase, a_statement_takes_the_advertisement_or_not, advertised);
	unit_add_table(tcase, what_leaves_goes_by_output, leaving);
	unit_add_table(tcase, a_rule_set_decides, sets);
	tcase_add_test(tcase, what_iptables_shows_is_left_to_it);
	unit_add_table(tcase, what_is_not_understood_is_not_known, odd);
	unit_add_table(tcase, what_is_no_list_is_refused, broken);
	return unit_finish();
}
