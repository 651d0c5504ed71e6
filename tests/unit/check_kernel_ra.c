/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <unistd.h>

#include "apply/kernel_ra.h"
#include "apply/state.h"
#include "apply/state_before.h"
#include "base/error.h"
#include "net/inventory.h"

#define NIC 2
#define OTHER 3
#define ACCEPT_RA "/proc/sys/net/ipv6/conf/enp1s0/accept_ra"

static struct unit_path dir;
static int root;
static struct state state;

static void setup(void)
{
	dir = unit_directory(&root);
	ck_assert_int_eq(state_load(&state, root, NULL), 0);
	state_set_text(&state, "nic", "enp1s0");
}

static void teardown(void)
{
	state_clear(&state);
	close(root);
}

static struct route make_route(const char *dst, int index, uint32_t metric, uint8_t protocol,
			       bool expires)
{
	struct route route = {.index = index,
			      .metric = metric,
			      .protocol = protocol,
			      .expires = expires,
			      .table = RT_TABLE_MAIN,
			      .type = RTN_UNICAST};

	ck_assert(prefix_parse(&route.dst, dst));
	return route;
}

#define KERNEL_DEFAULT "::/0", NIC, 1024, RTPROT_RA, true
#define NETWORKD_DEFAULT "::/0", NIC, 100, RTPROT_RA, true
#define STATIC_DEFAULT "::/0", NIC, 1024, RTPROT_STATIC, false
#define KERNEL_PREFIX "2001:db8:0:1::/64", NIC, 256, RTPROT_KERNEL, true

struct row {
	const char *dst;
	int index;
	uint32_t metric;
	uint8_t protocol;
	bool expires;
};

