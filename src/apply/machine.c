/* SPDX-License-Identifier: MIT */
#include "apply/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/stat.h>

#include "apply/sshd.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "net/inventory.h"
#include "net/ra_route.h"
#include "relay/relay.h"
#include "render/files.h"
#include "render/ndppd.h"
#include "render/sshd.h"
#include "render/wgquick.h"

#define UFW_FILE_MAX (4 * 1024 * 1024)
#define SYSCTL_MAX 64
#define IPV6_ROUTE "/proc/net/ipv6_route"
#define IPV6_ROUTE_MAX (16 * 1024 * 1024)
#define WANTS "/etc/systemd/system/multi-user.target.wants"

const char *const machine_unit_patterns[] = {
	"wg-quick@*.service",
	"ndppd.service",
	"ssh.service",
	"sshd.service",
	"sixrelay.timer",
	"sys-subsystem-net-devices-*.device",
	NULL,
};

static bool is_installed(const char *program)
{
	struct process_path path;

	return process_find(&path, program);
}

static void gather_programs(struct machine *machine, int root)
{
	machine->has_wg_quick = is_installed("wg-quick") && is_installed("wg");
	machine->has_ndppd = is_installed("ndppd");
	machine->has_ufw = is_installed("ufw");
	machine->has_sshd = is_installed("sshd") && file_exists(root, SSHD_CONFIG);
}

/* With the drop-in as it is, or would be. */
static void gather_logins(struct machine *machine, int root, const struct relay *relay)
{
	CLEANUP(buf_clear) struct buf drop_in = BUF_INIT;

	if (!relay->manage_sshd || !machine->has_sshd)
		return;
	render_sshd(machine->sshd_forbids_root, &drop_in);
	logins_find_asking(root, &drop_in, &machine->key_login);
}

/* A masked unit keeps its links, and starts no more (systemctl(1), mask). */
static bool is_masked(int root, const char *name)
{
	static const char *const dirs[] = {"/etc/systemd/system", "/run/systemd/system"};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		char path[sizeof("/run/systemd/system/") + UNIT_NAME_MAX];
		CLEANUP(cleanup_fd) int fd = -1;
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		fd = file_open(root, path, O_PATH);
		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode))
			return true;
	}
	return false;
}

/* The usual link tells it for the price of a look; systemd, asked, goes over all its directories.
 */
static int gather_enabled(int root, struct units *units, const char *name,
			  struct unit_status *status, struct error *err)
{
	char link[sizeof(WANTS) + UNIT_NAME_MAX];

	if (is_masked(root, name)) {
		snprintf(status->file_state, sizeof(status->file_state), "masked");
		return 0;
	}
	snprintf(link, sizeof(link), WANTS "/%s", name);
	if (!file_exists(root, link))
		return units_query_file(units, name, status, err);
	snprintf(status->file_state, sizeof(status->file_state), "enabled");
	return 0;
}

static int gather_units(struct machine *machine, int root, const struct relay *relay,
			struct units *units, struct error *err)
{
	struct device_unit device_name = device_unit(&relay->nic);
	struct unit_status device;
	const struct {
		const char *name;
		struct unit_status *status;
	} asks[] = {
		{machine->wg_unit, &machine->wg},    {"ndppd.service", &machine->ndppd},
		{"ssh.service", &machine->ssh},	     {"sshd.service", &machine->sshd},
		{"sixrelay.timer", &machine->timer}, {device_name.s, &device},
	};
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(asks); i++) {
		r = units_query(units, asks[i].name, asks[i].status, err);
		if (r < 0)
			return r;
	}
	machine->device_active = unit_is_active(&device);
	r = gather_enabled(root, units, machine->wg_unit, &machine->wg, err);
	return r < 0 ? r : gather_enabled(root, units, "ndppd.service", &machine->ndppd, err);
}

/* A missing rule file has no rule; with IPV6=no ufw has no business with the second one. */
static int gather_ufw(struct machine *machine, int root, const struct relay *relay,
		      struct error *err)
{
	CLEANUP(buf_clear) struct buf conf = BUF_INIT, defaults = BUF_INIT;
	CLEANUP(buf_clear) struct buf rules = BUF_INIT, rules6 = BUF_INIT;
	const struct {
		const char *path;
		struct buf *out;
	} files[] = {{UFW_CONF, &conf},
		     {UFW_DEFAULTS, &defaults},
		     {UFW_RULES, &rules},
		     {UFW_RULES6, &rules6}};

