/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/ip.h"
#include "firewall/firewall.h"
#include "prove/check.h"
#include "prove/firewall_check.h"

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
	bool in_ufw_files;
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
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};

	load(&fw, expected->name);
	check_firewall_port(&check, &fw, "enp1s0", 51820, expected->in_ufw_files);
	firewall_clear(&fw);
	compare(&check, expected);
}
END_TEST

#define BETWEEN "IPv6 between wg0 and enp1s0: "
#define OUT "IPv6 from wg0 to enp1s0: "
#define IN "IPv6 from enp1s0 to wg0: "

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
	struct firewall fw = FIREWALL_INIT;
	struct check check = {0};
	struct prefix lan;

	ck_assert(prefix_parse(&lan, "2001:db8:1:2::/64"));
	for (int known = 0; known < 2; known++) {
		load(&fw, expected->name);
		check_firewall_forward(&check, &fw, "enp1s0", "wg0", known ? &lan : NULL,
				       expected->in_ufw_files);
		firewall_clear(&fw);
		compare(&check, expected);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("firewall");

	unit_add_table(tcase, the_port_is_open_or_not, ports);
	unit_add_table(tcase, the_way_is_open_or_not, forwards);
	return unit_finish();
}
