/* SPDX-License-Identifier: MIT */
/* What status finds, and how it says it. */
#include "unit.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "apply/wg_dump.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/words.h"
#include "base/wrap.h"
#include "golden.h"
#include "sample.h"
#include "status/json.h"
#include "status/text.h"
#include "status/view.h"

static const struct {
	int64_t seconds;
	const char *expected;
} ages[] = {
	{0, "0 s ago"},
	{119, "119 s ago"},
	{120, "2 min ago"},
	{7199, "119 min ago"},
	{7200, "2 h ago"},
	{172799, "47 h ago"},
	{172800, "2 d ago"},
	{INT64_MAX, "106751991167300 d ago"},
	{-1, "ahead of the clock"},
	{INT64_MIN, "ahead of the clock"},
};

START_TEST(an_age_is_in_words)
{
	ck_assert_str_eq(age_words(ages[_i].seconds).s, ages[_i].expected);
}
END_TEST

static const struct {
	uint64_t bytes;
	const char *expected;
} amounts[] = {
	{0, "0 B"},
	{1023, "1023 B"},
	{1024, "1.0 KiB"},
	{1536 * 1024, "1.5 MiB"},
	{UINT64_C(5) << 30, "5.0 GiB"},
	{UINT64_MAX, "16777216.0 TiB"},
};

START_TEST(an_amount_is_in_words)
{
	ck_assert_str_eq(amount_words(amounts[_i].bytes).s, amounts[_i].expected);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	int64_t seconds;
} times[] = {
	{"1970-01-01T00:00:00Z", true, 0},  {"2026-11-23T04:55:00Z", true, 1795409700},
	{"2026-11-23T04:55:00", false, 0},  {"2026-11-23T04:55:00Z ", false, 0},
	{"2026-13-23T04:55:00Z", false, 0}, {"", false, 0},
};

START_TEST(a_time_is_read)
{
	int64_t seconds = 0;

	ck_assert_int_eq(time_parse(&seconds, times[_i].text), times[_i].ok);
	ck_assert_int_eq(seconds, times[_i].seconds);
}
END_TEST

#define NOW 1795409700

/* A relay that is well, and all that it takes to say so. */
struct world {
	struct instance instance;
	struct relay relay;
	struct machine machine;
	struct inventory inventory;
	struct state state;
	struct plan plan;
	struct wg_dump dump;
	bool mute, dead; /* wg says nothing; there is nothing but files */
};

static void add_route(struct inventory *inventory)
{
	inventory->routes = calloc(1, sizeof(*inventory->routes));
	ck_assert_ptr_nonnull(inventory->routes);
	inventory->route_count = 1;
	inventory->routes[0] = (struct route){.index = 2,
					      .has_gateway = true,
					      .gateway = {{{0xfe, 0x80, [15] = 1}}},
					      .metric = 1024,
					      .table = RT_TABLE_MAIN,
					      .protocol = RTPROT_RA,
					      .type = RTN_UNICAST};
}

static void make_world(struct world *w, const char *conf)
{
	*w = (struct world){.instance = sample_instance(),
			    .relay = sample_relay(conf),
			    .inventory = sample_inventory(),
			    .state.root = cJSON_CreateObject()};
	*inventory_add_link(&w->inventory) =
		(struct link){.index = 3, .name = w->relay.wg_interface, .up = true};
	add_route(&w->inventory);
	w->machine = (struct machine){.live = true,
				      .units_known = true,
				      .wg_unit = "wg-quick@wg0.service",
				      .timer = {.active_state = "active"},
				      .wg = {.active_state = "active"},
				      .ndppd = {.active_state = "active"},
				      .sysctl = {'0', '0', '1', '1'},
				      .nic_managed = true,
				      .tunnel_up = true};
	state_set_text(&w->state, "proof", "pass 2026-11-23T01:55:00Z");
	state_start_record(&w->state, "2026-11-23T04:50:00Z");
	for (size_t i = 0; i < w->relay.site_count; i++) {
		w->dump.peers[i] =
			(struct wg_peer){.public_key = w->relay.sites[i].router_public_key,
					 .endpoint = "198.51.100.7:13231",
					 .handshake = NOW - 12,
					 .received = 3300,
					 .sent = 812};
		w->dump.count++;
	}
}

/* The view points into the world. */
static struct view look_at(const struct world *w)
{
	struct view view = {.instance = &w->instance,
			    .relay = &w->relay,
			    .machine = &w->machine,
			    .inventory = &w->inventory,
			    .state = &w->state,
			    .plan = &w->plan,
			    .dump = w->mute ? NULL : &w->dump,
			    .live = !w->dead,
			    .now = NOW};

	view_judge(&view);
	return view;
}

