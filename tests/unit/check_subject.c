/* SPDX-License-Identifier: MIT */
/* The checks that need nothing but what was found before: the files, the prefix, the tunnel, the
 * peer. Each row spoils something of a relay that is as it shall be. */
#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "apply/changes.h"
#include "apply/machine.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/endpoint.h"
#include "prove/subject.h"
#include "render/files.h"
#include "sample.h"

static struct relay relay;
static struct instance instance;
static struct link links[1];
static struct address addresses[1];
static struct inventory inventory;
static struct machine machine;
static struct file_list files;
static struct change changes[16];
static struct subject subject;
static struct check check;

static void setup(void)
{
	relay = sample_relay("");
	instance = sample_instance();
	links[0] = (struct link){.index = 7, .name = relay.wg_interface, .up = true, .mtu = 1420};
	addresses[0] = (struct address){.index = 7, .is_ipv6 = true, .ipv6 = relay.vps_transit};
	inventory = (struct inventory){
		.links = links, .link_count = 1, .addresses = addresses, .address_count = 1};
	machine = (struct machine){.live = true,
				   .units_known = true,
				   .wg_unit = "wg-quick@wg0.service",
				   .wg = {"active", "enabled"}};
	subject = (struct subject){.instance = &instance,
				   .relay = &relay,
				   .inventory = &inventory,
				   .machine = &machine,
				   .files = &files,
				   .changes = changes,
				   .has_dump = true};
	subject.dump = (struct wg_dump){.has_key = true,
					.public_key = relay.public_key,
					.listen_port = relay.listen_port,
					.count = 1};
	subject.dump.peers[0].public_key = relay.sites[0].router_public_key;
	snprintf(subject.dump.peers[0].allowed_ips, sizeof(subject.dump.peers[0].allowed_ips),
		 "%s/128,2001:db8:0:2::/64", ip_text(&relay.sites[0].router_transit).s);
	check = (struct check){.result = CHECK_SKIP};
}

/* A failure says what was seen, why, and what to do. */
static void assert_check(enum check_result result, const char *seen, const char *advice)
{
	ck_assert_msg(check.result == result, "%s, not %s: %s", check_word(check.result),
		      check_word(result), check.seen);
	ck_assert_msg(strstr(check.seen, seen), "'%s' is not in '%s'", seen, check.seen);
	ck_assert_msg(strstr(check.advice, advice), "'%s' is not in '%s'", advice, check.advice);
	ck_assert_int_eq(*check.cause != '\0', result == CHECK_FAIL);
	ck_assert_int_eq(*check.advice != '\0', result == CHECK_FAIL);
}

static void nothing(void)
{
}

static void no_interface(void)
{
	inventory.link_count = 0;
}

static void interface_down(void)
{
	links[0].up = false;
}

static void masked(void)
{
	no_interface();
	snprintf(machine.wg.file_state, sizeof(machine.wg.file_state), "masked");
}

static void no_dump(void)
{
	subject.has_dump = false;
	snprintf(subject.dump_error.text, sizeof(subject.dump_error.text), "wg: not found");
}

static void no_key(void)
{
	subject.dump.has_key = false;
}

static void other_key(void)
{
	subject.dump.public_key = sample_key(9);
}

static void other_port(void)
{
	subject.dump.listen_port = 1234;
}

static void other_mtu(void)
{
	links[0].mtu = 1280;
}

static void no_address(void)
{
	inventory.address_count = 0;
}

static void disabled(void)
{
	snprintf(machine.wg.file_state, sizeof(machine.wg.file_state), "disabled");
}

static const struct {
	void (*spoil)(void);
	enum check_result result;
	const char *seen, *advice;
} tunnels[] = {
	{nothing, CHECK_PASS, "wg0 is up", ""},
	{no_interface, CHECK_FAIL, "there is no wg0", "restart wg-quick@wg0.service"},
	{interface_down, CHECK_FAIL, "wg0 is down", "restart wg-quick@wg0.service"},
	{masked, CHECK_FAIL, "there is no wg0", "systemctl unmask wg-quick@wg0.service"},
	{no_dump, CHECK_FAIL, "wg: not found", "restart wg-quick@wg0.service"},
	{no_key, CHECK_FAIL, "another private key", "restart wg-quick@wg0.service"},
	{other_key, CHECK_FAIL, "another private key", "restart wg-quick@wg0.service"},
	{other_port, CHECK_FAIL, "UDP 1234, not 51820", "restart wg-quick@wg0.service"},
	{other_mtu, CHECK_FAIL, "MTU 1280, not 1420", "restart wg-quick@wg0.service"},
	{no_address, CHECK_FAIL, "lacks its transit address", "restart wg-quick@wg0.service"},
	{disabled, CHECK_FAIL, "won't start at boot", "sixrelay apply"},
};

