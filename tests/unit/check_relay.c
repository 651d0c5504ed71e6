/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "metadata/vultr.h"
#include "sample.h"

#define KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

static void describe(const struct relay *relay, struct buf *out)
{
	static const char *const states[] = {"ready", "detached", "waiting"};

	buf_addf(out, "%s %s %s", relay->nic.s,
		 relay->has_endpoint ? ip4_text(relay->endpoint).s : "-",
		 relay->has_original ? prefix_text(&relay->original).s : "-");
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *site = &relay->sites[i];

		buf_addf(out, "; %s %s", site->name, states[site->state]);
		if (site->state != SITE_WAITING)
			buf_addf(out, " %s", prefix_text(&site->prefix).s);
		buf_addf(out, " %s", ip_text(&site->router_transit).s);
	}
}

static struct link *add_link(struct inventory *inventory, const char *name, const char *mac)
{
	struct link *link = inventory_add_link(inventory);

	ck_assert_ptr_nonnull(link);
	link->index = (int)inventory->link_count;
	ck_assert(link_name_parse(&link->name, name));
	link->has_mac = mac_parse(&link->mac, mac);
	return link;
}

static void assert_relay(const struct relay *relay, const char *expected)
{
	CLEANUP(buf_clear) struct buf got = BUF_INIT;

	describe(relay, &got);
	ck_assert_str_eq(buf_str(&got), expected);
}

static const struct {
	const char *file, *mac, *conf, *expected;
} documents[] = {
	{"plain-no-reserved", "56:00:03:15:c4:65", "",
	 "nic0 108.61.89.242 2001:19f0:5:56c2::/64; home waiting fd99:9999:9999::2"},
	{"plain-no-reserved", "56:00:03:15:c4:65", "[site home]\nprefix = original\n",
	 "nic0 108.61.89.242 2001:19f0:5:56c2::/64; "
	 "home ready 2001:19f0:5:56c2::/64 fd99:9999:9999::2"},
	{"reserved-and-private", "56:00:03:1b:4e:ca", "",
	 "nic0 45.76.7.171 2001:19f0:5:28a7::/64; "
	 "home ready 2002:19f0:5:28a7::/64 fd99:9999:9999::2"},
	{"reserved-and-private", "56:00:03:1b:4e:ca",
	 "[site a]\nprefix = original\n[site b]\n[site c]\n",
	 "nic0 45.76.7.171 2001:19f0:5:28a7::/64; "
	 "a ready 2001:19f0:5:28a7::/64 fd99:9999:9999::2; "
	 "b ready 2002:19f0:5:28a7::/64 fd99:9999:9999::3; c waiting fd99:9999:9999::4"},
	{"cloud-interfaces", "56:00:03:1b:4e:ca", "",
	 "nic0 - -; home ready 2002:19f0:5:28a7::/64 fd99:9999:9999::2"},
	{"ipv6-disabled", "00:00:5e:00:53:01", "",
	 "nic0 203.0.113.42 -; home waiting fd99:9999:9999::2"},
	{"ipv6-disabled", "00:00:5e:00:53:01", "[site home]\nprefix = original\n",
	 "nic0 203.0.113.42 -; home waiting fd99:9999:9999::2"},
	{"reserved-2026-shape", "56:00:05:00:53:01", "",
	 "nic0 203.0.113.42 2001:db8:0:1::/64; home ready 2001:db8:0:2::/64 fd99:9999:9999::2"},
	{"reserved-2026-shape", "56:00:05:00:53:01",
	 "[relay]\ntransit = fd00:1::/64\n[site home]\n"
	 "prefix = 2001:db8:7:7::/64\n",
	 "nic0 203.0.113.42 2001:db8:0:1::/64; home ready 2001:db8:7:7::/64 fd00:1::2"},
};