static void clear_world(struct world *w)
{
	inventory_clear(&w->inventory);
	state_clear(&w->state);
}

static void nothing(struct world *w)
{
	(void)w;
}

static void no_proof(struct world *w)
{
	state_set_text(&w->state, "proof", NULL);
}

static void odd_proof(struct world *w)
{
	state_set_text(&w->state, "proof", "?");
}

static void old_format_proof(struct world *w)
{
	state_set_text(&w->state, "proof", "pass");
}

static void failed_proof(struct world *w)
{
	state_set_text(&w->state, "proof", "fail 2026-11-23T04:54:00Z");
}

static void future_proof(struct world *w)
{
	state_set_text(&w->state, "proof", "pass 2026-11-24T04:54:00Z");
}

static void detached(struct world *w)
{
	w->relay.sites[0].state = SITE_DETACHED;
}

static void waiting(struct world *w)
{
	w->relay.sites[0].state = SITE_WAITING;
}

static void no_nic(struct world *w)
{
	ck_assert(link_name_parse(&w->inventory.links[1].name, "other"));
}

static void nic_down(struct world *w)
{
	w->inventory.links[1].up = false;
}

static void no_route(struct world *w)
{
	w->inventory.route_count = 0;
}

static void no_gateway(struct world *w)
{
	w->inventory.routes[0].has_gateway = false;
}

static void no_forwarding(struct world *w)
{
	w->machine.sysctl[2] = '0';
}

static void unknown_forwarding(struct world *w)
{
	w->machine.sysctl[2] = '\0';
}

static void no_ndppd(struct world *w)
{
	snprintf(w->machine.ndppd.active_state, sizeof(w->machine.ndppd.active_state), "failed");
}

static void no_systemd(struct world *w)
{
	w->machine.units_known = false;
}

static void no_forwarding_and_no_systemd(struct world *w)
{
	no_forwarding(w);
	no_systemd(w);
}

static void no_tunnel(struct world *w)
{
	ck_assert(link_name_parse(&w->inventory.links[2].name, "other"));
	w->machine.tunnel_up = false;
}

static void tunnel_down(struct world *w)
{
	w->inventory.links[2].up = false;
}

static void no_lan_route(struct world *w)
{
	w->machine.tunnel_up = false;
}

static void no_peer(struct world *w)
{
	w->dump.count = 0;
}

static void no_peer_yet(struct world *w)
{
	w->dump.count = 0;
	w->plan.step_count = 1;
}

static void mute(struct world *w)
{
	w->mute = true;
}

static void no_handshake(struct world *w)
{
	w->dump.peers[0].handshake = 0;
}

static void last_good_handshake(struct world *w)
{
	w->dump.peers[0].handshake = NOW - 179;
}

static void old_handshake(struct world *w)
{
	w->dump.peers[0].handshake = NOW - 180;
}

static void clock_went_back(struct world *w)
{
	w->dump.peers[0].handshake = NOW + 3600;
}

enum { UPLINK, ACCESS, RELAYING, TUNNEL, LAN };

