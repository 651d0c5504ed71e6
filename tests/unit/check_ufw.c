/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "apply/ufw.h"
#include "base/buf.h"
#include "base/cleanup.h"

enum {
	PORT = 1 << UFW_LISTEN_PORT,
	IN = 1 << UFW_ROUTE_IN,
	OUT = 1 << UFW_ROUTE_OUT,
};

/* Which of the rules a text has. */
static int have(const char *text, uint16_t port, const char *interface)
{
	int found = 0;

	for (int rule = 0; rule < UFW_RULE_COUNT; rule++)
		found |= ufw_rules_have(text, (enum ufw_rule)rule, port, interface) << rule;
	return found;
}

/* Files that ufw wrote. What allows more than is asked for counts; what allows less does not. */
static const struct {
	const char *file;
	int ipv4, ipv6;
} captured[] = {
	{"fresh", 0, 0},
	{"relay", PORT | IN | OUT, PORT | IN | OUT},
	{"ipv4-only", PORT | IN | OUT, 0},
	{"any-protocol", PORT, PORT},
	{"comment", PORT, PORT},
	{"limit", 0, 0},
	{"deny", 0, 0},
	{"reject", 0, 0},
	{"tcp", 0, 0},
	{"other-port", 0, 0},
	{"out", 0, 0},
	{"from-address", 0, 0},
	{"to-address", 0, 0},
	{"source-port", 0, 0},
	{"on-interface", 0, 0},
	{"app", 0, 0},
	{"route-both", 0, 0},
	{"route-other", 0, 0},
	{"route-narrow", 0, 0},
	/* The same rule to ufw: adding ours would take the logging away. */
	{"log", PORT | IN | OUT, PORT | IN | OUT},
	{"log-all", PORT, PORT},
};

START_TEST(rules_are_found_in_what_ufw_wrote)
{
	static const char *const suffixes[] = {"rules", "rules6"};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		CLEANUP(buf_clear) struct buf name = BUF_INIT, text = BUF_INIT;

		buf_addf(&name, "data/ufw/%s.%s", captured[_i].file, suffixes[i]);
		unit_read(buf_str(&name), &text);
		ck_assert_msg(have(buf_str(&text), 51820, "wg0") ==
				      (i ? captured[_i].ipv6 : captured[_i].ipv4),
			      "%s: %#x", buf_str(&name),
			      (unsigned)have(buf_str(&text), 51820, "wg0"));
	}
}
END_TEST

static const struct {
	uint16_t port;
	const char *interface;
	int expected;
} asked[] = {
	{51820, "wg0", PORT | IN | OUT}, {51821, "wg0", IN | OUT},
	{5182, "wg0", IN | OUT},	 {51820, "wg", PORT},
	{51820, "wg00", PORT},		 {51820, "wg1", PORT},
	{22, "wg0", IN | OUT}, /* open for TCP alone */
};

START_TEST(rules_are_for_one_port_and_interface)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	unit_read("data/ufw/relay.rules", &text);
	ck_assert_int_eq(have(buf_str(&text), asked[_i].port, asked[_i].interface),
			 asked[_i].expected);
}
END_TEST

#define TUPLE "### tuple ### "

static const struct {
	const char *text;
	int expected;
} written[] = {
	{"", 0},
	{"\n\n", 0},
	{TUPLE, 0},
	{TUPLE "allow udp 51820 0.0.0.0/0 any 0.0.0.0/0 in", PORT}, /* no newline at the end */
	{TUPLE "allow udp 51820 0.0.0.0/0 any 0.0.0.0/0 in\n", PORT},
	{"x\n" TUPLE "allow udp 51820 ::/0 any ::/0 in comment=57\n", PORT},
	{TUPLE "allow udp 51820 ::/0 any ::/0\n", 0}, /* cut short */
	{TUPLE "allow udp 51820 ::/0 any\n" TUPLE "::/0 in\n", 0},
	{" " TUPLE "allow udp 51820 ::/0 any ::/0 in\n", 0},
	{"#" TUPLE "allow udp 51820 ::/0 any ::/0 in\n", 0},
	{"# allow udp 51820 ::/0 any ::/0 in\n", 0},
	{TUPLE "allowance udp 51820 ::/0 any ::/0 in\n", 0},
	{TUPLE "allow udplite 51820 ::/0 any ::/0 in\n", 0},
	{TUPLE "allow udp 51820 ::/0 123 ::/0 in\n", 0}, /* from one port alone */
	{TUPLE "route:allow any any ::/0 123 ::/0 in_wg0\n", 0},
	{TUPLE "route:allow any any ::/0 any ::/0 in_wg0 comment=57\n", IN},
	{TUPLE "route:allow any any ::/0 any ::/0 out_wg0\n", OUT},
	{TUPLE "allow any any ::/0 any ::/0 in_wg0\n", 0}, /* to the VPS, not through it */
	{TUPLE "route:allow udp 51820 ::/0 any ::/0 in\n", 0},
};