START_TEST(each_document_has_its_relay)
{
	struct inventory inventory CLEANUP(inventory_clear) = INVENTORY_INIT;
	CLEANUP(buf_clear) struct buf name = BUF_INIT, json = BUF_INIT;
	struct conf conf = sample_conf(documents[_i].conf);
	struct error err = ERROR_INIT;
	struct instance instance;
	struct relay relay;

	buf_addf(&name, "data/vultr/%s.json", documents[_i].file);
	unit_read(buf_str(&name), &json);
	ck_assert_int_eq(vultr_parse(&instance, json.data, json.len, NULL), 0);
	/* The private interface comes first: its place says nothing. */
	add_link(&inventory, "nic1", "5a:00:03:1b:4e:ca");
	add_link(&inventory, "nic0", documents[_i].mac);
	ck_assert_msg(relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err) == 0, "%s",
		      err.text);
	assert_relay(&relay, documents[_i].expected);
	ck_assert_int_eq(relay.nic_index, 2);
}
END_TEST

/* Sites and prefixes: the instance has :1:: (original), and, reserved, those given. */
static const struct {
	const char *conf, *reserved;
	struct {
		const char *name, *prefix;
	} memory[3];
	const char *expected; /* of each site, without name and transit */
} prefixes[] = {
	{"", "", {{0}}, "waiting"},
	{"", "2001:db8:0:2::/64", {{0}}, "ready 2001:db8:0:2::/64"},
	{"", "2001:db8:0:2::/64 2001:db8:0:3::/64", {{0}}, "ready 2001:db8:0:2::/64"},
	{"[site a]\n[site b]\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{0}},
	 "ready 2001:db8:0:2::/64, ready 2001:db8:0:3::/64"},
	{"[site a]\n[site b]\n", "2001:db8:0:2::/64", {{0}}, "ready 2001:db8:0:2::/64, waiting"},
	/* an explicit one is not free for the others, wherever it stands */
	{"[site a]\n[site b]\nprefix = 2001:db8:0:2::/64\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{0}},
	 "ready 2001:db8:0:3::/64, ready 2001:db8:0:2::/64"},
	{"[site a]\n[site b]\nprefix = 2001:db8:0:2::/64\n",
	 "2001:db8:0:2::/64",
	 {{0}},
	 "waiting, ready 2001:db8:0:2::/64"},
	{"[site a]\n[site b]\nprefix = original\n[site c]\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{0}},
	 "ready 2001:db8:0:2::/64, ready 2001:db8:0:1::/64, ready 2001:db8:0:3::/64"},
	/* a site keeps what it had, whatever the order in the metadata */
	{"",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{"home", "2001:db8:0:3::/64"}},
	 "ready 2001:db8:0:3::/64"},
	{"[site a]\n[site b]\n",
	 "2001:db8:0:3::/64 2001:db8:0:2::/64",
	 {{"a", "2001:db8:0:2::/64"}, {"b", "2001:db8:0:3::/64"}},
	 "ready 2001:db8:0:2::/64, ready 2001:db8:0:3::/64"},
	{"[site b]\n[site a]\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{"a", "2001:db8:0:2::/64"}, {"b", "2001:db8:0:3::/64"}},
	 "ready 2001:db8:0:3::/64, ready 2001:db8:0:2::/64"},
	{"[site new]\n[site a]\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{"a", "2001:db8:0:2::/64"}},
	 "ready 2001:db8:0:3::/64, ready 2001:db8:0:2::/64"},
	{"[site new]\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{"gone", "2001:db8:0:2::/64"}},
	 "ready 2001:db8:0:2::/64"},
	/* a /64 that is taken away */
	{"", "", {{"home", "2001:db8:0:2::/64"}}, "detached 2001:db8:0:2::/64"},
	{"", "2001:db8:0:3::/64", {{"home", "2001:db8:0:2::/64"}}, "ready 2001:db8:0:3::/64"},
	{"[site a]\n[site b]\n",
	 "2001:db8:0:3::/64",
	 {{"a", "2001:db8:0:2::/64"}, {"b", "2001:db8:0:3::/64"}},
	 "detached 2001:db8:0:2::/64, ready 2001:db8:0:3::/64"},
	/* and given to another site by the settings */
	{"[site a]\n[site b]\nprefix = 2001:db8:0:2::/64\n",
	 "",
	 {{"a", "2001:db8:0:2::/64"}},
	 "waiting, ready 2001:db8:0:2::/64"},
	{"[site a]\n[site b]\nprefix = 2001:db8:0:2::/64\n",
	 "2001:db8:0:2::/64 2001:db8:0:3::/64",
	 {{"a", "2001:db8:0:2::/64"}},
	 "ready 2001:db8:0:3::/64, ready 2001:db8:0:2::/64"},
	/* other settings than at the last apply */
	{"[site home]\nprefix = original\n",
	 "2001:db8:0:2::/64",
	 {{"home", "2001:db8:0:2::/64"}},
	 "ready 2001:db8:0:1::/64"},
	{"[site home]\nprefix = 2001:db8:0:9::/64\n",
	 "2001:db8:0:2::/64",
	 {{"home", "2001:db8:0:2::/64"}},
	 "ready 2001:db8:0:9::/64"},
	{"", "2001:db8:0:2::/64", {{"home", "2001:db8:0:1::/64"}}, "ready 2001:db8:0:2::/64"},
	/* the original one was never attached: it can't be detached */
	{"", "", {{"home", "2001:db8:0:1::/64"}}, "waiting"},
};