static const struct {
	void (*spoil)(struct world *w);
	int hop;
	enum mark mark;
	const char *words;
} hops[] = {
	{nothing, UPLINK, MARK_GOOD, "the last proof passed, 3 h ago"},
	{nothing, ACCESS, MARK_GOOD, "enp1s0 is up"},
	{nothing, RELAYING, MARK_GOOD, "ndppd answers"},
	{nothing, TUNNEL, MARK_GOOD, "handshake 12 s ago"},
	{nothing, LAN, MARK_UNKNOWN, "sixrelay verify asks"},
	{no_proof, UPLINK, MARK_UNKNOWN, "not proven yet"},
	{odd_proof, UPLINK, MARK_UNKNOWN, "not proven yet"},
	{old_format_proof, UPLINK, MARK_GOOD, "the last proof passed"},
	{failed_proof, UPLINK, MARK_BAD, "the last proof failed, 60 s ago"},
	{future_proof, UPLINK, MARK_GOOD, "ahead of the clock"},
	{detached, UPLINK, MARK_BAD, "no longer attached"},
	{detached, LAN, MARK_BAD, "2001:db8:0:2::/64 is no longer attached"},
	{detached, TUNNEL, MARK_GOOD, "handshake 12 s ago"},
	{waiting, RELAYING, MARK_UNKNOWN, "waiting for a /64"},
	{waiting, TUNNEL, MARK_UNKNOWN, "waiting for a /64"},
	{waiting, LAN, MARK_UNKNOWN, "waiting for a /64"},
	{no_nic, ACCESS, MARK_BAD, "enp1s0 is not there"},
	{nic_down, ACCESS, MARK_BAD, "enp1s0 is down"},
	{no_route, ACCESS, MARK_BAD, "no IPv6 default route"},
	{no_gateway, ACCESS, MARK_BAD, "no IPv6 default route"},
	/* an old proof is none of a way that is gone */
	{no_route, UPLINK, MARK_UNKNOWN, "the last proof passed"},
	{no_forwarding, RELAYING, MARK_BAD, "forwarding is off"},
	{unknown_forwarding, RELAYING, MARK_UNKNOWN, "can't be read"},
	{no_ndppd, RELAYING, MARK_BAD, "ndppd.service is failed"},
	{no_systemd, RELAYING, MARK_UNKNOWN, "systemd doesn't tell"},
	{no_forwarding_and_no_systemd, RELAYING, MARK_BAD, "off; systemd doesn't tell"},
	{no_tunnel, RELAYING, MARK_BAD, "wg0 is not there"},
	{no_tunnel, TUNNEL, MARK_BAD, "wg0 is not there"},
	{tunnel_down, RELAYING, MARK_BAD, "wg0 is down"},
	{tunnel_down, TUNNEL, MARK_BAD, "wg0 is down"},
	{no_lan_route, RELAYING, MARK_BAD, "lacks its address, or a LAN's route"},
	/* an apply that has nothing to do would not bring it back */
	{no_peer, TUNNEL, MARK_BAD, "know the router: systemctl reload wg-quick@wg0"},
	{no_peer_yet, TUNNEL, MARK_BAD, "know the router: sixrelay apply"},
	{mute, TUNNEL, MARK_UNKNOWN, "wg doesn't tell"},
	{no_handshake, TUNNEL, MARK_BAD, "no handshake yet"},
	{last_good_handshake, TUNNEL, MARK_GOOD, "handshake 2 min ago"},
	{old_handshake, TUNNEL, MARK_BAD, "handshake 3 min ago"},
	{clock_went_back, TUNNEL, MARK_UNKNOWN, "ahead of the clock"},
};

static const struct hop *hop_of(const struct view *view, int which)
{
	const struct hop *all[] = {&view->uplink, &view->access, &view->relaying,
				   &view->sites[0].tunnel, &view->sites[0].lan};

	return all[which];
}

START_TEST(a_hop_is_judged)
{
	struct world w;
	struct view view;
	const struct hop *hop;

	make_world(&w, "");
	hops[_i].spoil(&w);
	view = look_at(&w);
	hop = hop_of(&view, hops[_i].hop);
	ck_assert_msg(strstr(hop->why, hops[_i].words), "%s: %s", mark_word(hop->mark), hop->why);
	ck_assert_msg(hop->mark == hops[_i].mark, "%s: %s", mark_word(hop->mark), hop->why);
	clear_world(&w);
}
END_TEST

#define THREE_SITES "[site home]\n[site cabin]\n[site summer-house-2]\n"
#define LONG_NAMES                                                                                 \
	"[relay]\nnic = enp193s0f0np0v7\nwg_interface = wg-of-the-house\n"                         \
	"[site summer-house-22]\n"

static void nic_of_long_names(struct world *w)
{
	w->inventory.links[1].name = w->relay.nic;
	w->inventory.routes[0].gateway = (struct in6_addr){
		{{0xfe, 0x80, [8] = 0x54, 0x52, 0x15, 0xff, 0xfe, 0x15, 0x53, 0x11}}};
	inet_pton(AF_INET6, "3fff:1111:2222:3333:4444:5555:6666:7777", &w->relay.vps_transit);
	inet_pton(AF_INET6, "3fff:1111:2222:3333:4444:5555:6666:7778",
		  &w->relay.sites[0].router_transit);
	snprintf(w->dump.peers[0].endpoint, sizeof(w->dump.peers[0].endpoint),
		 "[3fff:1111:2222:3333:4444:5555:6666:7779]:65535");
	w->dump.peers[0].received = w->dump.peers[0].sent = UINT64_MAX;
}

static void of_three(struct world *w)
{
	w->dump.peers[1].handshake = 0;
	state_set_text(&w->state, "proof", NULL);
}

/* All that can be added to the screen at once. */
static void much_to_say(struct world *w)
{
	static struct note note = {.kind = NOTE_WAITING,
				   .text = "attach a reserved IPv6 /64 to this instance"};

	for (int i = 0; i < 9; i++) {
		char line[64];

		snprintf(line, sizeof(line), "write /etc/ndppd.conf.%d", i + 1);
		state_add_record(&w->state, line);
	}
	state_set_kept(&w->state, "/etc/ssh/sshd_config.d/00-hardening.conf",
		       STATE_DIR "/kept/etc/ssh/sshd_config.d/00-hardening.conf.12");
	state_set_kept(&w->state, "/etc/ndppd.conf", STATE_DIR "/kept/etc/ndppd.conf.1");
	w->plan.step_count = 3;
	w->plan.note_count = 1;
	w->plan.notes = &note;
	w->relay.site_count = 1;
}