	for (size_t i = 0; i < 4; i++) {
		int r = file_read(root, files[i].path, UFW_FILE_MAX, files[i].out, NULL, err);

		if (r < 0 && r != -ENOENT)
			return error_wrap(err, r, "ufw");
	}
	machine->ufw_enabled = ufw_setting_is(buf_str(&conf), "ENABLED", "yes");
	machine->ufw_no_ipv6 = ufw_setting_is(buf_str(&defaults), "IPV6", "no");
	for (int i = 0; i < UFW_RULE_COUNT; i++) {
		enum ufw_rule rule = (enum ufw_rule)i;

		machine->ufw_have[i] = ufw_rules_have(buf_str(&rules), rule, relay->listen_port,
						      relay->wg_interface.s) &&
				       (machine->ufw_no_ipv6 ||
					ufw_rules_have(buf_str(&rules6), rule, relay->listen_port,
						       relay->wg_interface.s));
	}
	return 0;
}

static void gather_sysctls(char values[static SYSCTL_COUNT], int root, const struct relay *relay)
{
	struct sysctl list[SYSCTL_COUNT];

	sysctl_list(relay, list);
	for (int i = 0; i < SYSCTL_COUNT; i++) {
		CLEANUP(buf_clear) struct buf value = BUF_INIT;

		values[i] = '\0';
		if (file_read(root, list[i].path, SYSCTL_MAX, &value, NULL, NULL) == 0 && value.len)
			values[i] = value.data[0];
	}
}

bool machine_awaits_route(int root, const struct relay *relay, const struct inventory *inventory)
{
	char values[SYSCTL_COUNT];

	gather_sysctls(values, root, relay);
	return values[0] == '0' && !inventory_default_route(inventory, relay->nic_index);
}

/* networkd sets accept_ra to 0 on a NIC that it manages, and has a default route from an RA all the
 * same: then the kernel must not take RAs beside it. A route that the kernel itself took before
 * accept_ra became 0 looks the same to rtnetlink, and nobody renews it. */
static bool nic_is_managed(const struct machine *machine, int root, const struct relay *relay,
			   const struct inventory *inventory)
{
	const struct route *route = inventory_default_route(inventory, relay->nic_index);
	CLEANUP(buf_clear) struct buf routes = BUF_INIT;

	return machine->sysctl[0] == '0' && route && route->protocol == RTPROT_RA &&
	       file_read(root, IPV6_ROUTE, IPV6_ROUTE_MAX, &routes, NULL, NULL) == 0 &&
	       ra_route_is_managed(buf_str(&routes), relay->nic.s);
}

/* A tunnel has no Ethernet address. What has one is another network: Docker's, or a private one of
 * Vultr's. */
static bool name_is_taken(const struct relay *relay, const struct inventory *inventory)
{
	const struct link *link = inventory_link(inventory, relay->wg_interface.s);

	return link && link->has_mac;
}

static bool tunnel_is_up(const struct relay *relay, const struct inventory *inventory)
{
	const struct link *link = inventory_link(inventory, relay->wg_interface.s);

	if (!link || !inventory_has_address(inventory, link->index, &relay->vps_transit))
		return false;
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING &&
		    !inventory_route(inventory, &relay->sites[i].prefix, link->index,
				     WGQUICK_ROUTE_METRIC))
			return false;
	return true;
}

int machine_gather(struct machine *machine, int root, bool live, const struct relay *relay,
		   const struct inventory *inventory, struct units *units, struct error *err)
{
	int r;

	machine->live = live;
	machine->ndppd_native = file_exists(root, "/usr/lib/systemd/system/ndppd.service") ||
				file_exists(root, "/lib/systemd/system/ndppd.service");
	machine->hardening_present = file_exists(root, FILE_SSHD);
	machine->sshd_includes = sshd_includes_drop_ins(root);
	machine->sshd_forbids_root = sshd_forbids_root(root);
	snprintf(machine->wg_unit, sizeof(machine->wg_unit), "wg-quick@%s.service",
		 relay->wg_interface.s);
	if (!live) {
		machine->device_active = true;
		machine->has_sshd = file_exists(root, SSHD_CONFIG);
		logins_find(root, &machine->key_login);
		return 0;
	}
	gather_programs(machine, root);
	gather_logins(machine, root, relay);
	gather_sysctls(machine->sysctl, root, relay);
	machine->nic_managed = nic_is_managed(machine, root, relay, inventory);
	machine->name_taken = name_is_taken(relay, inventory);
	machine->tunnel_up = tunnel_is_up(relay, inventory);
	r = gather_ufw(machine, root, relay, err);
	if (r < 0 || !units)
		return r;
	r = gather_units(machine, root, relay, units, err);
	if (r == 0)
		machine->units_known = true;
	return r;
}
