/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "apply/state_before.h"
#include "apply/ufw.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "sample.h"

#define FILES_MAX 32
#define WG0 "/etc/wireguard/wg0.conf"

/* All that a plan looks at. */
struct world {
	int root;
	struct relay relay;
	struct machine machine;
	struct state state;
	struct file_list list;
	struct change changes[FILES_MAX];
	struct plan plan;
};

static struct world w;

/* A machine on which all is as it shall be. */
static struct machine machine_at_rest(void)
{
	struct machine machine = {
		.live = true,
		.has_wg_quick = true,
		.has_ndppd = true,
		.has_ufw = true,
		.has_sshd = true,
		.key_login = {.possible = true, .known = true},
		.hardening_present = true,
		.sshd_includes = true,
		.units_known = true,
		.wg_unit = "wg-quick@wg0.service",
		.wg = {.active_state = "active", .file_state = "enabled"},
		.ndppd = {.active_state = "active", .file_state = "enabled"},
		.ssh = {.active_state = "active"},
		.device_active = true,
		.ufw_enabled = true,
		.ufw_have = {true, true, true},
		.sysctl = {'2', '1', '1', '1'},
		.tunnel_up = true,
	};

	return machine;
}

static void setup(void)
{
	memset(&w, 0, sizeof(w));
	unit_directory(&w.root);
	w.machine = machine_at_rest();
	ck_assert_int_eq(state_load(&w.state, w.root, NULL), 0);
	state_set_text(&w.state, "wg_interface", "wg0");
	state_set_text(&w.state, "listen_port", "51820");
}

static void teardown(void)
{
	plan_clear(&w.plan);
	changes_clear(w.changes, w.list.count);
	file_list_clear(&w.list);
	state_clear(&w.state);
	close(w.root);
}

/* Makes a file differ; old is its content, NULL when it isn't there. */
static void differ(const char *path, const char *old, bool foreign)
{
	const struct file_spec *spec = file_list_find(&w.list, path);
	struct change *change;

	ck_assert_msg(spec, "%s is not in the list", path);
	change = &w.changes[spec - w.list.specs];
	change->kind = old ? CHANGE_UPDATE : CHANGE_CREATE;
	change->foreign = foreign;
	if (old)
		buf_adds(&change->old, old);
}

/* The configuration of other settings, as what is on disk. */
static void differ_from_settings(const char *conf, bool foreign)
{
	CLEANUP(buf_clear) struct buf old = BUF_INIT;
	struct file_list list CLEANUP(file_list_clear) = FILE_LIST_INIT;
	struct relay relay = sample_relay(conf);

	render_files(&relay, &(struct file_choices){0}, &list);
	buf_adds(&old, buf_str(&file_list_find(&list, WG0)->content));
	differ(WG0, buf_str(&old), foreign);
}

static void nothing(void)
{
}

static void no_metadata(void)
{
	state_set_text(&w.state, "silent", "2026-11-23T04:55:00Z");
}

/* Vultr's image: ufw active, no ndppd unit that runs, nothing of ours. */
static void fresh(void)
{
	for (size_t i = 0; i < w.list.count; i++)
		w.changes[i].kind = CHANGE_CREATE;
	state_set_text(&w.state, "wg_interface", NULL);
	state_set_text(&w.state, "listen_port", NULL);
	w.machine.wg = (struct unit_status){.active_state = "inactive", .file_state = "disabled"};
	w.machine.ndppd = (struct unit_status){.active_state = "inactive"};
	memset(w.machine.ufw_have, 0, sizeof(w.machine.ufw_have));
	memset(w.machine.sysctl, '0', sizeof(w.machine.sysctl));
	w.machine.tunnel_up = false;
	w.machine.hardening_present = false;
}

static void fresh_managed(void)
{
	fresh();
	w.machine.nic_managed = true;
}

static void native_ndppd(void)
{
	w.machine.ndppd_native = true;
}

static void no_device_unit(void)
{
	w.machine.device_active = false;
}

static void fresh_native_ndppd(void)
{
	native_ndppd();
	fresh();
}

static void fresh_without_programs(void)
{
	fresh();
	w.machine.has_wg_quick = w.machine.has_ndppd = w.machine.has_ufw = false;
}

static void fresh_below_root(void)
{
	fresh();
	w.machine = (struct machine){
		.has_sshd = true, .key_login = {.possible = true}, .sshd_includes = true};
}