static void dead(struct world *w)
{
	w->dead = true;
}

static const struct {
	const char *conf;
	void (*spoil)(struct world *w);
	bool verbose;
	const char *golden;
} screens[] = {
	{"", nothing, false, "status"},
	{THREE_SITES, of_three, false, "status-three-sites"},
	{LONG_NAMES, nic_of_long_names, false, "status-long-names"},
	{"", much_to_say, false, "status-much-to-say"},
	{"", much_to_say, true, "status-verbose"},
	{"", dead, false, "status-files-only"},
};

START_TEST(a_screen_is_as_it_was_reviewed)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;
	struct world w;
	struct view view;

	make_world(&w, screens[_i].conf);
	screens[_i].spoil(&w);
	view = look_at(&w);
	status_text(&view, (struct style){.utf8 = true}, screens[_i].verbose, &out);
	golden_check(screens[_i].golden, &out);
	clear_world(&w);
}
END_TEST

START_TEST(no_line_is_wider_than_eighty_columns)
{
	for (int utf8 = 0; utf8 < 2; utf8++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT;
		struct world w;
		struct view view;

		make_world(&w, screens[_i].conf);
		screens[_i].spoil(&w);
		view = look_at(&w);
		status_text(&view, (struct style){.utf8 = utf8}, screens[_i].verbose, &out);
		for (const char *line = buf_str(&out); *line; line += strcspn(line, "\n") + 1)
			ck_assert_msg(wrap_width(line, strcspn(line, "\n")) <= WRAP_COLUMNS, "%s",
				      line);
		clear_world(&w);
	}
}
END_TEST

/* The colour of a mark must not change where lines are broken. */
START_TEST(colour_takes_no_room)
{
	CLEANUP(buf_clear) struct buf plain = BUF_INIT, coloured = BUF_INIT, shown = BUF_INIT;
	struct world w;
	struct view view;

	make_world(&w, screens[_i].conf);
	screens[_i].spoil(&w);
	view = look_at(&w);
	status_text(&view, (struct style){.utf8 = true}, false, &plain);
	status_text(&view, (struct style){.utf8 = true, .colour = true}, false, &coloured);
	for (const char *text = buf_str(&coloured); *text;) {
		size_t len = strcspn(text, "\x1b");

		buf_add(&shown, text, len);
		text += len;
		text += *text ? strcspn(text, "m") + 1 : 0;
	}
	ck_assert_str_eq(buf_str(&shown), buf_str(&plain));
	ck_assert(w.dead || shown.len < coloured.len);
	clear_world(&w);
}
END_TEST

/* As many sites as there can be, in a document as they are on the screen. */
START_TEST(machines_are_told_the_same)
{
	CLEANUP(buf_clear) struct buf conf = BUF_INIT;
	struct world w;
	struct view view;
	cJSON *root, *path, *sites;

	for (int i = 0; i < CONF_SITES_MAX; i++)
		buf_addf(&conf, "[site s%d]\n", i);
	make_world(&w, buf_str(&conf));
	w.dump.peers[1].handshake = NOW + 1;
	view = look_at(&w);
	root = status_json(&view);
	path = cJSON_GetObjectItem(root, "path");
	sites = cJSON_GetObjectItem(root, "sites");
	ck_assert_int_eq(cJSON_GetArraySize(path), 3 + 2 * CONF_SITES_MAX);
	ck_assert_int_eq(cJSON_GetArraySize(sites), CONF_SITES_MAX);
	ck_assert_str_eq(
		cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(path, 5), "site")),
		"s1");
	ck_assert_str_eq(
		cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetArrayItem(path, 3), "mark")),
		"good");
	ck_assert(cJSON_GetNumberValue(cJSON_GetObjectItem(cJSON_GetArrayItem(sites, 0),
							   "handshake_age")) == 12);
	ck_assert(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(sites, 1), "handshake_age")));
	cJSON_Delete(root);
	clear_world(&w);
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("status");

	unit_add_table(tcase, an_age_is_in_words, ages);
	unit_add_table(tcase, an_amount_is_in_words, amounts);
	unit_add_table(tcase, a_time_is_read, times);
	unit_add_table(tcase, a_hop_is_judged, hops);
	unit_add_table(tcase, a_screen_is_as_it_was_reviewed, screens);
	unit_add_table(tcase, no_line_is_wider_than_eighty_columns, screens);
	unit_add_table(tcase, colour_takes_no_room, screens);
	tcase_add_test(tcase, machines_are_told_the_same);
	return unit_finish();
}
