/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/ip.h"
#include "firewall/firewall.h"
#include "prove/check.h"
#include "prove/firewall_check.h"
#include "prove/firewall_words.h"

#define PORT "UDP 51820 in on enp1s0: "
#define UFW_IN "-A ufw-user-input -p udp -m udp --dport 51820 -j ACCEPT"

/* Reads NAME.v4, NAME.v6 and NAME.json, those that there are. */
static void load(struct firewall *fw, const char *name)
{
	static const char *const kinds[] = {"v4", "v6", "json"};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		CLEANUP(buf_clear) struct buf file = BUF_INIT, text = BUF_INIT;
		int r;

		buf_addf(&file, "data/firewall/%s.%s", name, kinds[i]);
		if (access(unit_path(buf_str(&file)).s, R_OK) < 0)
			continue;
		unit_read(buf_str(&file), &text);
		if (i == 2)
			r = firewall_set_nft(fw, buf_str(&text), &err);
		else
			r = firewall_add_iptables(fw, i ? AF_INET6 : AF_INET,
						  i ? "ip6tables" : "iptables", buf_str(&text),
						  &err);
		ck_assert_msg(r == 0, "%s: %s", buf_str(&file), err.text);
	}
}

static const struct expected {
	const char *name;
	bool in_ufw_files; /* IPV6=no: in the captures whose names say so */
	enum check_result result;
	const char *seen, *advice;
} ports[] = {
	{"nothing", false, CHECK_PASS, PORT "no firewall", ""},
	{"ufw-relay", true, CHECK_PASS, PORT "accepted by " UFW_IN " (filter of iptables)", ""},
	/* the last rule before UFW's policy is its own, too */
	{"ufw-fresh", false, CHECK_FAIL, PORT "dropped by the policy of INPUT (filter of iptables)",
	 "sixrelay apply"},
	{"ufw-fresh", true, CHECK_FAIL, PORT "dropped by the policy of INPUT (filter of iptables)",
	 "/usr/lib/ufw/ufw-init flush-all; ufw enable"},
	{"ufw-limit", false, CHECK_SKIP,
	 PORT "whether -A ufw-user-input -p udp -m udp --dport 51820 -m conntrack --ctstate NEW "
	      "-m recent --update --seconds 30 --hitcount 6 --name DEFAULT --mask "
	      "255.255.255.255 --rsource -j ufw-user-limit (filter of iptables) takes it can't "
	      "be told",
	 ""},
	{"alien", true, CHECK_FAIL,
	 PORT "dropped by -A INPUT -p udp -m udp --dport 51820 -m comment --comment \"closed for "
	      "now\" -j DROP (filter of iptables)",
	 "iptables -D INPUT -p udp -m udp --dport 51820 -m comment --comment \"closed for now\" "
	 "-j DROP"},
	/* the owner's own rule in UFW's files: a reload changes nothing */
	{"ufw-denied", true, CHECK_FAIL,
	 PORT "dropped by -A ufw-user-input -i enp1s0 -p udp -m udp --dport 51820 -j DROP "
	      "(filter of iptables)",
	 "ufw status numbered; then, with its number N: ufw delete N"},
	{"banned", true, CHECK_PASS, PORT "accepted by " UFW_IN " (filter of iptables)", ""},
	{"docker", false, CHECK_PASS, PORT "accepted by the policy of INPUT (filter of iptables)",
	 ""},
	{"legacy", false, CHECK_FAIL, PORT "dropped by the policy of INPUT (filter of iptables)",
	 "iptables -I INPUT -p udp --dport 51820 -j ACCEPT"},
	{"server", false, CHECK_PASS, PORT "accepted by rule 17 of input (inet filter of nftables)",
	 ""},
	{"workstation", false, CHECK_FAIL,
	 PORT "dropped by the policy of input (inet filter of nftables)",
	 "nft insert rule inet filter input udp dport 51820 accept"},
	{"odd", false, CHECK_SKIP,
	 PORT "whether rule 4 of INPUT (ip filter of nftables) takes it can't be told", ""},
};

static struct ufw_facts facts_of(const struct expected *expected)
{
	return (struct ufw_facts){.has_rules = expected->in_ufw_files,
				  .no_ipv6 = strstr(expected->name, "no-ipv6")};
}

