/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "net/inventory.h"

static struct inventory inventory;

static void read_dump(const char *name)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	struct error err = ERROR_INIT;

	unit_read(name, &bytes);
	ck_assert_msg(inventory_parse(&inventory, bytes.data, bytes.len, &err) == 0, "%s",
		      err.text);
}

static void setup(void)
{
	inventory = INVENTORY_INIT;
}

static void teardown(void)
{
	inventory_clear(&inventory);
}

static int index_of(const char *name)
{
	const struct link *link = inventory_link(&inventory, name);

	ck_assert_msg(link, "no link %s", name);
	return link->index;
}

static struct in6_addr addr6(const char *text)
{
	struct in6_addr addr;

	ck_assert_int_eq(inet_pton(AF_INET6, text, &addr), 1);
	return addr;
}

static const struct {
	const char *name, *mac;
	bool up;
} links[] = {
	{"lo", NULL, true},
	{"enp1s0", "56:00:05:00:53:01", true},
	{"enp6s0", "5a:00:03:1b:4e:ca", true},
	{"down0", "5a:00:03:1b:4e:cb", false},
	{"wg0", NULL, false}, /* up, but nothing holds the tun device */
};

START_TEST(links_have_names_and_addresses)
{
	const struct link *link;

	read_dump("data/netlink/vps.bin");
	link = inventory_link(&inventory, links[_i].name);
	ck_assert_msg(link, "no link %s", links[_i].name);
	ck_assert_int_gt(link->index, 0);
	ck_assert_int_eq(link->has_mac, links[_i].mac != NULL);
	if (links[_i].mac)
		ck_assert_str_eq(mac_text(&link->mac).s, links[_i].mac);
	ck_assert_int_eq(link->up, links[_i].up);
}
END_TEST

START_TEST(a_name_that_no_file_may_hold_is_not_found)
{
	const struct link *link = NULL;
	struct mac mac;

	read_dump("data/netlink/vps.bin");
	ck_assert_uint_eq(inventory.link_count, 7);
	ck_assert_ptr_null(inventory_link(&inventory, "we!rd"));
	ck_assert_ptr_null(inventory_link(&inventory, ""));
	ck_assert_ptr_null(inventory_link(&inventory, "enp1s"));
	ck_assert(mac_parse(&mac, "5a:00:03:1b:4e:cc"));
	ck_assert_uint_eq(inventory_link_by_mac(&inventory, &mac, &link), 0);
}
END_TEST

static const struct {
	const char *file, *mac;
	size_t count;
	const char *name; /* of the first */
} macs[] = {
	{"data/netlink/vps.bin", "56:00:05:00:53:01", 1, "enp1s0"},
	{"data/netlink/vps.bin", "5a:00:03:1b:4e:ca", 1, "enp6s0"},
	{"data/netlink/vps.bin", "5a:00:03:1b:4e:ff", 0, NULL},
	{"data/netlink/vps.bin", "00:00:00:00:00:00", 0, NULL}, /* lo has it, and is no Ethernet */
	{"data/netlink/multipath.bin", "56:00:05:00:53:01", 2, "eth0"},
	{"data/netlink/multipath.bin", "56:00:05:00:53:02", 1, "eth1"},
};

START_TEST(links_are_found_by_their_address)
{
	const struct link *link = NULL;
	struct mac mac;

	read_dump(macs[_i].file);
	ck_assert(mac_parse(&mac, macs[_i].mac));
	ck_assert_uint_eq(inventory_link_by_mac(&inventory, &mac, &link), macs[_i].count);
	if (macs[_i].count)
		ck_assert_str_eq(link->name.s, macs[_i].name);
	else
		ck_assert_ptr_null(link);
}
END_TEST

static const struct {
	const char *link, *addr;
	bool there;
} addresses[] = {
	{"enp1s0", "2001:db8:0:1:5400:5ff:fe00:5301", true},
	{"enp1s0", "2001:db8:0:2::", true},
	{"enp1s0", "2001:db8:0:9::1", true},
	{"enp1s0", "fe80::5400:5ff:fe00:5301", true},
	{"wg0", "fd99:9999:9999::1", true},
	{"lo", "::1", true},
	{"lo", "fd99:9999:9999::1", false},
	{"enp1s0", "fd99:9999:9999::1", false},
	{"wg0", "fd99:9999:9999::2", false},
};

