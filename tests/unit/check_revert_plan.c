/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/revert_plan.h"
#include "apply/state.h"
#include "apply/state_before.h"
#include "apply/ufw.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "render/files.h"

#define WG "wg-quick@wg0.service"
#define NDPPD "ndppd.service"
#define CONF "/proc/sys/net/ipv6/conf/"

static struct unit_path dir;
static int root;
static struct state state;
static struct inventory inventory;
static enum before_now files[8];
static struct revert_unit units[4];
static struct sysctl_value sysctls[8];
static struct revert_facts facts;

static void setup(void)
{
	dir = unit_directory(&root);
	ck_assert_int_eq(state_load(&state, root, NULL), 0);
	memset(files, 0, sizeof(files));
	memset(units, 0, sizeof(units));
	memset(sysctls, 0, sizeof(sysctls));
	facts = (struct revert_facts){
		.live = true,
		.files = files,
		.units = units,
		.sysctls = sysctls,
		.inventory = &inventory,
		.has_ufw = true,
		.sshd = "ssh.service",
	};
}

static void teardown(void)
{
	state_clear(&state);
	close(root);
}

static void assert_plan(const char *expected)
{
	struct revert_plan plan CLEANUP(revert_plan_clear) = REVERT_PLAN_INIT;
	CLEANUP(buf_clear) struct buf text = BUF_INIT;

	revert_plan_make(&plan, &state, &facts);
	ck_assert_int_eq(plan.error, 0);
	for (size_t i = 0; i < plan.count; i++)
		buf_addf(&text, "%s\n", revert_step_text(&plan.steps[i]).s);
	ck_assert_str_eq(buf_str(&text), expected);
}

static void add_file(const char *path, enum before_kind kind, enum before_now now)
{
	size_t i = 0;

	while (state_before_path(&state, i))
		i++;
	state_set_before(&state, path, &(struct before){.kind = kind});
	files[i] = now;
}

static void add_sysctl(const char *path, const char *before, const char *now)
{
	const char *key, *value;
	size_t i = 0;

	while (state_sysctl(&state, i, &key, &value))
		i++;
	state_set_sysctl(&state, path, before);
	snprintf(sysctls[i].s, sizeof(sysctls[i].s), "%s", now);
}

/* What an apply on a fresh machine has left. */
static void applied(void)
{
	add_file(FILE_SYSCTL, BEFORE_ABSENT, NOW_OURS);
	add_file("/etc/wireguard/server.key", BEFORE_ABSENT, NOW_OURS);
	add_file("/etc/wireguard/wg0.conf", BEFORE_FILE, NOW_EDITED);
	add_file(FILE_SSHD, BEFORE_ABSENT, NOW_OURS);
	state_set_unit(&state, WG, true, true);
	state_set_unit(&state, NDPPD, false, false);
	state_add_unit_link(&state, WG, "/etc/systemd/system/x.wants/" WG, "y");
	units[0] = units[1] = (struct revert_unit){true, true};
	state_add_directory(&state, "/etc/wireguard");
	state_add_directory(&state, "/etc/wireguard/below");
	state_set_ufw_rule(&state, "allow 51820/udp comment WireGuard", UFW_ADDED);
	state_set_ufw_rule(&state, "route allow in on wg0", UFW_ADDED);
	state_set_ufw_rule(&state, "nothing that we know", UFW_ADDED);
	add_sysctl(CONF "enp1s0/accept_ra", "1", "2");
	add_sysctl(CONF "all/forwarding", "0", "1");
	add_sysctl(CONF "enp1s0/forwarding", "0", "1");
}

START_TEST(all_goes_back_in_order)
{
	applied();
	assert_plan("stop " NDPPD "\n"
		    "stop " WG "\n"
		    "remove " FILE_SYSCTL "\n"
		    "remove /etc/wireguard/server.key\n"
		    "put back /etc/wireguard/wg0.conf\n"
		    "remove " FILE_SSHD "\n"
		    "enable " WG " as before\n"
		    "disable " NDPPD "\n"
		    "remove directory /etc/wireguard/below\n"
		    "remove directory /etc/wireguard\n"
		    "reload systemd's unit files\n"
		    "start " WG "\n"
		    "set " CONF "all/forwarding = 0\n"
		    "set " CONF "enp1s0/accept_ra = 1\n"
		    "ufw delete allow 51820/udp\n"
		    "ufw route delete allow in on wg0\n"
		    "test sshd's configuration, and reload ssh.service\n");
}
END_TEST