START_TEST(sites_get_their_prefixes)
{
	struct inventory inventory CLEANUP(inventory_clear) = sample_inventory();
	CLEANUP(buf_clear) struct buf got = BUF_INIT;
	struct conf conf = sample_conf(prefixes[_i].conf);
	struct instance instance = sample_instance();
	struct site_memory memory[3] = {0};
	struct error err = ERROR_INIT;
	char list[256], *save = NULL;
	struct relay relay;
	size_t count = 0, ready = 0;

	instance.reserved_count = 0;
	snprintf(list, sizeof(list), "%s", prefixes[_i].reserved);
	for (char *one = strtok_r(list, " ", &save); one; one = strtok_r(NULL, " ", &save))
		ck_assert(prefix_parse(&instance.reserved[instance.reserved_count++], one));
	for (; count < 3 && prefixes[_i].memory[count].name; count++) {
		snprintf(memory[count].name, sizeof(memory[count].name), "%s",
			 prefixes[_i].memory[count].name);
		ck_assert(prefix_parse(&memory[count].prefix, prefixes[_i].memory[count].prefix));
	}
	ck_assert_msg(relay_make(&relay, &conf, &instance, &inventory, count ? memory : NULL, count,
				 &err) == 0,
		      "%s", err.text);
	for (size_t i = 0; i < relay.site_count; i++) {
		static const char *const states[] = {"ready", "detached", "waiting"};
		const struct site *site = &relay.sites[i];

		buf_addf(&got, "%s%s%s%s", i ? ", " : "", states[site->state],
			 site->state == SITE_WAITING ? "" : " ",
			 site->state == SITE_WAITING ? "" : prefix_text(&site->prefix).s);
		ready += site->state != SITE_WAITING;
	}
	ck_assert_str_eq(buf_str(&got), prefixes[_i].expected);
	ck_assert_uint_eq(relay_site_count(&relay), ready);
}
END_TEST

static const struct {
	const char *conf;
	struct {
		const char *name, *mac;
	} links[3];
	int code;
	const char *expected; /* the interface, or words of the error */
} interfaces[] = {
	{"", {{"lo", ""}, {"enp1s0", "56:00:05:00:53:01"}}, 0, "enp1s0"},
	{"", {{"ens3", "56:00:05:00:53:01"}, {"ens7", "5a:00:05:00:53:01"}}, 0, "ens3"},
	{"", {{"a", "56:00:05:00:53:00"}}, -ENODEV, "56:00:05:00:53:01"},
	{"", {{0}}, -ENODEV, "56:00:05:00:53:01"},
	/* a bridge or a bond has the address of its port */
	{"",
	 {{"enp1s0", "56:00:05:00:53:01"}, {"br0", "56:00:05:00:53:01"}},
	 -ENODEV,
	 "2 interfaces"},
	{"[relay]\nnic = br0\n",
	 {{"enp1s0", "56:00:05:00:53:01"}, {"br0", "56:00:05:00:53:01"}},
	 0,
	 "br0"},
	{"[relay]\nnic = tun0\n", {{"tun0", ""}}, 0, "tun0"},
	{"[relay]\nnic = eth0\n", {{"enp1s0", "56:00:05:00:53:01"}}, -ENODEV, "nic = eth0"},
	{"[relay]\nnic = eth\n", {{"eth0", "56:00:05:00:53:01"}}, -ENODEV, "nic = eth:"},
	{"[relay]\nwg_interface = enp1s0\n",
	 {{"enp1s0", "56:00:05:00:53:01"}},
	 -EINVAL,
	 "wg_interface = enp1s0"},
};