START_TEST(addresses_belong_to_links)
{
	struct in6_addr addr = addr6(addresses[_i].addr);

	read_dump("data/netlink/vps.bin");
	ck_assert_int_eq(inventory_has_address(&inventory, index_of(addresses[_i].link), &addr),
			 addresses[_i].there);
}
END_TEST

/* The NIC has a temporary address (RFC 8981), a deprecated and two lasting ones. */
START_TEST(the_lasting_global_address_is_found)
{
	const struct address *address;
	int temporary = 0, deprecated = 0;

	read_dump("data/netlink/vps.bin");
	for (size_t i = 0; i < inventory.address_count; i++) {
		temporary += inventory.addresses[i].temporary;
		deprecated += inventory.addresses[i].deprecated;
		ck_assert(!inventory.addresses[i].tentative);
	}
	ck_assert_int_eq(temporary, 1);
	ck_assert_int_eq(deprecated, 1);
	address = inventory_global_ipv6(&inventory, index_of("enp1s0"));
	ck_assert_ptr_nonnull(address);
	ck_assert(!address->temporary && !address->deprecated);
	ck_assert_uint_eq(address->len, 64);
	ck_assert(ip_is_global(&address->ipv6));
	/* Once they have aged, none is left. */
	for (size_t i = 0; i < inventory.address_count; i++) {
		const struct address *next = inventory_global_ipv6(&inventory, index_of("enp1s0"));

		ck_assert(!next || (!next->temporary && !next->deprecated));
		if (next)
			inventory.addresses[next - inventory.addresses].deprecated = true;
	}
	ck_assert_ptr_null(inventory_global_ipv6(&inventory, index_of("enp1s0")));
	address = inventory_global_ipv4(&inventory, index_of("enp1s0"));
	ck_assert_ptr_nonnull(address);
	ck_assert_str_eq(ip4_text(address->ipv4).s, "203.0.113.42");
	ck_assert_uint_eq(address->len, 24);
	address = inventory_global_ipv4(&inventory, index_of("enp6s0"));
	ck_assert_str_eq(ip4_text(address->ipv4).s, "10.1.112.3");
	ck_assert_ptr_null(inventory_global_ipv6(&inventory, index_of("wg0"))); /* unique local */
	ck_assert_ptr_null(inventory_global_ipv6(&inventory, index_of("enp6s0")));
	ck_assert_ptr_null(inventory_global_ipv4(&inventory, index_of("lo")));
	ck_assert_ptr_null(inventory_global_ipv4(&inventory, 4711));
}
END_TEST

static const struct {
	const char *file, *link, *gateway; /* NULL: no default route */
	uint32_t metric;
	uint8_t protocol;
} defaults[] = {
	{"data/netlink/vps.bin", "enp1s0", "fe80::1", 1024, RTPROT_RA},
	{"data/netlink/vps.bin", "enp6s0", NULL, 0, 0},
	{"data/netlink/vps.bin", "wg0", NULL, 0, 0},
	{"data/netlink/vps.bin", "lo", NULL, 0, 0},
	{"data/netlink/multipath.bin", "eth0", "fe80::1", 512, RTPROT_BOOT},
	{"data/netlink/multipath.bin", "eth1", "fe80::2", 512, RTPROT_BOOT},
	{"data/netlink/multipath.bin", "lo", NULL, 0, 0}, /* the blackhole is no way out */
};

START_TEST(the_best_default_route_is_found)
{
	const struct route *route;

	read_dump(defaults[_i].file);
	route = inventory_default_route(&inventory, index_of(defaults[_i].link));
	ck_assert_msg(!route == !defaults[_i].gateway, "%s",
		      route ? "there is one" : "there is none");
	if (!route)
		return;
	ck_assert(route->has_gateway);
	ck_assert_str_eq(ip_text(&route->gateway).s, defaults[_i].gateway);
	ck_assert_uint_eq(route->metric, defaults[_i].metric);
	ck_assert_uint_eq(route->protocol, defaults[_i].protocol);
	ck_assert_uint_eq(route->table, RT_TABLE_MAIN);
}
END_TEST