static void not_after_a_boot(void)
{
	memset(w.machine.sysctl, '0', sizeof(w.machine.sysctl));
	memset(w.machine.sysctl, '\0', 1); /* can't be read: set all the same */
}

static void peer_changed(void)
{
	differ_from_settings("[site home]\nrouter_public_key = "
			     "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n",
			     false);
}

static void peer_changed_tunnel_down(void)
{
	peer_changed();
	w.machine.tunnel_up = false;
}

static void peer_edited(void)
{
	differ_from_settings("[site home]\nrouter_public_key = "
			     "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n",
			     true);
	state_set_before(&w.state, WG0, &(struct before){.kind = BEFORE_ABSENT});
}

static void peer_changed_pending(void)
{
	peer_changed();
	state_set_pending(&w.state, STAGE_TUNNEL, true);
}

static void address_changed(void)
{
	differ_from_settings("[relay]\ntransit = fd00::/64\n", false);
}

static void route_changed(void)
{
	differ_from_settings("[site home]\nprefix = original\n", false);
}

static void conf_of_another(void)
{
	differ(WG0, "[Interface]\nPostDown = iptables -F\n", true);
}

static void conf_of_another_not_running(void)
{
	conf_of_another();
	strcpy(w.machine.wg.active_state, "inactive");
	w.machine.tunnel_up = false;
}

static void tunnel_died(void)
{
	strcpy(w.machine.wg.active_state, "failed");
	w.machine.tunnel_up = false;
}

/* Active, says systemd, since nothing runs: but somebody deleted the link, or the route. */
static void link_deleted(void)
{
	w.machine.tunnel_up = false;
}

static void units_starting(void)
{
	strcpy(w.machine.wg.active_state, "activating");
	strcpy(w.machine.ndppd.active_state, "activating");
	w.machine.tunnel_up = false;
}

static void units_disabled(void)
{
	strcpy(w.machine.wg.file_state, "disabled");
	strcpy(w.machine.ndppd.file_state, "");
}

static void tunnel_pending(void)
{
	state_set_pending(&w.state, STAGE_TUNNEL, true);
}

static void all_pending(void)
{
	for (int stage = 0; stage < STAGE_COUNT; stage++)
		state_set_pending(&w.state, (enum stage)stage, true);
}

static void ndppd_edited(void)
{
	differ("/etc/ndppd.conf", "proxy eth9 {\n}\n", true);
}

static void ndppd_mode(void)
{
	differ("/etc/ndppd.conf", "", false);
	w.changes[file_list_find(&w.list, "/etc/ndppd.conf") - w.list.specs].kind = CHANGE_MODE;
}

static void service_changed(void)
{
	differ("/etc/systemd/system/ndppd.service", "[Unit]\n", false);
}

static void ndppd_died(void)
{
	strcpy(w.machine.ndppd.active_state, "failed");
}

static void no_wg_quick(void)
{
	w.machine.has_wg_quick = false;
	strcpy(w.machine.wg.active_state, "inactive");
	strcpy(w.machine.wg.file_state, "");
	w.machine.tunnel_up = false;
}

static void no_ndppd(void)
{
	w.machine.has_ndppd = false;
	strcpy(w.machine.ndppd.active_state, "inactive");
}

static void no_ufw(void)
{
	w.machine.has_ufw = w.machine.ufw_enabled = false;
	memset(w.machine.ufw_have, 0, sizeof(w.machine.ufw_have));
}

static void ufw_inactive(void)
{
	no_ufw();
	w.machine.has_ufw = true;
}

static void ufw_partial(void)
{
	w.machine.ufw_have[UFW_ROUTE_OUT] = false;
}

static void fresh_name_taken(void)
{
	ufw_inactive();
	w.machine.ufw_enabled = w.machine.name_taken = true;
}

static void no_bus(void)
{
	w.machine.units_known = false;
	strcpy(w.machine.units_error.text, "connect: No such file");
	w.machine.wg = w.machine.ndppd = w.machine.ssh = (struct unit_status){0};
	differ(WG0, "[Interface]\n", false);
}

static void no_endpoint(void)
{
	w.relay.has_endpoint = false;
}

static void sshd_edited(void)
{
	differ("/etc/ssh/sshd_config.d/00-hardening.conf", "PasswordAuthentication yes\n", true);
}

static void sshd_of_another_name(void)
{
	sshd_edited();
	strcpy(w.machine.ssh.active_state, "inactive");
	strcpy(w.machine.sshd.active_state, "active");
}