START_TEST(the_interface_is_found)
{
	struct inventory inventory CLEANUP(inventory_clear) = INVENTORY_INIT;
	struct conf conf = sample_conf(interfaces[_i].conf);
	struct instance instance = sample_instance();
	struct error err = ERROR_INIT;
	struct relay relay;
	int r;

	for (size_t i = 0; i < 3 && interfaces[_i].links[i].name; i++)
		add_link(&inventory, interfaces[_i].links[i].name, interfaces[_i].links[i].mac);
	r = relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err);
	ck_assert_msg(r == interfaces[_i].code, "%d: %s", r, err.text);
	if (r == 0)
		ck_assert_str_eq(relay.nic.s, interfaces[_i].expected);
	else
		ck_assert_msg(strstr(err.text, interfaces[_i].expected), "%s", err.text);
}
END_TEST

static const struct {
	const char *conf, *words[2];
} conflicts[] = {
	{"[site a]\nprefix = 2001:db8:0:2::/64\n[site b]\nprefix = 2001:db8:0:2::/64\n",
	 {"[site a]", "[site b]"}},
	{"[site a]\nprefix = original\n[site b]\nprefix = original\n", {"[site a]", "[site b]"}},
	{"[site a]\nprefix = original\n[site b]\nprefix = 2001:db8:0:1::/64\n",
	 {"[site a]", "2001:db8:0:1::/64"}},
	{"[relay]\ntransit = 2001:db8:0:2::/64\n", {"[site home]", "transit"}},
	{"[relay]\ntransit = 2001:db8:0:1::/64\n", {"transit", "own prefix"}},
	{"[site a]\nrouter_public_key = " KEY "\n[site b]\nrouter_public_key = " KEY "\n",
	 {"[site a]", "router_public_key"}},
};

START_TEST(settings_that_contradict_each_other_are_refused)
{
	struct inventory inventory CLEANUP(inventory_clear) = sample_inventory();
	struct conf conf = sample_conf(conflicts[_i].conf);
	struct instance instance = sample_instance();
	struct error err = ERROR_INIT;
	struct relay relay;

	ck_assert_int_eq(relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err), -EINVAL);
	for (size_t i = 0; i < 2; i++)
		ck_assert_msg(strstr(err.text, conflicts[_i].words[i]), "%s", err.text);
}
END_TEST

static struct address *add_address(struct inventory *inventory, const char *text)
{
	static struct address addresses[8];
	struct address *address = &addresses[inventory->address_count++];

	*address = (struct address){.index = 2, .len = 64, .is_ipv6 = strchr(text, ':') != NULL};
	if (address->is_ipv6)
		ck_assert_int_eq(inet_pton(AF_INET6, text, &address->ipv6), 1);
	else
		ck_assert_int_eq(inet_pton(AF_INET, text, &address->ipv4), 1);
	inventory->addresses = addresses;
	return address;
}

/* cloud-init's document has no addresses: the interface has them. */
START_TEST(what_the_metadata_leaves_out_the_interface_has)
{
	struct inventory inventory = sample_inventory();
	struct instance instance = sample_instance();
	struct conf conf = sample_conf("");
	struct error err = ERROR_INIT;
	struct relay relay;

	instance.has_ipv4 = instance.has_original = false;
	instance.reserved_count = 1;
	add_address(&inventory, "198.51.100.9")->index = 1; /* another link's */
	add_address(&inventory, "198.51.100.7")->len = 24;
	add_address(&inventory, "fe80::5400:5ff:fe00:5301");
	add_address(&inventory, "fd00::1");
	add_address(&inventory, "2001:db8:0:2::"); /* as cloud-init binds the reserved one */
	add_address(&inventory, "2001:db8:0:7::1")->index = 1;
	add_address(&inventory, "2001:db8:0:1:5400:5ff:fe00:5301");
	ck_assert_msg(relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err) == 0, "%s",
		      err.text);
	assert_relay(&relay, "enp1s0 198.51.100.7 2001:db8:0:1::/64; "
			     "home ready 2001:db8:0:2::/64 fd99:9999:9999::2");
	instance = sample_instance();
	ck_assert_int_eq(relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err), 0);
	ck_assert_str_eq(ip4_text(relay.endpoint).s,
			 "203.0.113.42"); /* the metadata knows better */
	inventory.addresses = NULL;
	inventory_clear(&inventory);
}
END_TEST