START_TEST(lines_are_read_with_care)
{
	ck_assert_int_eq(have(written[_i].text, 51820, "wg0"), written[_i].expected);
}
END_TEST

START_TEST(an_endless_line_is_passed_over)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	buf_adds(&text, TUPLE "allow udp 51820 ::/0 any ::/0 ");
	for (int i = 0; i < 10000; i++)
		buf_adds(&text, "in");
	buf_adds(&text, "\n" TUPLE "route:allow any any ::/0 any ::/0 in_wg0\n");
	ck_assert_int_eq(have(buf_str(&text), 51820, "wg0"), IN);
}
END_TEST

static const struct {
	const char *file, *key, *value;
	bool expected;
} settings[] = {
	{"enabled.conf", "ENABLED", "yes", true},
	{"enabled.conf", "ENABLED", "no", false},
	{"disabled.conf", "ENABLED", "yes", false},
	{"disabled.conf", "ENABLED", "no", true},
	{"enabled.conf", "LOGLEVEL", "low", true},
	{"enabled.conf", "LOG", "low", false},
	{"enabled.conf", "ENABLE", "yes", false},
	{"default", "IPV6", "no", false},
	{"default-ipv4", "IPV6", "no", true},
	{"default", "DEFAULT_FORWARD_POLICY", "DROP", true},
	{"default", "DEFAULT_FORWARD_POLICY", "ACCEPT", false},
	{"default", "DEFAULT_FORWARD_POLICY", "DRO", false},
	{"default", "DEFAULT_FORWARD_POLICY", "DROPS", false},
	{"default", "IPT_MODULES", "", true},
};

START_TEST(settings_are_found_in_ufws_files)
{
	CLEANUP(buf_clear) struct buf name = BUF_INIT, text = BUF_INIT;

	buf_addf(&name, "data/ufw/%s", settings[_i].file);
	unit_read(buf_str(&name), &text);
	ck_assert_int_eq(ufw_setting_is(buf_str(&text), settings[_i].key, settings[_i].value),
			 settings[_i].expected);
}
END_TEST

static const struct {
	const char *text;
	bool expected;
} lines[] = {
	{"", false},
	{"ENABLED=", false},
	{"ENABLED=yes", true},
	{"ENABLED=YES\n", true},
	{"ENABLED=\"yes\"\n", true},
	{"ENABLED='yes'\n", true},
	{"  ENABLED=yes # by hand\n", true},
	{"#ENABLED=yes\n", false},
	{"ENABLED=yesterday\n", false},
	{"NOT_ENABLED=yes\n", false},
	{"ENABLED_NOT=yes\n", false},
	{"ENABLED\n", false},
};

START_TEST(settings_are_read_as_a_shell_would)
{
	ck_assert_msg(ufw_setting_is(lines[_i].text, "ENABLED", "yes") == lines[_i].expected, "%s",
		      lines[_i].text);
}
END_TEST

START_TEST(a_rule_is_named_as_it_would_be_typed)
{
	ck_assert_str_eq(ufw_rule_text(UFW_LISTEN_PORT, 51820, "wg0").s,
			 "allow 51820/udp comment WireGuard");
	ck_assert_str_eq(ufw_rule_text(UFW_ROUTE_IN, 51820, "wg0").s, "route allow in on wg0");
	ck_assert_str_eq(ufw_rule_text(UFW_ROUTE_OUT, 1, "fifteen-letters").s,
			 "route allow out on fifteen-letters");
}
END_TEST