static const struct {
	const char *dst, *link;
	uint32_t metric;
	bool there;
} routes[] = {
	{"2001:db8:0:2::/64", "wg0", 50, true},
	{"2001:db8:0:2::/64", "enp1s0", 256, true}, /* the connected one, which must lose */
	{"2001:db8:0:2::/64", "wg0", 256, false},
	{"2001:db8:0:2::/64", "enp1s0", 50, false},
	{"2001:db8:0:2::/63", "wg0", 50, false},
	{"2001:db8:0:1::/64", "enp1s0", 256, true},
	{"fd99:9999:9999::/64", "wg0", 256, true},
	{"fd99:9999:9999::1/128", "wg0", 0, false}, /* of the local table */
};

START_TEST(routes_are_found_by_all_that_they_are)
{
	struct prefix dst;

	read_dump("data/netlink/vps.bin");
	ck_assert(prefix_parse(&dst, routes[_i].dst));
	ck_assert_int_eq(inventory_route(&inventory, &dst, index_of(routes[_i].link),
					 routes[_i].metric) != NULL,
			 routes[_i].there);
}
END_TEST

/* Each message cut at each of its bytes, and announced as longer than it is. */
static const char *const dumps[] = {"data/netlink/vps.bin", "data/netlink/multipath.bin"};

START_TEST(a_dump_cut_short_is_refused)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	size_t end = 0;

	unit_read(dumps[_i], &bytes);
	for (size_t len = 0; len <= bytes.len; len++) {
		/* A block of its own, so that one byte too far is found. */
		char *copy = malloc(len ? len : 1);
		struct error err = ERROR_INIT;
		struct nlmsghdr header;

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, bytes.data, len);
		ck_assert_msg(inventory_parse(&inventory, copy, len, &err) ==
				      (len == end ? 0 : -EBADMSG),
			      "%zu of %zu bytes", len, bytes.len);
		if (len == end && len < bytes.len) {
			memcpy(&header, bytes.data + len, sizeof(header));
			end += NLMSG_ALIGN(header.nlmsg_len);
		}
		if (len != end && err.code)
			ck_assert_ptr_nonnull(strstr(err.text, "netlink"));
		inventory_clear(&inventory);
		free(copy);
	}
	ck_assert_uint_eq(end, bytes.len);
}
END_TEST

/* Every byte of every message changed: nothing has to come of it, but no byte outside is read. */
START_TEST(a_dump_gone_bad_is_read_within_its_bounds)
{
	CLEANUP(buf_clear) struct buf bytes = BUF_INIT;
	static const unsigned char flips[] = {0x01, 0x80, 0xff};

	unit_read(dumps[_i], &bytes);
	for (size_t i = 0; i < bytes.len * ARRAY_SIZE(flips); i++) {
		char *byte = &bytes.data[i / ARRAY_SIZE(flips)], old = *byte;
		char *copy = malloc(bytes.len);

		ck_assert_ptr_nonnull(copy);
		*byte = (char)(*byte ^ flips[i % ARRAY_SIZE(flips)]);
		memcpy(copy, bytes.data, bytes.len);
		inventory_parse(&inventory, copy, bytes.len, NULL);
		for (size_t j = 0; j < inventory.link_count; j++)
			ck_assert_uint_lt(strlen(inventory.links[j].name.s), IFNAMSIZ);
		inventory_clear(&inventory);
		free(copy);
		*byte = old;
	}
}
END_TEST

START_TEST(nothing_is_an_empty_inventory)
{
	ck_assert_int_eq(inventory_parse(&inventory, "", 0, NULL), 0);
	ck_assert_uint_eq(inventory.link_count + inventory.address_count + inventory.route_count,
			  0);
	ck_assert_ptr_null(inventory_default_route(&inventory, 1));
}
END_TEST

static const struct {
	const char *dst;
	uint8_t len;
	const char *expected; /* NULL: refused */
} destinations[] = {
	{"2001:db8::", 32, "2001:db8::/32"},
	{"2001:db8::1", 32, "2001:db8::/32"}, /* bits behind its length are none of a prefix */
	{"2001:db8::1", 128, "2001:db8::1/128"},
	{"2001:db8::1", 129, NULL},
	{"2001:db8::1", 255, NULL},
};