START_TEST(a_tunnel_that_is_not_as_planned_is_found)
{
	tunnels[_i].spoil();
	check_tunnel(&check, &subject, NULL);
	assert_check(tunnels[_i].result, tunnels[_i].seen, tunnels[_i].advice);
}
END_TEST

static void no_peer(void)
{
	subject.dump.count = 0;
}

static void other_peer(void)
{
	subject.dump.peers[0].public_key = sample_key(9);
}

static void allow(size_t peer, const char *allowed)
{
	snprintf(subject.dump.peers[peer].allowed_ips, sizeof(subject.dump.peers[peer].allowed_ips),
		 "%s", allowed);
}

static void no_transit(void)
{
	allow(0, "2001:db8:0:2::/64");
}

static void no_lan(void)
{
	allow(0, "::/128");
}

static void half_lan(void)
{
	allow(0, "fd99:9999:9999::2/128,2001:db8:0:2::/65");
}

static void thief(void)
{
	subject.dump.count = 2;
	subject.dump.peers[1].public_key = sample_key(9);
	allow(1, "2001:db8:0:2:8000::/65");
}

static void guest(void)
{
	thief();
	allow(1, "2001:db8:0:3::/64");
}

static const struct {
	void (*spoil)(void);
	enum check_result result;
	const char *seen, *advice;
} peers[] = {
	{nothing, CHECK_PASS, "2001:db8:0:2::/64", ""},
	{guest, CHECK_PASS, "2001:db8:0:2::/64", ""},
	{no_peer, CHECK_FAIL, "no peer with the router's key", "reload wg-quick@wg0.service"},
	{other_peer, CHECK_FAIL, "no peer with the router's key", "reload wg-quick@wg0.service"},
	{no_transit, CHECK_FAIL, "lack fd99:9999:9999::2/128", "reload wg-quick@wg0.service"},
	{no_lan, CHECK_FAIL, "lack fd99:9999:9999::2/128", "reload wg-quick@wg0.service"},
	{half_lan, CHECK_FAIL, "lack 2001:db8:0:2::/64", "reload wg-quick@wg0.service"},
	{thief, CHECK_FAIL, "has a part of 2001:db8:0:2::/64", "remove"},
};

START_TEST(a_peer_that_the_lan_does_not_reach_is_found)
{
	peers[_i].spoil();
	check_peer(&check, &subject, &relay.sites[0]);
	assert_check(peers[_i].result, peers[_i].seen, peers[_i].advice);
}
END_TEST

static void fresh(void)
{
	subject.has_fresh = true;
	subject.fresh = instance;
}

static void detached(void)
{
	fresh();
	subject.fresh.reserved_count = 0;
}

static void was_detached(void)
{
	instance.reserved_count = 0;
}

static void own(void)
{
	relay.sites[0].prefix = instance.original;
}

static void own_unnamed(void)
{
	own();
	relay.sites[0].source = SITE_ORIGINAL;
	instance.has_original = false;
}

static void own_disabled(void)
{
	own_unnamed();
	instance.ipv6_disabled = true;
}

static void none_yet(void)
{
	detached();
	relay.sites[0].state = SITE_WAITING;
}

static void attached_since(void)
{
	fresh();
	relay.sites[0].state = SITE_WAITING;
}

static const struct {
	void (*spoil)(void);
	enum check_result result;
	const char *seen, *advice;
} prefixes[] = {
	{nothing, CHECK_PASS, "was attached at the last apply", ""},
	{fresh, CHECK_PASS, "2001:db8:0:2::/64 is attached", ""},
	{own, CHECK_PASS, "the instance's own", ""},
	{own_unnamed, CHECK_SKIP, "doesn't name the instance's own", ""},
	{own_disabled, CHECK_FAIL, "not attached to this instance any more", "attach it again"},
	{detached, CHECK_FAIL, "not attached to this instance any more", "attach it again"},
	{was_detached, CHECK_FAIL, "not attached to this instance any more", "attach it again"},
	{none_yet, CHECK_FAIL, "has no /64 yet", "attach an IPv6 /64"},
	{attached_since, CHECK_FAIL, "has no /64 yet", "sixrelay apply"},
};