START_TEST(a_rule_is_read_as_it_was_named)
{
	for (int i = 0; i < UFW_RULE_COUNT; i++) {
		struct ufw_rule_text text = ufw_rule_text((enum ufw_rule)i, 51820, "wg-home");
		struct link_name interface = {"wg-home"};
		uint16_t port = 51820;
		enum ufw_rule rule;

		ck_assert(ufw_rule_parse(text.s, &rule, &port, &interface));
		ck_assert_int_eq(rule, i);
		ck_assert_int_eq(port, 51820);
		ck_assert_str_eq(interface.s, "wg-home");
	}
}
END_TEST

static const char *const no_rules[] = {
	"",
	"allow",
	"allow 51820/tcp",
	"allow 51820/udp",
	"allow 65536/udp comment WireGuard",
	"allow 051820/udp comment WireGuard",
	"route allow in on ",
	"route allow out on wg0 or so",
	"route allow in on all",
	"deny 51820/udp comment WireGuard",
};

START_TEST(what_is_no_rule_of_ours_is_refused)
{
	struct link_name interface;
	enum ufw_rule rule;
	uint16_t port;

	ck_assert_msg(!ufw_rule_parse(no_rules[_i], &rule, &port, &interface), "%s", no_rules[_i]);
}
END_TEST

#define V4(action) "### tuple ### " action " udp 51820 0.0.0.0/0 any 0.0.0.0/0 in\n"
#define V6(action) "### tuple ### " action " udp 51820 ::/0 any ::/0 in\n"
#define ROUTE4(action) "### tuple ### route:" action " any any 0.0.0.0/0 any 0.0.0.0/0 in_wg0\n"

static const struct {
	const char *rules, *rules6;
	enum ufw_rule rule;
	const char *before;
} replaced[] = {
	{"", "", UFW_LISTEN_PORT, UFW_ADDED},
	{V4("deny"), V6("deny"), UFW_LISTEN_PORT, "deny deny"},
	{V4("allow"), "", UFW_LISTEN_PORT, "allow -"},
	{"", V6("reject_log"), UFW_LISTEN_PORT, "- reject_log"},
	{"### tuple ### limit udp 51820 0.0.0.0/0 any 0.0.0.0/0 in comment=6d696e65\n", "",
	 UFW_LISTEN_PORT, "limit:6d696e65 -"},
	{V4("deny"), V6("deny"), UFW_ROUTE_IN, UFW_ADDED},
	{ROUTE4("deny_log"), "", UFW_ROUTE_IN, "deny_log -"},
	{ROUTE4("deny"), "", UFW_ROUTE_OUT, UFW_ADDED},
	/* no rules to UFW, which leaves them out */
	{"", ROUTE4(""), UFW_ROUTE_IN, UFW_ADDED},
	{V4("--force"), V6("allowed"), UFW_LISTEN_PORT, UFW_ADDED},
	/* another rule for UFW: ours goes beside it */
	{"### tuple ### allow any 51820 0.0.0.0/0 any 0.0.0.0/0 in\n", "", UFW_LISTEN_PORT,
	 UFW_ADDED},
	{"### tuple ### deny udp 51820 0.0.0.0/0 any 198.51.100.0/24 in\n", "", UFW_LISTEN_PORT,
	 UFW_ADDED},
};

START_TEST(what_our_rule_would_replace_is_known)
{
	struct ufw_before before = ufw_before(replaced[_i].rules, replaced[_i].rules6,
					      replaced[_i].rule, 51820, "wg0");

	ck_assert_str_eq(before.s, replaced[_i].before);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("ufw");

	unit_add_table(tcase, rules_are_found_in_what_ufw_wrote, captured);
	unit_add_table(tcase, rules_are_for_one_port_and_interface, asked);
	unit_add_table(tcase, lines_are_read_with_care, written);
	unit_add_table(tcase, settings_are_found_in_ufws_files, settings);
	unit_add_table(tcase, settings_are_read_as_a_shell_would, lines);
	tcase_add_test(tcase, an_endless_line_is_passed_over);
	tcase_add_test(tcase, a_rule_is_named_as_it_would_be_typed);
	tcase_add_test(tcase, a_rule_is_read_as_it_was_named);
	unit_add_table(tcase, what_is_no_rule_of_ours_is_refused, no_rules);
	unit_add_table(tcase, what_our_rule_would_replace_is_known, replaced);
	return unit_finish();
}