START_TEST(a_route_leads_to_a_prefix)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		struct in6_addr dst;
	} message = {
		.header = {.nlmsg_len = sizeof(message), .nlmsg_type = RTM_NEWROUTE},
		.route = {.rtm_family = AF_INET6, .rtm_dst_len = destinations[_i].len},
		.attribute = {.rta_len = RTA_LENGTH(sizeof(message.dst)), .rta_type = RTA_DST},
		.dst = addr6(destinations[_i].dst),
	};
	int r = inventory_parse(&inventory, &message, sizeof(message), NULL);

	ck_assert_int_eq(r, destinations[_i].expected ? 0 : -EBADMSG);
	ck_assert_uint_eq(inventory.route_count, destinations[_i].expected ? 1 : 0);
	if (destinations[_i].expected)
		ck_assert_str_eq(prefix_text(&inventory.routes[0].dst).s,
				 destinations[_i].expected);
}
END_TEST

/* A message that ends between two attributes' beginnings, and with it the buffer. */
START_TEST(nothing_behind_the_last_message_is_read)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		uint8_t link[4];
	} message = {
		.header = {.nlmsg_len = sizeof(message) - 3, .nlmsg_type = RTM_NEWROUTE},
		.route = {.rtm_family = AF_INET6},
		.attribute = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_OIF},
		.link = {7, 7, 7, 7},
	};

	ck_assert_int_eq(inventory_parse(&inventory, &message, sizeof(message) - 3, NULL),
			 -EBADMSG);
	ck_assert_uint_eq(inventory.route_count, 0);
}
END_TEST

START_TEST(messages_of_no_interest_are_passed_over)
{
	struct {
		struct nlmsghdr header;
		char rest[64];
	} message = {0};
	static const uint16_t types[] = {NLMSG_NOOP,   NLMSG_DONE,   RTM_DELLINK, RTM_DELADDR,
					 RTM_DELROUTE, RTM_NEWNEIGH, RTM_NEWRULE, 65535};

	message.header.nlmsg_len = sizeof(message);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		message.header.nlmsg_type = types[i];
		ck_assert_int_eq(inventory_parse(&inventory, &message, sizeof(message), NULL), 0);
	}
	ck_assert_uint_eq(inventory.link_count + inventory.address_count + inventory.route_count,
			  0);
}
END_TEST

START_TEST(links_made_by_hand_are_found)
{
	for (int i = 1; i <= 100; i++) {
		struct link *link = inventory_add_link(&inventory);

		ck_assert_ptr_nonnull(link);
		ck_assert_int_eq(link->index, 0);
		link->index = i;
		snprintf(link->name.s, sizeof(link->name.s), "eth%d", i);
	}
	for (int i = 1; i <= 100; i++) {
		struct link_name name;

		snprintf(name.s, sizeof(name.s), "eth%d", i);
		ck_assert_int_eq(index_of(name.s), i);
	}
}
END_TEST

/* The one flag that no capture has: ndppd sets it on its NIC. */
START_TEST(a_link_that_takes_in_all_multicast)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} message = {
		.header = {.nlmsg_len = sizeof(message), .nlmsg_type = RTM_NEWLINK},
		.info = {.ifi_flags = _i ? IFF_ALLMULTI : (unsigned)~IFF_ALLMULTI},
	};

	ck_assert_int_eq(inventory_parse(&inventory, &message, sizeof(message), NULL), 0);
	ck_assert_int_eq(inventory.links[0].allmulti, _i);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("inventory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, links_have_names_and_addresses, links);
	unit_add_table(tcase, links_are_found_by_their_address, macs);
	unit_add_table(tcase, addresses_belong_to_links, addresses);
	unit_add_table(tcase, the_best_default_route_is_found, defaults);
	unit_add_table(tcase, routes_are_found_by_all_that_they_are, routes);
	unit_add_table(tcase, a_dump_cut_short_is_refused, dumps);
	unit_add_table(tcase, a_dump_gone_bad_is_read_within_its_bounds, dumps);
	tcase_add_test(tcase, a_name_that_no_file_may_hold_is_not_found);
	tcase_add_test(tcase, the_lasting_global_address_is_found);
	tcase_add_test(tcase, nothing_is_an_empty_inventory);
	unit_add_table(tcase, a_route_leads_to_a_prefix, destinations);
	tcase_add_test(tcase, nothing_behind_the_last_message_is_read);
	tcase_add_test(tcase, messages_of_no_interest_are_passed_over);
	tcase_add_test(tcase, links_made_by_hand_are_found);
	tcase_add_loop_test(tcase, a_link_that_takes_in_all_multicast, 0, 2);
	return unit_finish();
}