static void compare(const struct check *check, const struct expected *expected)
{
	ck_assert_str_eq(check->seen, expected->seen);
	ck_assert_str_eq(check_word(check->result), check_word(expected->result));
	ck_assert_str_eq(check->advice, expected->advice);
	ck_assert_int_eq(check->cause[0] != '\0', check->result == CHECK_FAIL);
}

START_TEST(the_port_is_open_or_not)
{
	const struct expected *expected = &ports[_i];
	const struct ufw_facts ufw = facts_of(expected);
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};

	load(&fw, expected->name);
	check_firewall_port(&check, &fw, "enp1s0", 51820, &ufw);
	firewall_clear(&fw);
	compare(&check, expected);
}
END_TEST

#define BETWEEN "IPv6 between wg0 and enp1s0: "
#define OUT "IPv6 from wg0 to enp1s0: "
#define IN "IPv6 from enp1s0 to wg0: "
#define NO_IPV6 "IPV6=yes in /etc/default/ufw; then: ufw reload; sixrelay apply"

static const struct expected forwards[] = {
	{"nothing", false, CHECK_PASS, BETWEEN "no firewall", ""},
	{"ufw-relay", true, CHECK_PASS,
	 BETWEEN "accepted by -A ufw6-user-forward -i wg0 -j ACCEPT (filter of ip6tables)", ""},
	/* an echo request alone would pass */
	{"ufw-fresh", false, CHECK_FAIL,
	 OUT "dropped by the policy of FORWARD (filter of ip6tables)", "sixrelay apply"},
	{"ufw-fresh", true, CHECK_FAIL,
	 OUT "dropped by the policy of FORWARD (filter of ip6tables)",
	 "/usr/lib/ufw/ufw-init flush-all; ufw enable"},
	{"alien", true, CHECK_FAIL,
	 IN "dropped by -A FORWARD -i enp1s0 -o wg0 -m conntrack --ctstate NEW -j REJECT "
	    "--reject-with icmp6-port-unreachable (filter of ip6tables)",
	 "ip6tables -D FORWARD -i enp1s0 -o wg0 -m conntrack --ctstate NEW -j REJECT "
	 "--reject-with icmp6-port-unreachable"},
	{"flushed", true, CHECK_FAIL, OUT "dropped by the policy of FORWARD (filter of ip6tables)",
	 "/usr/lib/ufw/ufw-init flush-all; ufw enable"},
	{"ufw-no-ipv6", true, CHECK_FAIL,
	 OUT "dropped by the policy of FORWARD (filter of ip6tables)", NO_IPV6},
	{"docker", false, CHECK_FAIL, OUT "dropped by the policy of FORWARD (filter of ip6tables)",
	 "ip6tables -I FORWARD -i wg0 -j ACCEPT"},
	{"server", false, CHECK_PASS,
	 BETWEEN "accepted by rule 22 of forward (inet filter of nftables)", ""},
	{"workstation", false, CHECK_FAIL,
	 OUT "dropped by the policy of forward (inet filter of nftables)",
	 "nft insert rule inet filter forward iifname wg0 accept"},
};

START_TEST(the_way_is_open_or_not)
{
	const struct expected *expected = &forwards[_i];
	const struct ufw_facts ufw = facts_of(expected);
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};
	struct prefix lan;

	ck_assert(prefix_parse(&lan, "2001:db8:1:2::/64"));
	for (int known = 0; known < 2; known++) {
		load(&fw, expected->name);
		check_firewall_forward(&check, &fw, "enp1s0", "wg0", known ? &lan : NULL, &ufw);
		firewall_clear(&fw);
		compare(&check, expected);
	}
}
END_TEST

#define ALL6 "ICMPv6 on enp1s0 and wg0: "
#define NA_IN "ICMPv6 neighbour advertisements in on enp1s0: "
#define NA_OUT "ICMPv6 neighbour advertisements out on enp1s0: "