START_TEST(every_setting_arrives)
{
	struct relay relay =
		sample_relay("[relay]\nwg_interface = tun6\nlisten_port = 443\nmtu = 1380\n"
			     "ndppd_rule = auto\nmanage_ufw = no\nmanage_sshd = no\n"
			     "[site home]\nlan_bridge = br lan\nallow_inbound = yes\n"
			     "ra_mtu = no\nmss_clamp = yes\n"
			     "router_public_key = " KEY "\n[site cabin]\n");
	const struct site *home = relay_site(&relay, "home"), *cabin = relay_site(&relay, "cabin");

	ck_assert_str_eq(relay.wg_interface.s, "tun6");
	ck_assert_uint_eq(relay.listen_port, 443);
	ck_assert_uint_eq(relay.mtu, 1380);
	ck_assert_int_eq(relay.ndppd_rule, NDPPD_AUTO);
	ck_assert(!relay.manage_ufw && !relay.manage_sshd);
	ck_assert_str_eq(ip_text(&relay.vps_transit).s, "fd99:9999:9999::1");
	ck_assert_str_eq(home->lan_bridge, "br lan");
	ck_assert(home->allow_inbound && !home->has_router_private_key);
	ck_assert(!home->ra_mtu && home->mss_clamp);
	ck_assert_str_eq(wg_key_text(&home->router_public_key).s, KEY);
	ck_assert_str_eq(cabin->lan_bridge, "bridge");
	ck_assert(!cabin->allow_inbound && cabin->has_router_private_key);
	ck_assert(cabin->ra_mtu && !cabin->mss_clamp);
	ck_assert_ptr_null(relay_site(&relay, "nowhere"));
}
END_TEST

START_TEST(private_keys_are_wiped)
{
	static const struct wg_key zero;
	struct relay relay = sample_relay("[site a]\n[site b]\n");

	relay_wipe(&relay);
	ck_assert(wg_key_equal(&relay.private_key, &zero));
	ck_assert(wg_key_equal(&relay.sites[0].router_private_key, &zero));
	ck_assert(wg_key_equal(&relay.sites[1].router_private_key, &zero));
}
END_TEST

START_TEST(every_site_has_a_transit_address_of_its_own)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct relay relay;

	for (int i = 0; i < CONF_SITES_MAX; i++)
		buf_addf(&text, "[site s%d]\n", i);
	relay = sample_relay(buf_str(&text));
	for (size_t i = 0; i < relay.site_count; i++) {
		ck_assert(prefix_contains(&relay.transit, &relay.sites[i].router_transit));
		ck_assert(!IN6_ARE_ADDR_EQUAL(&relay.sites[i].router_transit, &relay.vps_transit));
		for (size_t j = 0; j < i; j++)
			ck_assert(!IN6_ARE_ADDR_EQUAL(&relay.sites[i].router_transit,
						      &relay.sites[j].router_transit));
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("relay");

	unit_add_table(tcase, each_document_has_its_relay, documents);
	unit_add_table(tcase, sites_get_their_prefixes, prefixes);
	unit_add_table(tcase, the_interface_is_found, interfaces);
	unit_add_table(tcase, settings_that_contradict_each_other_are_refused, conflicts);
	tcase_add_test(tcase, what_the_metadata_leaves_out_the_interface_has);
	tcase_add_test(tcase, every_setting_arrives);
	tcase_add_test(tcase, private_keys_are_wiped);
	tcase_add_test(tcase, every_site_has_a_transit_address_of_its_own);
	return unit_finish();
}
