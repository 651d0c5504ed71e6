/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "firewall/firewall.h"

#define FILTER                                                                                     \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:a - [0:0]\n"  \
	":b - [0:0]\n"
#define END "COMMIT\n"

/* UDP to 51820 from a stranger, in on enp1s0. */
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

/* HTTPS, from a device at home. */
static const struct flow browsing = {
	.family = AF_INET6,
	.path = FLOW_FORWARD,
	.in = "wg0",
	.out = "enp1s0",
	.protocol = IPPROTO_TCP,
	.port = 443,
	.source = {.kind = END_OURS},
	.destination = {.kind = END_STRANGER},
};

static enum verdict judge(const struct flow *flow, const char *text, struct why *why)
{
	struct firewall fw = FIREWALL_INIT;
	struct error err = ERROR_INIT;
	enum verdict verdict;
	int r = firewall_add_iptables(
		&fw, flow->family, flow->family == AF_INET ? "iptables" : "ip6tables", text, &err);

	ck_assert_msg(r == 0, "%s\n%s", err.text, text);
	verdict = firewall_judge(&fw, flow, why);
	firewall_clear(&fw);
	return verdict;
}

/* What one rule, with DROP as its target, does to the packet to 51820. */
static const struct {
	const char *match;
	enum verdict expected;
} matches[] = {
	{"", VERDICT_DROP},
	{"-i enp1s0", VERDICT_DROP},
	{"! -i enp1s0", VERDICT_ACCEPT},
	{"-i enp+", VERDICT_DROP},
	{"-i +", VERDICT_DROP},
	{"-i enp1", VERDICT_ACCEPT},
	{"-i enp1s0+", VERDICT_DROP},
	{"! -i lo", VERDICT_DROP},
	{"-p udp", VERDICT_DROP},
	{"-p 17", VERDICT_DROP},
	{"-p all", VERDICT_DROP},
	{"-p tcp", VERDICT_ACCEPT},
	{"! -p tcp", VERDICT_DROP},
	{"-p sctp", VERDICT_ACCEPT},
	{"-p udp -m udp --dport 51820", VERDICT_DROP},
	{"-p udp -m udp --dport 51821", VERDICT_ACCEPT},
	{"-p udp -m udp ! --dport 51820", VERDICT_ACCEPT},
	{"-p udp -m udp --dport 51000:52000", VERDICT_DROP},
	{"-p udp -m udp --dport 51821:", VERDICT_ACCEPT},
	{"-p udp -m udp --dport :51820", VERDICT_DROP},
	{"-p udp -m udp --sport 53", VERDICT_ACCEPT},
	{"-p udp -m udp --sport 1:65535", VERDICT_DROP},
	{"-p udp -m udp --sport 1024:65535", VERDICT_UNKNOWN},
	{"-p udp -m multiport --dports 22,51820", VERDICT_DROP},
	{"-p udp -m multiport --dports 22,51000:51819", VERDICT_ACCEPT},
	{"-p udp -m multiport ! --dports 22,53", VERDICT_DROP},
	{"-m conntrack --ctstate NEW", VERDICT_DROP},
	{"-m conntrack --ctstate INVALID", VERDICT_ACCEPT},
	{"-m conntrack ! --ctstate RELATED,ESTABLISHED", VERDICT_DROP},
	{"-m conntrack --ctstate RELATED,ESTABLISHED,DNAT", VERDICT_ACCEPT},
	{"-m state --state NEW", VERDICT_DROP},
	/* a random stranger is not this one */
	{"-s 192.0.2.1/32", VERDICT_ACCEPT},
	{"-s 10.0.0.0/8", VERDICT_ACCEPT},
	{"! -s 192.0.2.0/24", VERDICT_DROP},
	{"-s 0.0.0.0/0", VERDICT_DROP},
	{"-s 0.0.0.0/1", VERDICT_UNKNOWN},
	{"-s 224.0.0.0/4", VERDICT_ACCEPT},
	{"-s 224.0.0.0/240.0.0.0", VERDICT_ACCEPT},
	{"-m iprange --src-range 192.0.2.1-192.0.2.9", VERDICT_ACCEPT},
	/* which address is ours was not said */
	{"-d 203.0.113.42/32", VERDICT_UNKNOWN},
	{"-m addrtype --dst-type LOCAL", VERDICT_DROP},
	{"-m addrtype --dst-type UNICAST", VERDICT_ACCEPT},
	{"-m addrtype ! --dst-type LOCAL", VERDICT_ACCEPT},
	{"-m addrtype --src-type LOCAL", VERDICT_ACCEPT},
	{"-m comment --comment \"-j ACCEPT \\\" here\"", VERDICT_DROP},
	{"-m comment --comment -j", VERDICT_DROP},
	{"-m limit --limit 3/min", VERDICT_UNKNOWN},
	{"-m set --match-set blocked src", VERDICT_UNKNOWN},
	{"-p tcp -m set --match-set blocked src", VERDICT_ACCEPT},
	{"-m mac --mac-source 02:00:00:00:00:01", VERDICT_UNKNOWN},
	{"-m mark --mark 0x1", VERDICT_UNKNOWN},
	{"-m nobody-knows --what \"this does\" ! --is", VERDICT_UNKNOWN},
	{"-m ttl --ttl-eq 255", VERDICT_ACCEPT},
	{"-m ttl --ttl-lt 10", VERDICT_UNKNOWN},
	{"-m pkttype --pkt-type broadcast", VERDICT_ACCEPT},
	{"-m rpfilter --invert", VERDICT_ACCEPT},
	{"-m policy --dir in --pol ipsec", VERDICT_ACCEPT},
	{"-m policy --dir in --pol none", VERDICT_DROP},
	{"-m pkttype --pkt-type unicast", VERDICT_DROP},
	{"-p udp -m multiport --ports 22,51820", VERDICT_DROP},
	{"-p udp -m multiport --ports 22,53", VERDICT_ACCEPT},
	{"-p udp -m udp --dport x", VERDICT_UNKNOWN},
	{"-p udp -m udp --sport x", VERDICT_UNKNOWN},
	{"-s x", VERDICT_UNKNOWN},
	{"-m iprange --src-range 0.0.0.0-255.255.255.255", VERDICT_DROP},
	{"-m iprange --src-range 192.0.2.1", VERDICT_UNKNOWN},
	{"-m iprange --src-range 192.0.2.1-x", VERDICT_UNKNOWN},
	{"-m iprange --dst-range 203.0.113.42-203.0.113.42", VERDICT_UNKNOWN},
	{"-m conntrack --ctdir ORIGINAL", VERDICT_DROP},
	{"-m conntrack --ctdir REPLY", VERDICT_ACCEPT},
	{"-m addrtype --dst-type MULTICAST", VERDICT_ACCEPT},
	{"-m addrtype --dst-type BROADCAST", VERDICT_ACCEPT},
	{"-m addrtype --dst-type LOCAL,MULTICAST", VERDICT_DROP},
	{"-m connlimit --connlimit-above 3", VERDICT_UNKNOWN},
	{"-f", VERDICT_ACCEPT},
};