static void sshd_socket_activated(void)
{
	sshd_edited();
	strcpy(w.machine.ssh.active_state, "inactive");
}

static void sshd_without_include(void)
{
	sshd_edited();
	w.machine.sshd_includes = false;
}

static void no_key(void)
{
	w.machine.key_login.possible = w.machine.hardening_present = false;
}

/* The drop-in is somebody else's. */
static void no_key_left(void)
{
	w.machine.key_login.possible = false;
}

static void no_key_left_of_ours(void)
{
	CLEANUP(buf_clear) struct buf drop_in = BUF_INIT;

	no_key_left();
	state_set_ours(&w.state, "/etc/ssh/sshd_config.d/00-hardening.conf", &drop_in);
}

static void no_key_left_that_is_known(void)
{
	no_key_left_of_ours();
	w.machine.key_login.known = false;
}

static void no_key_left_below_root(void)
{
	no_key_left_that_is_known();
	w.machine.live = w.machine.units_known = false;
	w.machine.ssh = (struct unit_status){0};
}

static void root_forbidden(void)
{
	w.machine.sshd_forbids_root = true;
}

static void no_sshd(void)
{
	w.machine.has_sshd = w.machine.key_login.possible = w.machine.hardening_present = false;
}

static void detached(void)
{
	w.relay.sites[0].state = SITE_DETACHED;
}

static void waiting(void)
{
	w.relay.sites[0].state = SITE_WAITING;
	fresh();
}

static void second_waits(void)
{
	w.relay.sites[1].state = SITE_WAITING;
}

static void renamed(void)
{
	state_set_text(&w.state, "wg_interface", "old0");
	state_set_ufw_rule(&w.state, "allow 51820/udp comment WireGuard", UFW_ADDED);
	state_set_ufw_rule(&w.state, "route allow in on old0", UFW_ADDED);
	state_set_ufw_rule(&w.state, "route allow out on old0", UFW_ADDED);
	w.machine.ufw_have[UFW_ROUTE_IN] = w.machine.ufw_have[UFW_ROUTE_OUT] = false;
	differ(WG0, NULL, false);
	w.machine.wg = (struct unit_status){.active_state = "inactive", .file_state = "disabled"};
	w.machine.tunnel_up = false;
}

static void port_changed(void)
{
	state_set_text(&w.state, "listen_port", "443");
	state_set_ufw_rule(&w.state, "allow 443/udp comment WireGuard", UFW_ADDED);
	w.machine.ufw_have[UFW_LISTEN_PORT] = false;
	differ_from_settings("[relay]\nlisten_port = 443\n", false);
}

/* The rule for the old port was the user's own. */
static void port_changed_rule_not_ours(void)
{
	port_changed();
	state_set_ufw_rule(&w.state, "allow 443/udp comment WireGuard", NULL);
}

#define UFW_STEPS                                                                                  \
	"ufw allow 51820/udp comment WireGuard\nufw route allow in on wg0\n"                       \
	"ufw route allow out on wg0\n"
#define SYSCTL_NIC                                                                                 \
	"set /proc/sys/net/ipv6/conf/enp1s0/accept_ra = 2\n"                                       \
	"set /proc/sys/net/ipv6/conf/enp1s0/proxy_ndp = 1\n"
#define SYSCTL_ALL                                                                                 \
	"set /proc/sys/net/ipv6/conf/all/forwarding = 1\n"                                         \
	"set /proc/sys/net/ipv6/conf/default/forwarding = 1\n"
#define WRITE_SYSCTL "write /etc/sysctl.d/99-wg-relay.conf\n"
#define WRITE_TUNNEL                                                                               \
	"write /etc/wireguard/server.key\nwrite /etc/wireguard/server.pub\n"                       \
	"write /etc/wireguard/mikrotik.key\nwrite /etc/wireguard/mikrotik.pub\n"                   \
	"write /etc/wireguard/wg0.conf\n"
#define START_TUNNEL "enable wg-quick@wg0.service\nrestart wg-quick@wg0.service\n"
#define WRITE_NDPPD "write /etc/ndppd.conf\n"
#define WRITE_SERVICE "write /etc/systemd/system/ndppd.service\n"
#define RELOAD_SYSTEMD "reload systemd's unit files\n"
#define START_NDPPD "enable ndppd.service\nrestart ndppd.service\n"
#define WRITE_SSHD "write /etc/ssh/sshd_config.d/00-hardening.conf\n"
#define SSHD "test sshd's configuration\n" WRITE_SSHD
#define SSHD_BACK "take back /etc/ssh/sshd_config.d/00-hardening.conf\n"
#define RELOAD_SSH "reload ssh.service\n"

