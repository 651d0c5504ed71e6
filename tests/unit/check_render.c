/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "golden.h"
#include "render/files.h"
#include "render/ndppd.h"
#include "render/routeros.h"
#include "render/sshd.h"
#include "render/sysctl.h"
#include "render/wgquick.h"
#include "sample.h"

#define ROUTER_KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
#define TWO_SITES "[site home]\n[site cabin]\nprefix = original\nlan_bridge = br-lan\n"

static void sysctl(const struct relay *relay, struct buf *out)
{
	render_sysctl(relay, out);
}

static void wgquick(const struct relay *relay, struct buf *out)
{
	render_wgquick(relay, out);
}

static void ndppd(const struct relay *relay, struct buf *out)
{
	render_ndppd(relay, out);
}

static void service(const struct relay *relay, struct buf *out)
{
	render_ndppd_service(relay, true, out);
}

static void service_unbound(const struct relay *relay, struct buf *out)
{
	render_ndppd_service(relay, false, out);
}

static void sshd(const struct relay *relay, struct buf *out)
{
	(void)relay;
	render_sshd(false, out);
}

static void sshd_without_root(const struct relay *relay, struct buf *out)
{
	(void)relay;
	render_sshd(true, out);
}

static void script(const struct relay *relay, struct buf *out)
{
	render_routeros(relay, &relay->sites[0], true, out);
}

static void script_without_secret(const struct relay *relay, struct buf *out)
{
	render_routeros(relay, &relay->sites[0], false, out);
}

static void script_of_the_second(const struct relay *relay, struct buf *out)
{
	render_routeros(relay, &relay->sites[1], true, out);
}

static void revert(const struct relay *relay, struct buf *out)
{
	struct conf conf = sample_conf("[site home]\n");

	(void)relay;
	render_routeros_revert(&conf.sites[0], out);
}

static void revert_own(const struct relay *relay, struct buf *out)
{
	struct conf conf = sample_conf("[site cabin]\nrouter_interface = wg-456789012345\n");

	(void)relay;
	render_routeros_revert(&conf.sites[0], out);
}

static const struct {
	const char *golden;
	void (*render)(const struct relay *relay, struct buf *out);
	const char *conf;
} goldens[] = {
	{"sysctl", sysctl, ""},
	{"sysctl-dotted-nic", sysctl, "[relay]\nnic = enp1s0.7\n"},
	{"wgquick", wgquick, ""},
	{"wgquick-settings", wgquick,
	 "[relay]\nlisten_port = 443\nmtu = 1380\ntransit = fd00:1:2:3::/64\n"
	 "[site home]\nrouter_public_key = " ROUTER_KEY "\n"},
	{"wgquick-two-sites", wgquick, TWO_SITES},
	{"wgquick-one-waiting", wgquick, "[site a]\n[site b]\n[site c]\n"},
	{"ndppd", ndppd, ""},
	{"ndppd-auto", ndppd, "[relay]\nndppd_rule = auto\n"},
	{"ndppd-two-sites", ndppd, TWO_SITES},
	{"ndppd-one-waiting", ndppd, "[site a]\n[site b]\n[site c]\n"},
	{"ndppd-service", service, ""},
	{"ndppd-service-odd-nic", service, "[relay]\nnic = en-p1_s0.7\n"},
	{"ndppd-service-unbound", service_unbound, ""},
	{"sshd", sshd, ""},
	{"sshd-without-root", sshd_without_root, ""},
	{"routeros", script, ""},
	{"routeros-no-secret", script_without_secret, ""},
	{"routeros-own-key", script, "[site home]\nrouter_public_key = " ROUTER_KEY "\n"},
	{"routeros-allow-inbound", script, "[site home]\nallow_inbound = yes\n"},
	{"routeros-all", script,
	 "[relay]\nmtu = 1380\nlisten_port = 443\ntransit = fd12:3456:789a:bcde::/64\n[site home]\n"
	 "allow_inbound = yes\nra_mtu = no\nmss_clamp = yes\nlan_bridge = bridge-of-the-whole-LAN_12345\n"
	 "prefix = 2a05:f480:1c00:1a2b::/64\n"},
	{"routeros-revert", revert, ""},
	{"routeros-own-interface", script_of_the_second,
	 "[relay]\nmtu = 1380\nlisten_port = 51820\ntransit = fd12:3456:789a:bcde::/64\n[site home]\n"
	 "[site abcdefghijklmno]\nprefix = 2a05:f480:1c00:1a2b::/64\nallow_inbound = yes\n"
	 "mss_clamp = yes\nlan_bridge = bridge-of-the-whole-LAN_1234567\n"
	 "router_interface = wg-456789012345\n"},
	{"routeros-own-interface-revert", revert_own, ""},
	{"routeros-blank-in-bridge", script, "[site home]\nlan_bridge = bridge LAN\n"},
	{"routeros-second-site", script_of_the_second, TWO_SITES},
};