START_TEST(a_match_takes_the_packet_or_not)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	const char *match = matches[_i].match;
	struct why why;

	buf_addf(&text, FILTER "-A INPUT %s%s-j DROP\n" END, match, *match ? " " : "");
	ck_assert_msg(judge(&wireguard, buf_str(&text), &why) == matches[_i].expected, "%s", match);
}
END_TEST

static const struct {
	const char *match;
	enum verdict expected;
} matches6[] = {
	{"-o enp1s0", VERDICT_DROP},
	{"! -o enp1s0", VERDICT_ACCEPT},
	{"-i wg+ -o enp1s0", VERDICT_DROP},
	{"-i enp1s0 -o wg0", VERDICT_ACCEPT},
	{"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", VERDICT_DROP},
	{"-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN", VERDICT_ACCEPT},
	{"-p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN", VERDICT_ACCEPT},
	{"-p ipv6-icmp -m icmp6 --icmpv6-type 128", VERDICT_ACCEPT},
	{"-d fe80::/10", VERDICT_ACCEPT},
	{"-d ::/0", VERDICT_DROP},
	{"-d 2000::/3", VERDICT_DROP},
	{"-d 2001:db8::/32", VERDICT_ACCEPT},
	{"-d 2400::/6", VERDICT_UNKNOWN},
	{"-s fd00::/8", VERDICT_UNKNOWN},
	{"-m rt --rt-type 0", VERDICT_ACCEPT},
	{"-m rt ! --rt-type 0", VERDICT_ACCEPT},
	{"-m hl --hl-eq 255", VERDICT_ACCEPT},
	{"-m addrtype --dst-type LOCAL", VERDICT_ACCEPT},
	{"-m addrtype --dst-type UNICAST", VERDICT_DROP},
};

START_TEST(a_match_takes_the_forwarded_packet_or_not)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct why why;

	buf_addf(&text, FILTER "-A FORWARD %s -j DROP\n" END, matches6[_i].match);
	ck_assert_msg(judge(&browsing, buf_str(&text), &why) == matches6[_i].expected, "%s",
		      matches6[_i].match);
}
END_TEST