static const struct {
	const char *name, *conf;
	void (*set)(void);
	const char *steps; /* in their order */
	const char *notes; /* kinds, in their order */
	const char *words; /* of one of the notes; NULL: of no interest */
} rows[] = {
	{"nothing to do", "", nothing, "", "", NULL},
	{"a fresh machine", "", fresh,
	 UFW_STEPS WRITE_SYSCTL SYSCTL_NIC SYSCTL_ALL WRITE_TUNNEL START_TUNNEL WRITE_NDPPD
		 WRITE_SERVICE RELOAD_SYSTEMD START_NDPPD SSHD RELOAD_SSH,
	 "", NULL},
	{"networkd looks after the NIC", "", fresh_managed,
	 UFW_STEPS WRITE_SYSCTL SYSCTL_ALL WRITE_TUNNEL START_TUNNEL WRITE_NDPPD WRITE_SERVICE
		 RELOAD_SYSTEMD START_NDPPD SSHD RELOAD_SSH,
	 "", NULL},
	{"the distribution has a unit for ndppd", "", fresh_native_ndppd,
	 UFW_STEPS WRITE_SYSCTL SYSCTL_NIC SYSCTL_ALL WRITE_TUNNEL START_TUNNEL WRITE_NDPPD
		 START_NDPPD SSHD RELOAD_SSH,
	 "", NULL},
	{"nothing is installed", "", fresh_without_programs,
	 WRITE_SYSCTL SYSCTL_NIC SYSCTL_ALL WRITE_TUNNEL WRITE_NDPPD WRITE_SERVICE SSHD RELOAD_SSH,
	 "warning problem problem", "apt-get install wireguard-tools"},
	{"below another root", "", fresh_below_root,
	 WRITE_SYSCTL WRITE_TUNNEL WRITE_NDPPD WRITE_SERVICE WRITE_SSHD, "", NULL},
	{"the tunnel has another network's name", "", fresh_name_taken,
	 "ufw allow 51820/udp comment WireGuard\n", "problem", "wg_interface = wg0"},
	{"settings that keep off", "[relay]\nmanage_ufw = no\nmanage_sshd = no\n", fresh,
	 WRITE_SYSCTL SYSCTL_NIC SYSCTL_ALL WRITE_TUNNEL START_TUNNEL WRITE_NDPPD WRITE_SERVICE
		 RELOAD_SYSTEMD START_NDPPD,
	 "", NULL},
	{"sysctls reset", "", not_after_a_boot, SYSCTL_NIC SYSCTL_ALL, "", NULL},
	/* the tunnel */
	{"a peer changed", "", peer_changed, "write " WG0 "\nreload wg-quick@wg0.service\n", "",
	 NULL},
	{"a peer changed, tunnel down", "", peer_changed_tunnel_down,
	 "write " WG0 "\nrestart wg-quick@wg0.service\n", "", NULL},
	{"a peer changed, a run cut short", "", peer_changed_pending,
	 "write " WG0 "\nrestart wg-quick@wg0.service\n", "", NULL},
	{"a peer edited by hand", "", peer_edited, "write " WG0 "\nreload wg-quick@wg0.service\n",
	 "kept", WG0 " is not as sixrelay left it"},
	{"an address changed", "", address_changed, "write " WG0 "\nrestart wg-quick@wg0.service\n",
	 "", NULL},
	{"a route changed", "", route_changed, "write " WG0 "\nrestart wg-quick@wg0.service\n", "",
	 NULL},
	{"somebody's tunnel", "", conf_of_another,
	 "stop wg-quick@wg0.service\nwrite " WG0 "\nrestart wg-quick@wg0.service\n", "kept",
	 WG0 " was there before sixrelay"},
	{"somebody's tunnel, stopped", "", conf_of_another_not_running,
	 "write " WG0 "\nrestart wg-quick@wg0.service\n", "kept", WG0},
	{"the tunnel failed", "", tunnel_died, "restart wg-quick@wg0.service\n", "", NULL},
	{"the link was deleted", "", link_deleted, "restart wg-quick@wg0.service\n", "", NULL},
	{"a run cut short", "", tunnel_pending, "restart wg-quick@wg0.service\n", "", NULL},
	{"a run cut short everywhere", "", all_pending,
	 "restart wg-quick@wg0.service\n" RELOAD_SYSTEMD "restart ndppd.service\n" RELOAD_SSH, "",
	 NULL},
	{"at boot, on their way", "", units_starting,
	 "start wg-quick@wg0.service\nstart ndppd.service\n", "", NULL},
	{"disabled by hand", "", units_disabled,
	 "enable wg-quick@wg0.service\nenable ndppd.service\n", "", NULL},
	{"another name", "", renamed,
	 "ufw route allow in on wg0\nufw route allow out on wg0\nstop wg-quick@old0.service\n"
	 "disable wg-quick@old0.service\nremove /etc/wireguard/old0.conf\nwrite " WG0
	 "\n" START_TUNNEL
	 "ufw route delete allow in on old0\nufw route delete allow out on old0\n",
	 "", NULL},
	{"another port", "", port_changed,
	 "ufw allow 51820/udp comment WireGuard\nwrite " WG0 "\nrestart wg-quick@wg0.service\n"
	 "ufw delete allow 443/udp\n",
	 "", NULL},
	{"another port, the rule was there before", "", port_changed_rule_not_ours,
	 "ufw allow 51820/udp comment WireGuard\nwrite " WG0 "\nrestart wg-quick@wg0.service\n", "",
	 NULL},
	/* ndppd */
	{"ndppd.conf edited", "", ndppd_edited, WRITE_NDPPD "restart ndppd.service\n", "kept",
	 "/etc/ndppd.conf"},
	{"ndppd.conf's mode", "", ndppd_mode, WRITE_NDPPD, "", NULL},
	{"the unit changed", "", service_changed,
	 WRITE_SERVICE RELOAD_SYSTEMD "enable ndppd.service\nrestart ndppd.service\n", "", NULL},
	{"ndppd failed", "", ndppd_died, "restart ndppd.service\n", "", NULL},
	/* what is missing */
	{"no wg-quick", "", no_wg_quick, "", "problem", "wireguard-tools"},
	{"no ndppd", "", no_ndppd, "", "problem", "apt-get install ndppd"},
	{"no metadata", "", no_metadata, "", "warning", "since 2026-11-23T04:55:00Z; what it said"},
	{"no ufw", "", no_ufw, "", "warning", "51820/udp"},
	{"ufw inactive", "", ufw_inactive, UFW_STEPS, "warning", "inactive"},
	{"a rule is missing", "", ufw_partial, "ufw route allow out on wg0\n", "", NULL},
	{"no bus", "", no_bus, "write " WG0 "\n", "problem", "connect: No such file"},
	{"no public IPv4", "", no_endpoint, "", "problem", "no public IPv4"},
	/* sshd */
	{"the drop-in edited", "", sshd_edited, SSHD RELOAD_SSH, "kept", "00-hardening.conf"},
	{"sshd.service", "", sshd_of_another_name, SSHD "reload sshd.service\n", "kept", NULL},
	{"started by its socket", "", sshd_socket_activated, SSHD, "kept", NULL},
	{"no include", "", sshd_without_include, SSHD RELOAD_SSH, "warning kept", "sshd_config.d"},
	{"nobody has a key", "", no_key, "", "warning", "NOT hardened"},
	{"nobody has a key any more", "", no_key_left, "", "warning", "before you log out"},
	{"nobody has a key any more, our file", "", no_key_left_of_ours, SSHD_BACK RELOAD_SSH,
	 "warning", "passwords log in again"},
	{"nobody is known to have a key", "", no_key_left_that_is_known, "", "warning",
	 "before you log out"},
	{"nobody has a key any more, below another root", "", no_key_left_below_root, SSHD_BACK,
	 "warning", "passwords log in again"},
	{"no sshd", "", no_sshd, "", "", NULL},
	{"nobody has a key, not managed", "[relay]\nmanage_sshd = no\n", no_key, "", "", NULL},
	/* prefixes */
	{"the /64 is gone", "", detached, "", "waiting", "2001:db8:0:2::/64 is no longer attached"},
	{"no /64 yet", "", waiting, "", "waiting", "Reserved IPs"},
	{"no IPv6 yet", "[site home]\nprefix = original\n", waiting, "", "waiting", "Enable IPv6"},
	{"one of two has none yet", "[site home]\n[site cabin]\n", second_waits, "", "waiting",
	 "site cabin"},
};