/* The owner's tunnel runs again, from the file that is back. */
START_TEST(what_an_earlier_run_has_started_is_left_running)
{
	add_file("/etc/wireguard/wg0.conf", BEFORE_FILE, NOW_SAME);
	state_set_unit(&state, WG, true, true);
	units[0] = (struct revert_unit){.running = true};
	state_set_unit_back(&state, WG, true);
	assert_plan("reload systemd's unit files\n"
		    "start " WG "\n");
	state_set_unit_back(&state, WG, false);
	assert_plan("stop " WG "\n"
		    "put back /etc/wireguard/wg0.conf\n" /* stopping it may write that */
		    "reload systemd's unit files\n"
		    "start " WG "\n");
}
END_TEST

/* What was done before a revert was cut short is not planned again, what may have been is. */
START_TEST(what_is_back_is_left_alone)
{
	applied();
	memset(files, NOW_SAME, sizeof(files));
	memset(units, 0, sizeof(units));
	memset(sysctls, 0, sizeof(sysctls));
	facts.has_ufw = false; /* and sshd was never reloaded */
	assert_plan("remove directory /etc/wireguard/below\n"
		    "remove directory /etc/wireguard\n"
		    "reload systemd's unit files\n"
		    "start " WG "\n");
}
END_TEST

START_TEST(below_a_root_only_files_are_touched)
{
	applied();
	facts.live = false;
	assert_plan("remove " FILE_SYSCTL "\n"
		    "remove /etc/wireguard/server.key\n"
		    "put back /etc/wireguard/wg0.conf\n"
		    "remove " FILE_SSHD "\n"
		    "enable " WG " as before\n"
		    "disable " NDPPD "\n"
		    "remove directory /etc/wireguard/below\n"
		    "remove directory /etc/wireguard\n");
}
END_TEST

START_TEST(a_tunnel_that_had_no_configuration_is_not_started)
{
	add_file("/etc/wireguard/wg0.conf", BEFORE_ABSENT, NOW_SAME);
	state_set_unit(&state, WG, true, true);
	assert_plan("reload systemd's unit files\n");
}
END_TEST

static const struct {
	const char *path;
	enum before_kind kind;
	bool keep_keys, planned;
} keys[] = {
	{"/etc/wireguard/server.key", BEFORE_ABSENT, false, true},
	{"/etc/wireguard/server.key", BEFORE_ABSENT, true, false},
	{"/etc/wireguard/mikrotik-cabin.pub", BEFORE_ABSENT, true, false},
	{"/etc/wireguard/wg0.conf", BEFORE_ABSENT, true, true},
	{"/etc/ssh/server.key", BEFORE_ABSENT, true, true},
	/* A key of before, whose mode is ours. */
	{"/etc/wireguard/server.key", BEFORE_FILE, true, true},
};

START_TEST(keys_stay_if_told_to)
{
	struct revert_plan plan CLEANUP(revert_plan_clear) = REVERT_PLAN_INIT;

	add_file(keys[_i].path, keys[_i].kind, NOW_OURS);
	facts.live = false;
	facts.keep_keys = keys[_i].keep_keys;
	revert_plan_make(&plan, &state, &facts);
	ck_assert_uint_eq(plan.count, keys[_i].planned);
}
END_TEST

/* What the kernel will have once all/forwarding is set is what counts. */
static const struct {
	const char *all, *all_now, *nic, *nic_now, *expected;
} forwardings[] = {
	{"0", "0", "0", "0", ""},
	{"0", "1", "0", "1", "set " CONF "all/forwarding = 0\n"},
	{"0", "1", "1", "1", "set " CONF "all/forwarding = 0\nset " CONF "enp1s0/forwarding = 1\n"},
	{"1", "1", "0", "1", "set " CONF "enp1s0/forwarding = 0\n"},
	{"1", "0", "1", "0", "set " CONF "all/forwarding = 1\n"},
	{"0", "0", "1", "", ""}, /* the interface is gone */
	{"0", "1", "1", "", "set " CONF "all/forwarding = 0\n"},
};

START_TEST(forwarding_of_all_takes_the_others_along)
{
	add_sysctl(CONF "enp1s0/forwarding", forwardings[_i].nic, forwardings[_i].nic_now);
	add_sysctl(CONF "all/forwarding", forwardings[_i].all, forwardings[_i].all_now);
	assert_plan(forwardings[_i].expected);
}
END_TEST