/* Whole rule sets: the verdict, and what is named. */
static const struct {
	const char *text;
	enum verdict expected;
	const char *rule, *table, *remove;
} sets[] = {
	{"", VERDICT_ACCEPT, "", "", ""},
	{FILTER END, VERDICT_ACCEPT, "the policy of INPUT", "filter of iptables", ""},
	{"*filter\n:INPUT DROP [0:0]\n" END, VERDICT_DROP, "the policy of INPUT",
	 "filter of iptables", ""},
	{FILTER "-A INPUT -p udp -j DROP\n" END, VERDICT_DROP, "-A INPUT -p udp -j DROP",
	 "filter of iptables", "iptables -D INPUT -p udp -j DROP"},
	{FILTER "[5:380] -A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable\n" END,
	 VERDICT_DROP, "-A INPUT -p udp -j REJECT --reject-with icmp-port-unreachable",
	 "filter of iptables",
	 "iptables -D INPUT -p udp -j REJECT --reject-with icmp-port-unreachable"},
	/* jumps, returns, gotos */
	{FILTER "-A INPUT -j a\n-A INPUT -j DROP\n-A a -p tcp -j ACCEPT\n-A a -j RETURN\n"
		"-A a -j ACCEPT\n" END,
	 VERDICT_DROP, "-A INPUT -j DROP", "filter of iptables", "iptables -D INPUT -j DROP"},
	{FILTER "-A INPUT -j a\n-A INPUT -j DROP\n-A a -g b\n-A a -j DROP\n-A b -j ACCEPT\n" END,
	 VERDICT_ACCEPT, "-A b -j ACCEPT", "filter of iptables", "iptables -D b -j ACCEPT"},
	/* from a chain that was gone to, the way back is to the caller's caller */
	{FILTER "-A INPUT -j a\n-A INPUT -j DROP\n-A a -g b\n-A a -j ACCEPT\n" END, VERDICT_DROP,
	 "-A INPUT -j DROP", "filter of iptables", "iptables -D INPUT -j DROP"},
	{FILTER "-A INPUT -g a\n-A INPUT -j DROP\n" END, VERDICT_ACCEPT, "the policy of INPUT",
	 "filter of iptables", ""},
	/* a doubtful rule matters only if it leads elsewhere */
	{FILTER "-A INPUT -m limit --limit 3/min -j ACCEPT\n" END, VERDICT_ACCEPT,
	 "the policy of INPUT", "filter of iptables", ""},
	{FILTER "-A INPUT -m limit --limit 3/min -j LOG\n-A INPUT -p udp -j ACCEPT\n" END,
	 VERDICT_ACCEPT, "-A INPUT -p udp -j ACCEPT", "filter of iptables",
	 "iptables -D INPUT -p udp -j ACCEPT"},
	{FILTER "-A INPUT -m limit --limit 3/min -j ACCEPT\n-A INPUT -j DROP\n" END,
	 VERDICT_UNKNOWN, "-A INPUT -m limit --limit 3/min -j ACCEPT", "filter of iptables",
	 "iptables -D INPUT -m limit --limit 3/min -j ACCEPT"},
	{FILTER "-A INPUT -j a\n-A INPUT -j DROP\n-A a -m limit --limit 3/min -j RETURN\n"
		"-A a -j ACCEPT\n" END,
	 VERDICT_UNKNOWN, "-A a -m limit --limit 3/min -j RETURN", "filter of iptables",
	 "iptables -D a -m limit --limit 3/min -j RETURN"},
	{FILTER "-A INPUT -j NFQUEUE --queue-num 1\n" END, VERDICT_UNKNOWN,
	 "-A INPUT -j NFQUEUE --queue-num 1", "filter of iptables",
	 "iptables -D INPUT -j NFQUEUE --queue-num 1"},
	/* loops, and chains that are not there: no kernel has them */
	{FILTER "-A INPUT -j a\n-A a -j b\n-A b -j a\n-A b -j DROP\n" END, VERDICT_UNKNOWN,
	 "-A b -j a", "filter of iptables", "iptables -D b -j a"},
	{FILTER "-A INPUT -j nowhere\n-A INPUT -j DROP\n" END, VERDICT_UNKNOWN,
	 "-A INPUT -j nowhere", "filter of iptables", "iptables -D INPUT -j nowhere"},
	/* other tables drop, too; and one that is accepted goes on to the next */
	{"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j DROP\n" END FILTER
	 "-A INPUT -j ACCEPT\n" END,
	 VERDICT_DROP, "-A PREROUTING -p udp -j DROP", "raw of iptables",
	 "iptables -t raw -D PREROUTING -p udp -j DROP"},
	{"*mangle\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\n" END FILTER "-A INPUT -j DROP\n" END,
	 VERDICT_DROP, "-A INPUT -j DROP", "filter of iptables", "iptables -D INPUT -j DROP"},
	{"*mangle\n:FORWARD DROP [0:0]\n" END, VERDICT_ACCEPT, "", "", ""},
	/* what was to come here goes elsewhere */
	{"*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -m udp --dport 51820 -j REDIRECT "
	 "--to-ports 53\n" END,
	 VERDICT_UNKNOWN, "-A PREROUTING -p udp -m udp --dport 51820 -j REDIRECT --to-ports 53",
	 "nat of iptables",
	 "iptables -t nat -D PREROUTING -p udp -m udp --dport 51820 -j REDIRECT --to-ports 53"},
	/* tracking begins behind the table raw, and a rule there can keep a packet out of it */
	{"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m conntrack --ctstate NEW -j DROP\n" END,
	 VERDICT_ACCEPT, "the policy of PREROUTING", "raw of iptables", ""},
	{"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j CT --notrack\n" END FILTER
	 "-A INPUT -m conntrack --ctstate INVALID -j DROP\n-A INPUT -p udp -j ACCEPT\n" END,
	 VERDICT_ACCEPT, "-A INPUT -p udp -j ACCEPT", "filter of iptables",
	 "iptables -D INPUT -p udp -j ACCEPT"},
	{"*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j CT --notrack\n" END FILTER
	 "-A INPUT -m conntrack --ctstate NEW -j ACCEPT\n-A INPUT -j DROP\n" END,
	 VERDICT_UNKNOWN, "-A INPUT -m conntrack --ctstate NEW -j ACCEPT", "filter of iptables",
	 "iptables -D INPUT -m conntrack --ctstate NEW -j ACCEPT"},
};