START_TEST(each_file_is_as_it_was_reviewed)
{
	struct relay relay = sample_relay(goldens[_i].conf);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	goldens[_i].render(&relay, &out);
	golden_check(goldens[_i].golden, &out);
}
END_TEST

/* What a paste into a terminal needs. */
START_TEST(a_script_is_printable_ascii_in_lines)
{
	struct relay relay = sample_relay(goldens[_i].conf);
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	if (strncmp(goldens[_i].golden, "routeros", 8) != 0)
		return;
	goldens[_i].render(&relay, &out);
	for (const char *c = buf_str(&out), *line = c; *c; c++) {
		ck_assert_msg(*c == '\n' || (*c >= ' ' && *c <= '~'), "byte %d", *c);
		if (*c == '\n') {
			ck_assert_msg(c - line < 200, "long: %.80s", line);
			line = c + 1;
		}
	}
	ck_assert_int_eq(out.data[out.len - 1], '\n');
	ck_assert_uint_lt(out.len, 16384);
}
END_TEST

START_TEST(only_the_whole_script_has_a_private_key)
{
	struct relay relay =
		sample_relay("[site home]\n[site cabin]\nrouter_public_key = " ROUTER_KEY "\n");
	struct wg_key_text key = wg_key_text(&relay.sites[0].router_private_key);
	struct wg_key_text server = wg_key_text(&relay.private_key);
	static const struct {
		int site;
		bool secret, expected;
	} rows[] = {{0, true, true}, {0, false, false}, {1, true, false}, {1, false, false}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP(buf_clear) struct buf out = BUF_INIT;

		render_routeros(&relay, &relay.sites[rows[i].site], rows[i].secret, &out);
		ck_assert_msg(!strstr(buf_str(&out), "private-key=") != rows[i].expected, "row %zu",
			      i);
		ck_assert_msg(!strstr(buf_str(&out), key.s) != rows[i].expected, "row %zu", i);
		ck_assert_ptr_null(strstr(buf_str(&out), server.s));
	}
}
END_TEST

static const struct {
	const char *name, *unit;
} devices[] = {
	{"enp1s0", "sys-subsystem-net-devices-enp1s0.device"},
	{"eth0.7", "sys-subsystem-net-devices-eth0.7.device"},
	{"a_b", "sys-subsystem-net-devices-a_b.device"},
	{"wg-relay", "sys-subsystem-net-devices-wg\\x2drelay.device"},
	{"a--------------", "sys-subsystem-net-devices-a\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d"
			    "\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d.device"},
};

START_TEST(a_device_unit_is_escaped_as_systemd_does)
{
	struct link_name name;

	ck_assert(link_name_parse(&name, devices[_i].name));
	ck_assert_str_eq(device_unit(&name).s, devices[_i].unit);
}
END_TEST

START_TEST(sysctls_are_set_in_an_order_that_keeps_the_default_route)
{
	struct relay relay = sample_relay("[relay]\nnic = enp1s0.7\n");
	struct sysctl list[SYSCTL_COUNT];
	int accept_ra = -1;

	sysctl_list(&relay, list);
	for (int i = 0; i < SYSCTL_COUNT; i++) {
		ck_assert_int_eq(list[i].of_nic, strstr(list[i].path, "/conf/enp1s0.7/") != NULL);
		if (strstr(list[i].path, "/accept_ra"))
			accept_ra = i;
		if (strstr(list[i].path, "/forwarding"))
			ck_assert_msg(accept_ra >= 0, "forwarding before accept_ra");
	}
	ck_assert_int_ge(accept_ra, 0);
	ck_assert_str_eq(list[accept_ra].path, "/proc/sys/net/ipv6/conf/enp1s0.7/accept_ra");
	ck_assert_int_eq(list[accept_ra].value, '2');
}
END_TEST

/* Whether a reload is enough from one set of settings to the other. */
static const struct {
	const char *a, *b;
	bool same;
} reloads[] = {
	{"", "", true},
	{"", "[site home]\nrouter_public_key = " ROUTER_KEY "\n", true},
	{"", "[site home]\nallow_inbound = yes\n", true},
	{"", "[relay]\nlisten_port = 51821\n", false},
	{"", "[relay]\nmtu = 1380\n", false},
	{"", "[relay]\ntransit = fd00::/64\n", false},
	{"", "[site home]\n[site cabin]\n", false}, /* a route more */
	{"", "[site home]\nprefix = original\n", false},
	{"[site home]\n[site cabin]\n", "[site cabin]\n[site home]\n", true},
};