static const struct expected icmpv6[] = {
	{"nothing", false, CHECK_PASS, ALL6 "no firewall", ""},
	{"ufw-relay", true, CHECK_PASS,
	 ALL6 "accepted by -A ufw6-before-input -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl "
	      "--hl-eq 255 -j ACCEPT (filter of ip6tables)",
	 ""},
	{"ufw-fresh", true, CHECK_PASS,
	 ALL6 "accepted by -A ufw6-before-input -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl "
	      "--hl-eq 255 -j ACCEPT (filter of ip6tables)",
	 ""},
	{"icmp-dropped", true, CHECK_FAIL,
	 NA_IN "dropped by -A INPUT -p ipv6-icmp -j DROP (filter of ip6tables)",
	 "ip6tables -D INPUT -p ipv6-icmp -j DROP"},
	{"adverts-kept", true, CHECK_FAIL,
	 NA_OUT "dropped by -A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP (filter of "
		"ip6tables)",
	 "ip6tables -D OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP"},
	{"flushed", true, CHECK_FAIL, NA_IN "dropped by the policy of INPUT (filter of ip6tables)",
	 "/usr/lib/ufw/ufw-init flush-all; ufw enable"},
	{"ufw-no-ipv6", true, CHECK_FAIL,
	 NA_IN "dropped by the policy of INPUT (filter of ip6tables)", NO_IPV6},
	/* what isn't forwarded is not this check's matter */
	{"docker", false, CHECK_PASS, ALL6 "accepted by the policy of INPUT (filter of ip6tables)",
	 ""},
};

static struct icmpv6_ways ways(void)
{
	static struct prefix home;
	struct icmpv6_ways ways = {.nic = "enp1s0", .wg = "wg0", .advertised = true};

	inet_pton(AF_INET6, "fe80::1", &ways.gateway);
	inet_pton(AF_INET6, "fe80::5400:ff:fe12:3456", &ways.own);
	inet_pton(AF_INET6, "fd99:9999:9999::2", &ways.router);
	inet_pton(AF_INET6, "fd99:9999:9999::1", &ways.vps);
	ways.global.kind = END_GIVEN;
	inet_pton(AF_INET6, "2001:db8:1:1::42", &ways.global.addr);
	prefix_parse(&home, "2001:db8:1:2::/64");
	ways.lan = &home;
	return ways;
}

START_TEST(icmpv6_is_let_through_or_not)
{
	const struct expected *expected = &icmpv6[_i];
	const struct ufw_facts ufw = facts_of(expected);
	const struct icmpv6_ways on = ways();
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};

	load(&fw, expected->name);
	check_firewall_icmpv6(&check, &fw, &on, &ufw);
	firewall_clear(&fw);
	compare(&check, expected);
}
END_TEST

/* One rule of ip6tables, on a machine where all else is let through: what is said to be lost. */
static const struct {
	const char *rule, *seen; /* NULL: nothing */
} rules6[] = {
	{"-A INPUT -p tcp -j DROP", NULL},
	{"-A INPUT -m conntrack --ctstate INVALID -j DROP", NULL},
	{"-A INPUT -m conntrack --ctstate NEW -j DROP", NULL},
	{"-A INPUT -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP",
	 "neighbour advertisements in on enp1s0"},
	{"-A INPUT -m conntrack --ctstate UNTRACKED -j DROP",
	 "neighbour advertisements in on enp1s0"},
	{"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl --hl-eq 255 -j DROP",
	 "neighbour advertisements in on enp1s0"},
	{"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -m hl ! --hl-eq 255 -j DROP", NULL},
	{"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP",
	 "neighbour solicitations in on enp1s0"},
	{"-A INPUT -m pkttype --pkt-type multicast -j DROP",
	 "neighbour solicitations in on enp1s0"},
	{"-A INPUT -d ff02::1/128 -j DROP", "router advertisements in on enp1s0"},
	{"-A INPUT -s fe80::1/128 -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j DROP",
	 "router advertisements in on enp1s0"},
	{"-A INPUT -s fe80::9/128 -j DROP", NULL},
	{"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 2 -j DROP", "packet too big in on enp1s0"},
	{"-A INPUT -m conntrack --ctstate RELATED -j DROP", "packet too big in on enp1s0"},
	{"-A INPUT -m conntrack --ctstate ESTABLISHED -j DROP", "echo replies in on enp1s0"},
	{"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j DROP", "echo replies in on enp1s0"},
	{"-A INPUT -i wg0 -j DROP", "echo replies in on wg0"},
	{"-A INPUT -i wg0 ! -s fd99:9999:9999::/64 -j DROP", "echo replies in on wg0"},
	{"-A INPUT -i wg0 -s fd99:9999:9999::9/128 -j DROP", NULL},
	/* the LAN's own are not for this machine */
	{"-A INPUT -i enp1s0 -d 2001:db8:1:2::/64 -j DROP", NULL},
	{"-A INPUT -i eth1 -p ipv6-icmp -j DROP", NULL},
	{"-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP",
	 "neighbour solicitations out on enp1s0"},
	{"-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j DROP",
	 "echo requests out on enp1s0"},
	{"-A OUTPUT -o wg0 -m conntrack --ctstate NEW -j DROP", "echo requests out on wg0"},
	{"-A OUTPUT -o lo -j DROP", NULL},
	{"-A FORWARD -p ipv6-icmp -j DROP", NULL},
};