START_TEST(a_rule_set_decides)
{
	struct why why;

	ck_assert_msg(judge(&wireguard, sets[_i].text, &why) == sets[_i].expected, "%s: %s",
		      sets[_i].text, why.rule);
	ck_assert_str_eq(why.rule, sets[_i].rule);
	ck_assert_str_eq(why.table, sets[_i].table);
	ck_assert_str_eq(why.remove, sets[_i].remove);
}
END_TEST

/* Each chain calls the next one twice: 2^200 ways. */
START_TEST(many_ways_are_walked_in_no_time)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct why why;

	buf_adds(&text, "*filter\n:INPUT DROP [0:0]\n");
	for (int i = 0; i < 200; i++)
		buf_addf(&text, ":c%d - [0:0]\n", i);
	buf_adds(&text, "-A INPUT -j c0\n");
	for (int i = 0; i < 199; i++)
		buf_addf(&text, "-A c%d -j c%d\n-A c%d -j c%d\n", i, i + 1, i, i + 1);
	buf_adds(&text, END);
	ck_assert_int_eq(judge(&wireguard, buf_str(&text), &why), VERDICT_UNKNOWN);
}
END_TEST

/* A rule that is too long to be understood is in doubt, and what is told of it stays plain. */
START_TEST(odd_rules_do_no_harm)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct why why;

	buf_adds(&text, FILTER "-A INPUT -m comment --comment \"\033[2J");
	for (int i = 0; i < 3000; i++)
		buf_adds(&text, "x");
	buf_adds(&text, "\" -j DROP\n" END);
	ck_assert_int_eq(judge(&wireguard, buf_str(&text), &why), VERDICT_UNKNOWN);
	ck_assert_ptr_null(strchr(why.rule, '\033'));
	ck_assert_str_eq(why.remove, "");
}
END_TEST

static const char *const broken[] = {
	"garbage\n",
	(FILTER "-A INPUT -j DROP\n"), /* no COMMIT: cut short */
	FILTER "-A nowhere -j DROP\n" END,
	FILTER "garbage\n" END,
	FILTER "[1:2 -A INPUT -j DROP\n" END,
	"*filter\n:INPUT\n" END,
	"-A INPUT -j DROP\n",
};

START_TEST(what_is_no_rules_is_refused)
{
	struct iptables iptables;
	struct error err = ERROR_INIT;

	ck_assert_int_eq(iptables_parse(&iptables, AF_INET, "iptables", broken[_i], &err),
			 -EBADMSG);
	ck_assert_ptr_nonnull(strstr(err.text, "iptables"));
	iptables_clear(&iptables);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("iptables");

	unit_add_table(tcase, a_match_takes_the_packet_or_not, matches);
	unit_add_table(tcase, a_match_takes_the_forwarded_packet_or_not, matches6);
	unit_add_table(tcase, a_rule_set_decides, sets);
	tcase_add_test(tcase, many_ways_are_walked_in_no_time);
	tcase_add_test(tcase, odd_rules_do_no_harm);
	unit_add_table(tcase, what_is_no_rules_is_refused, broken);
	return unit_finish();
}