START_TEST(a_reload_is_enough_when_only_peers_differ)
{
	struct relay a = sample_relay(reloads[_i].a), b = sample_relay(reloads[_i].b);
	CLEANUP(buf_clear) struct buf of_a = BUF_INIT, of_b = BUF_INIT;

	render_wgquick(&a, &of_a);
	render_wgquick(&b, &of_b);
	ck_assert_int_eq(wgquick_same_interface(buf_str(&of_a), buf_str(&of_b)), reloads[_i].same);
	ck_assert_int_eq(wgquick_same_interface(buf_str(&of_b), buf_str(&of_a)), reloads[_i].same);
	ck_assert(!wgquick_same_interface("", buf_str(&of_a)));
	ck_assert(!wgquick_same_interface(buf_str(&of_a), ""));
	ck_assert(!wgquick_same_interface("", ""));
}
END_TEST

static void add_files(const struct file_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct file_spec *spec = &list->specs[i];

		buf_addf(out, "%04o %s%s %s\n", (unsigned)spec->mode, stage_name(spec->stage),
			 spec->secret ? " secret" : "", spec->path.s);
	}
}

static const struct {
	const char *golden, *conf;
	struct file_choices choices;
} lists[] = {
	{"files", "", {true, true, true, false}},
	{"files-native-unit", "", {false, true, true, false}},
	{"files-no-sshd", "", {true, false, false, false}},
	{"files-own-key",
	 "[site home]\nrouter_public_key = " ROUTER_KEY "\n",
	 {true, true, true, false}},
	{"files-two-sites", TWO_SITES, {true, true, true, false}},
	{"files-one-waiting",
	 "[relay]\nwg_interface = relay\n[site a]\n[site b]\n[site c]\n",
	 {true, true, true, false}},
};

START_TEST(the_list_has_every_file_with_its_mode)
{
	struct relay relay = sample_relay(lists[_i].conf);
	struct file_list list CLEANUP(file_list_clear) = FILE_LIST_INIT;
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	render_files(&relay, &lists[_i].choices, &list);
	ck_assert_int_eq(list.error, 0);
	add_files(&list, &out);
	golden_check(lists[_i].golden, &out);
	for (size_t i = 0; i < list.count; i++) {
		const struct file_spec *spec = &list.specs[i];

		ck_assert_ptr_eq(file_list_find(&list, spec->path.s), spec);
		/* No private key in a file that others can read. */
		if (spec->mode & 0077) {
			ck_assert_ptr_null(
				strstr(buf_str(&spec->content), wg_key_text(&relay.private_key).s));
			for (size_t j = 0; j < relay.site_count; j++)
				if (relay.sites[j].has_router_private_key)
					ck_assert_ptr_null(strstr(
						buf_str(&spec->content),
						wg_key_text(&relay.sites[j].router_private_key).s));
		}
	}
	ck_assert_ptr_null(file_list_find(&list, "/etc/passwd"));
}
END_TEST

START_TEST(key_files_hold_the_keys)
{
	struct relay relay = sample_relay(TWO_SITES);
	const struct {
		const char *path;
		const struct wg_key *key;
	} rows[] = {
		{"/etc/wireguard/server.key", &relay.private_key},
		{"/etc/wireguard/server.pub", &relay.public_key},
		{"/etc/wireguard/mikrotik.key", &relay.sites[0].router_private_key},
		{"/etc/wireguard/mikrotik.pub", &relay.sites[0].router_public_key},
		{"/etc/wireguard/mikrotik-cabin.key", &relay.sites[1].router_private_key},
		{"/etc/wireguard/mikrotik-cabin.pub", &relay.sites[1].router_public_key},
	};
	struct file_list list CLEANUP(file_list_clear) = FILE_LIST_INIT;

	render_files(&relay, &(struct file_choices){0}, &list);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct file_spec *spec = file_list_find(&list, rows[i].path);
		CLEANUP(buf_clear) struct buf expected = BUF_INIT;

		ck_assert_msg(spec, "%s", rows[i].path);
		buf_addf(&expected, "%s\n", wg_key_text(rows[i].key).s);
		ck_assert_str_eq(buf_str(&spec->content), buf_str(&expected));
	}
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("render");

	unit_add_table(tcase, each_file_is_as_it_was_reviewed, goldens);
	unit_add_table(tcase, the_list_has_every_file_with_its_mode, lists);
	unit_add_table(tcase, a_script_is_printable_ascii_in_lines, goldens);
	unit_add_table(tcase, a_device_unit_is_escaped_as_systemd_does, devices);
	unit_add_table(tcase, a_reload_is_enough_when_only_peers_differ, reloads);
	tcase_add_test(tcase, only_the_whole_script_has_a_private_key);
	tcase_add_test(tcase, sysctls_are_set_in_an_order_that_keeps_the_default_route);
	tcase_add_test(tcase, key_files_hold_the_keys);
	return unit_finish();
}