START_TEST(a_prefix_that_is_gone_is_found)
{
	prefixes[_i].spoil();
	check_prefix(&check, &subject, &relay.sites[0]);
	assert_check(prefixes[_i].result, prefixes[_i].seen, prefixes[_i].advice);
}
END_TEST

static const struct {
	const char *path;
	struct change change;
	enum check_result result;
	const char *seen, *cause;
	bool tunnel_differs;
} changed[] = {
	{FILE_SYSCTL, {.kind = CHANGE_NONE}, CHECK_PASS, "files as planned", "", false},
	{FILE_SYSCTL,
	 {.kind = CHANGE_CREATE},
	 CHECK_FAIL,
	 "99-wg-relay.conf: missing",
	 "somebody",
	 false},
	{FILE_SYSCTL, {.kind = CHANGE_MODE}, CHECK_FAIL, "has another mode", "somebody", false},
	{FILE_SYSCTL,
	 {.kind = CHANGE_UPDATE},
	 CHECK_FAIL,
	 "older than the settings",
	 "settings",
	 false},
	{FILE_SYSCTL,
	 {.kind = CHANGE_UPDATE, .foreign = true},
	 CHECK_FAIL,
	 "by somebody else",
	 "somebody",
	 false},
	{FILE_NDPPD,
	 {.kind = CHANGE_UPDATE, .foreign = true},
	 CHECK_PASS,
	 "files as planned",
	 "",
	 false},
	{"/etc/wireguard/wg0.conf",
	 {.kind = CHANGE_UPDATE},
	 CHECK_FAIL,
	 "wg0.conf",
	 "settings",
	 true},
	{"/etc/wireguard/wg0.conf",
	 {.kind = CHANGE_MODE},
	 CHECK_FAIL,
	 "wg0.conf",
	 "somebody",
	 false},
};

START_TEST(a_file_that_is_not_as_planned_is_named)
{
	const struct file_choices choices = {0};
	const struct file_spec *spec;

	files = FILE_LIST_INIT;
	render_files(&relay, &choices, &files);
	ck_assert_int_eq(files.error, 0);
	ck_assert_uint_le(files.count, ARRAY_SIZE(changes));
	memset(changes, 0, sizeof(changes));
	spec = file_list_find(&files, changed[_i].path);
	ck_assert_ptr_nonnull(spec);
	changes[spec - files.specs] = changed[_i].change;
	check_files(&check, &subject, NULL);
	assert_check(changed[_i].result, changed[_i].seen,
		     changed[_i].result == CHECK_FAIL ? "sixrelay plan" : "");
	ck_assert_msg(strstr(check.cause, changed[_i].cause), "%s", check.cause);
	ck_assert_int_eq(subject.tunnel_file_differs, changed[_i].tunnel_differs);
	file_list_clear(&files);
}
END_TEST

static const struct {
	const char *text, *addr; /* NULL: none */
} endpoints[] = {
	{"198.51.100.7:13231", "198.51.100.7"},
	{"255.255.255.255:65535", "255.255.255.255"},
	{"[2001:db8::1]:13231", NULL},
	{"(none)", NULL},
	{"", NULL},
	{"198.51.100.7.198.51.100.7:13231", NULL},
};

START_TEST(the_address_of_an_endpoint_is_read)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr addr;
	bool good = endpoint_parse(&addr, endpoints[_i].text);

	ck_assert_int_eq(good, endpoints[_i].addr != NULL);
	if (good)
		ck_assert_str_eq(inet_ntop(AF_INET, &addr, text, sizeof(text)), endpoints[_i].addr);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("subject");

	tcase_add_checked_fixture(tcase, setup, NULL);
	unit_add_table(tcase, a_tunnel_that_is_not_as_planned_is_found, tunnels);
	unit_add_table(tcase, a_peer_that_the_lan_does_not_reach_is_found, peers);
	unit_add_table(tcase, a_prefix_that_is_gone_is_found, prefixes);
	unit_add_table(tcase, a_file_that_is_not_as_planned_is_named, changed);
	unit_add_table(tcase, the_address_of_an_endpoint_is_read, endpoints);
	return unit_finish();
}