START_TEST(the_first_icmpv6_that_is_lost_is_named)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	const struct ufw_facts ufw = {0};
	const struct icmpv6_ways on = ways();
	struct firewall fw = FIREWALL_INIT;
	struct error err = ERROR_INIT;
	struct check check = {0};

	buf_addf(&text,
		 "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
		 "%s\nCOMMIT\n",
		 rules6[_i].rule);
	ck_assert_int_eq(firewall_add_iptables(&fw, AF_INET6, "ip6tables", buf_str(&text), &err),
			 0);
	check_firewall_icmpv6(&check, &fw, &on, &ufw);
	firewall_clear(&fw);
	ck_assert_msg(check.result == (rules6[_i].seen ? CHECK_FAIL : CHECK_PASS), "%s: %s",
		      rules6[_i].rule, check.seen);
	if (!rules6[_i].seen)
		return;
	ck_assert_msg(strstr(check.seen, rules6[_i].seen), "%s: %s", rules6[_i].rule, check.seen);
	ck_assert_ptr_nonnull(strstr(check.seen, rules6[_i].rule));
}
END_TEST

/* A default route that nobody advertises outlives advertisements. */
START_TEST(advertisements_matter_where_the_route_is_theirs)
{
	static const char text[] = "*filter\n:INPUT ACCEPT [0:0]\n"
				   "-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j DROP\n"
				   "COMMIT\n";
	const struct ufw_facts ufw = {0};

	for (int advertised = 0; advertised < 2; advertised++) {
		struct icmpv6_ways on = ways();
		struct firewall fw = FIREWALL_INIT;
		struct error err = ERROR_INIT;
		struct check check = {0};

		on.advertised = advertised;
		ck_assert_int_eq(firewall_add_iptables(&fw, AF_INET6, "ip6tables", text, &err), 0);
		check_firewall_icmpv6(&check, &fw, &on, &ufw);
		firewall_clear(&fw);
		ck_assert_int_eq(check.result, advertised ? CHECK_FAIL : CHECK_PASS);
	}
}
END_TEST

/* Who calls from where, and what is to be done; NULL: he is not kept out. */
static const struct {
	const char *name, *addr, *advice;
} callers[] = {
	{"banned", "198.51.100.7", "fail2ban-client unban 198.51.100.7"},
	{"banned", "198.51.100.8", "iptables -D INPUT -s 198.51.100.8/32 -j DROP"},
	{"banned", "198.51.100.9", NULL},
	{"ufw-relay", "198.51.100.7", NULL},
	{"nothing", "198.51.100.7", NULL},
};

START_TEST(a_banned_caller_is_told_from_a_stranger)
{
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};
	struct caller caller = {.port = 13231};
	struct why why;

	load(&fw, callers[_i].name);
	inet_pton(AF_INET, callers[_i].addr, &caller.addr);
	ck_assert_int_eq(firewall_drops_caller(&fw, "enp1s0", 51820, &caller, &why),
			 callers[_i].advice != NULL);
	if (callers[_i].advice) {
		firewall_blame_ban(&check, &caller, &why, 51820);
		ck_assert_int_eq(check.result, CHECK_FAIL);
		ck_assert_ptr_nonnull(strstr(check.seen, callers[_i].addr));
		ck_assert_str_eq(check.advice, callers[_i].advice);
	}
	firewall_clear(&fw);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("firewall");

	unit_add_table(tcase, the_port_is_open_or_not, ports);
	unit_add_table(tcase, the_way_is_open_or_not, forwards);
	unit_add_table(tcase, icmpv6_is_let_through_or_not, icmpv6);
	unit_add_table(tcase, the_first_icmpv6_that_is_lost_is_named, rules6);
	tcase_add_test(tcase, advertisements_matter_where_the_route_is_theirs);
	unit_add_table(tcase, a_banned_caller_is_told_from_a_stranger, callers);
	return unit_finish();
}