static void add_steps(struct buf *out)
{
	for (size_t i = 0; i < w.plan.step_count; i++)
		buf_addf(out, "%s\n", step_text(&w.plan.steps[i], &w.relay, &w.list).s);
}

static void make_plan(size_t row)
{
	struct file_choices chosen;

	w.relay = sample_relay(rows[row].conf);
	/* Choices of the machine's own come before the files that depend on them. */
	if (rows[row].set == fresh_native_ndppd)
		w.machine.ndppd_native = true;
	if (rows[row].set == no_sshd || strstr(rows[row].name, "nobody"))
		rows[row].set();
	chosen = plan_choices(&w.relay, &w.machine);
	render_files(&w.relay, &chosen, &w.list);
	ck_assert_uint_le(w.list.count, FILES_MAX);
	rows[row].set();
	plan_make(&w.plan, &w.relay, &w.machine, &w.state, &w.list, w.changes);
	ck_assert_int_eq(w.plan.error, 0);
}

START_TEST(each_state_of_a_machine_has_its_plan)
{
	CLEANUP(buf_clear) struct buf steps = BUF_INIT, notes = BUF_INIT;
	bool found = !rows[_i].words;

	make_plan((size_t)_i);
	add_steps(&steps);
	for (size_t i = 0; i < w.plan.note_count; i++) {
		buf_addf(&notes, "%s%s", i ? " " : "", note_label(w.plan.notes[i].kind));
		found |= rows[_i].words && strstr(w.plan.notes[i].text, rows[_i].words);
	}
	ck_assert_msg(!strcmp(buf_str(&steps), rows[_i].steps), "%s:\n%s-- and not --\n%s",
		      rows[_i].name, buf_str(&steps), rows[_i].steps);
	ck_assert_msg(!strcmp(buf_str(&notes), rows[_i].notes), "%s: %s, not %s", rows[_i].name,
		      buf_str(&notes), rows[_i].notes);
	ck_assert_msg(found, "%s: no note has '%s'", rows[_i].name, rows[_i].words);
}
END_TEST