static const struct {
	const char *accept_ra; /* before */
	struct row before, also, asked;
	bool extra;
} rows[] = {
	/* Beside networkd's. */
	{"0", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, true},
	{"0", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, false},
	{"0", {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, {NETWORKD_DEFAULT}, false},
	{"0", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_PREFIX}, true},
	/* The gateway's address is another one now: both routes are new. */
	{"0", {"::/0", NIC, 512, RTPROT_RA, true}, {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, true},
	{"0", {"::/0", NIC, 512, RTPROT_RA, true}, {KERNEL_DEFAULT}, {NETWORKD_DEFAULT}, false},
	/* The last one. */
	{"0", {NETWORKD_DEFAULT}, {KERNEL_PREFIX}, {KERNEL_DEFAULT}, false},
	{"0",
	 {NETWORKD_DEFAULT},
	 {"::/0", OTHER, 1, RTPROT_STATIC, false},
	 {KERNEL_DEFAULT},
	 false},
	/* There was none before. */
	{"0", {KERNEL_PREFIX}, {KERNEL_PREFIX}, {KERNEL_DEFAULT}, true},
	/* It was there before. */
	{"0", {KERNEL_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, false},
	{"0", {KERNEL_PREFIX}, {NETWORKD_DEFAULT}, {KERNEL_PREFIX}, false},
	/* Somebody else's. */
	{"0", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {STATIC_DEFAULT}, false},
	{"0",
	 {NETWORKD_DEFAULT},
	 {NETWORKD_DEFAULT},
	 {"2001:db8:0:2::/64", NIC, 256, RTPROT_KERNEL, false},
	 false},
	{"0",
	 {NETWORKD_DEFAULT},
	 {NETWORKD_DEFAULT},
	 {"2001:db8:0:1::/64", OTHER, 256, RTPROT_KERNEL, true},
	 false},
	/* The kernel took advertisements before, too. */
	{"1", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, false},
	{"2", {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_PREFIX}, false},
	{NULL, {NETWORKD_DEFAULT}, {NETWORKD_DEFAULT}, {KERNEL_DEFAULT}, false},
};

static struct route route_of(const struct row *row)
{
	return make_route(row->dst, row->index, row->metric, row->protocol, row->expires);
}

START_TEST(what_the_kernel_took_is_told_from_the_rest)
{
	struct route before = route_of(&rows[_i].before);
	struct route routes[] = {route_of(&rows[_i].also), route_of(&rows[_i].asked)};
	struct link links[] = {{.index = NIC, .name = {"enp1s0"}}, {.index = OTHER}};
	struct inventory inventory = {
		.links = links, .link_count = 2, .routes = routes, .route_count = 2};

	if (rows[_i].accept_ra)
		state_set_sysctl(&state, ACCEPT_RA, rows[_i].accept_ra);
	state_add_route(&state, kernel_ra_route_text(&before).s);
	ck_assert_int_eq(kernel_ra_route_is_extra(&inventory, &state, &routes[1]), rows[_i].extra);
}
END_TEST

static const struct {
	const char *dst;
	uint8_t protocol, type;
	uint32_t table;
	bool asked_for;
} routes[] = {
	{"::/0", RTPROT_RA, RTN_UNICAST, RT_TABLE_MAIN, true},
	{"::/0", RTPROT_STATIC, RTN_UNICAST, RT_TABLE_MAIN, true},
	{"2001:db8:0:1::/64", RTPROT_KERNEL, RTN_UNICAST, RT_TABLE_MAIN, true},
	/* a routing daemon's, and what no advertisement brings */
	{"2001:db8:0:1::/64", RTPROT_BIRD, RTN_UNICAST, RT_TABLE_MAIN, false},
	{"2001:db8:0:1::/64", RTPROT_KERNEL, RTN_UNICAST, 100, false},
	{"2001:db8:0:1::/64", RTPROT_KERNEL, RTN_LOCAL, RT_TABLE_LOCAL, false},
	{"::/0", RTPROT_KERNEL, RTN_UNREACHABLE, RT_TABLE_MAIN, false},
};

START_TEST(few_routes_have_to_be_remembered)
{
	struct route route = make_route(routes[_i].dst, NIC, 1024, routes[_i].protocol, true);

	route.type = routes[_i].type;
	route.table = routes[_i].table;
	ck_assert_int_eq(kernel_ra_asks_for(&route), routes[_i].asked_for);
}
END_TEST

START_TEST(an_address_says_who_made_it)
{
	struct link link = {.index = NIC, .name = {"enp1s0"}};
	struct inventory inventory = {.links = &link, .link_count = 1};
	struct address address = {.index = NIC, .is_ipv6 = true, .len = 64, .protocol = 2};

	ck_assert_int_eq(inet_pton(AF_INET6, "2001:db8:0:1::5", &address.ipv6), 1);
	state_set_sysctl(&state, ACCEPT_RA, "0");
	ck_assert(kernel_ra_address_is_extra(&inventory, &state, &address));
	address.protocol = 0;
	ck_assert(!kernel_ra_address_is_extra(&inventory, &state, &address));
	address.protocol = 2;
	address.index = OTHER;
	ck_assert(!kernel_ra_address_is_extra(&inventory, &state, &address));
	address.index = NIC;
	state_add_route(&state, kernel_ra_address_text(&address).s);
	ck_assert(!kernel_ra_address_is_extra(&inventory, &state, &address));
}
END_TEST

START_TEST(without_a_snapshot_nothing_is_extra)
{
	struct route route = make_route(KERNEL_DEFAULT);
	struct inventory inventory = {.routes = &route, .route_count = 1};

	state_set_text(&state, "nic", NULL);
	ck_assert(!kernel_ra_route_is_extra(&inventory, &state, &route));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("kernel_ra");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, what_the_kernel_took_is_told_from_the_rest, rows);
	unit_add_table(tcase, few_routes_have_to_be_remembered, routes);
	tcase_add_test(tcase, an_address_says_who_made_it);
	tcase_add_test(tcase, without_a_snapshot_nothing_is_extra);
	return unit_finish();
}