static const struct {
	bool now;
	const char *before; /* NULL: not recorded */
	bool planned;
} flags[] = {
	{true, "off", true},
	{false, "off", false},
	{true, "on", false}, /* an ndppd of the owner's */
	{true, NULL, false},
};

START_TEST(allmulti_goes_if_it_was_off)
{
	struct link link = {.index = 7, .name = {"enp1s0"}, .allmulti = flags[_i].now};
	const struct inventory nic = {.links = &link, .link_count = 1};

	facts.inventory = &nic;
	state_set_text(&state, "nic", "enp1s0");
	state_set_text(&state, "allmulti", flags[_i].before);
	assert_plan(flags[_i].planned ? "take ALLMULTI off enp1s0\n" : "");
}
END_TEST

/* Beside the network manager's, while sixrelay had the kernel listen. */
START_TEST(what_the_kernel_took_of_advertisements_goes)
{
	struct link link = {.index = 7, .name = {"enp1s0"}};
	struct address addresses[] = {
		{.index = 7, .is_ipv6 = true, .len = 64, .protocol = 2},
		{.index = 7, .is_ipv6 = true, .len = 128},
	};
	struct route routes[] = {
		{.index = 7, .metric = 100, .protocol = RTPROT_RA},
		{.index = 7, .metric = 1024, .protocol = RTPROT_RA, .has_gateway = true},
		{.index = 7, .metric = 256, .protocol = RTPROT_KERNEL, .expires = true},
	};
	const struct inventory machine = {.links = &link,
					  .link_count = 1,
					  .addresses = addresses,
					  .address_count = ARRAY_SIZE(addresses),
					  .routes = routes,
					  .route_count = ARRAY_SIZE(routes)};

	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		routes[i].table = RT_TABLE_MAIN;
		routes[i].type = RTN_UNICAST;
	}
	ck_assert_int_eq(inet_pton(AF_INET6, "2001:db8:0:1::5", &addresses[0].ipv6), 1);
	ck_assert_int_eq(inet_pton(AF_INET6, "2001:db8:0:1::6", &addresses[1].ipv6), 1);
	ck_assert_int_eq(inet_pton(AF_INET6, "fe80::1", &routes[1].gateway), 1);
	ck_assert(prefix_parse(&routes[2].dst, "2001:db8:0:1::/64"));
	facts.inventory = &machine;
	state_set_text(&state, "nic", "enp1s0");
	add_sysctl(CONF "enp1s0/accept_ra", "0", "0");
	assert_plan("remove the kernel's own address 2001:db8:0:1::5/64\n"
		    "remove the kernel's own route default via fe80::1 metric 1024\n"
		    "remove the kernel's own route 2001:db8:0:1::/64 metric 256\n");
}
END_TEST

static const struct {
	enum revert_kind kind;
	const char *stage;
} stages[] = {
	{REVERT_STOP, "units"},	     {REVERT_LINKS, "units"},  {REVERT_MANAGER, "units"},
	{REVERT_START, "units"},     {REVERT_FILE, "files"},   {REVERT_DIRECTORY, "files"},
	{REVERT_SYSCTL, "sysctl"},   {REVERT_ROUTE, "routes"}, {REVERT_ADDRESS, "routes"},
	{REVERT_ALLMULTI, "routes"}, {REVERT_UFW, "firewall"}, {REVERT_SSHD, "sshd"},
};

/* What the journal has them under. */
START_TEST(a_step_has_its_stage)
{
	ck_assert_str_eq(revert_stage(stages[_i].kind), stages[_i].stage);
}
END_TEST

START_TEST(without_any_record_there_is_nothing_to_do)
{
	assert_plan("");
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("revert_plan");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, all_goes_back_in_order);
	tcase_add_test(tcase, what_an_earlier_run_has_started_is_left_running);
	tcase_add_test(tcase, what_is_back_is_left_alone);
	tcase_add_test(tcase, below_a_root_only_files_are_touched);
	tcase_add_test(tcase, a_tunnel_that_had_no_configuration_is_not_started);
	unit_add_table(tcase, keys_stay_if_told_to, keys);
	unit_add_table(tcase, forwarding_of_all_takes_the_others_along, forwardings);
	unit_add_table(tcase, allmulti_goes_if_it_was_off, flags);
	tcase_add_test(tcase, what_the_kernel_took_of_advertisements_goes);
	unit_add_table(tcase, a_step_has_its_stage, stages);
	tcase_add_test(tcase, without_any_record_there_is_nothing_to_do);
	return unit_finish();
}