START_TEST(stages_come_in_their_order)
{
	make_plan((size_t)_i);
	for (size_t i = 1; i < w.plan.step_count; i++)
		ck_assert_msg(w.plan.steps[i - 1].stage <= w.plan.steps[i].stage, "%s: step %zu",
			      rows[_i].name, i);
}
END_TEST

static const struct {
	const char *conf;
	void (*set)(void);
	struct file_choices expected; /* a service of ours, bound to the device; the drop-in */
} choices[] = {
	{"", nothing, {true, true, true, false}},
	{"", native_ndppd, {false, true, true, false}},
	{"", no_device_unit, {true, false, true, false}},
	{"", root_forbidden, {true, true, true, true}},
	{"", no_key, {true, true, false, false}},
	{"", no_key_left, {true, true, false, false}},
	{"", no_sshd, {true, true, false, false}},
	{"[relay]\nmanage_sshd = no\n", nothing, {true, true, false, false}},
};

START_TEST(the_machine_decides_on_some_files)
{
	struct file_choices got;

	w.relay = sample_relay(choices[_i].conf);
	choices[_i].set();
	got = plan_choices(&w.relay, &w.machine);
	ck_assert_int_eq(got.ndppd_service, choices[_i].expected.ndppd_service);
	ck_assert_int_eq(got.bind_device, choices[_i].expected.bind_device);
	ck_assert_int_eq(got.sshd, choices[_i].expected.sshd);
	ck_assert_int_eq(got.sshd_leave_root, choices[_i].expected.sshd_leave_root);
}
END_TEST

START_TEST(notes_are_printed_and_asked_for)
{
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	w.relay = sample_relay("");
	no_ufw();
	plan_make(&w.plan, &w.relay, &w.machine, &w.state, &w.list, w.changes);
	ck_assert(plan_has(&w.plan, NOTE_WARNING));
	ck_assert(!plan_has(&w.plan, NOTE_PROBLEM));
	plan_print_notes(&w.plan, &out);
	ck_assert_ptr_eq(strstr(buf_str(&out), "warning: ufw is not installed"), buf_str(&out));
}
END_TEST

int main(void)
{
	TCase *tcase = unit_start("plan");

	tcase_add_checked_fixture(tcase, setup, teardown);
	unit_add_table(tcase, each_state_of_a_machine_has_its_plan, rows);
	unit_add_table(tcase, stages_come_in_their_order, rows);
	unit_add_table(tcase, the_machine_decides_on_some_files, choices);
	tcase_add_test(tcase, notes_are_printed_and_asked_for);
	return unit_finish();
}
