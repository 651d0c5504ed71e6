/* SPDX-License-Identifier: MIT */
#include "apply/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/kernel_ra.h"
#include "apply/sshd.h"
#include "apply/state.h"
#include "apply/state_before.h"
#include "apply/sysctl_live.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_tree.h"
#include "base/process.h"
#include "net/inventory.h"

#define CONF_DIR "/proc/sys/net/ipv6/conf"
#define PROGRAM_DEADLINE_MS 20000

/* What a program that fails has to say is kept as well. */
static int take_text(int root, const char *name, const char *const argv[], struct error *err)
{
	CLEANUP(buf_clear) struct buf output = BUF_INIT;
	struct process process = {
		.argv = argv, .input = -1, .extra = -1, .deadline_ms = PROGRAM_DEADLINE_MS};
	char path[64];

	if (process_run(&process, &output, NULL) < 0)
		return 0;
	snprintf(path, sizeof(path), STATE_DIR "/%s.before", name);
	return file_write(root, path, &output, 0600, err);
}

static int take_texts(int root, struct error *err)
{
	static const struct {
		const char *name;
		const char *argv[6];
	} texts[] = {
		{"sshd-T", {"sshd", "-T"}},
		{"ufw", {"ufw", "status", "verbose"}},
		{"v6addr", {"ip", "-6", "addr"}},
		{"v6route", {"ip", "-6", "route"}},
	};
	int r = file_mkdir(root, STATE_DIR, 0700, err);

	if (r == 0)
		r = sshd_make_run_dir(root, err);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(texts); i++)
		r = take_text(root, texts[i].name, texts[i].argv, err);
	return r;
}

/* Of every interface: forwarding for all of them is set with the one key. */
static int take_sysctls(int root, struct state *state, struct error *err)
{
	static const char *const keys[] = {"forwarding", "accept_ra", "proxy_ndp"};
	CLEANUP(name_list_clear) struct name_list list = NAME_LIST_INIT;
	int r = file_list_directory(root, CONF_DIR, &list, err);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			struct sysctl_value value;
			char path[320];

			snprintf(path, sizeof(path), CONF_DIR "/%s/%s", list.names[i], keys[k]);
			if (sysctl_read(root, path, &value))
				state_set_sysctl(state, path, value.s);
		}
	}
	return r;
}

static void take_routes(struct state *state, const struct link_name *nic,
			const struct inventory *inventory)
{
	const struct link *link = inventory_link(inventory, nic->s);

	state_set_text(state, "nic", nic->s);
	if (link)
		state_set_text(state, "allmulti", link->allmulti ? "on" : "off");
	for (size_t i = 0; link && i < inventory->route_count; i++)
		if (inventory->routes[i].index == link->index &&
		    kernel_ra_asks_for(&inventory->routes[i]))
			state_add_route(state, kernel_ra_route_text(&inventory->routes[i]).s);
	for (size_t i = 0; link && i < inventory->address_count; i++)
		if (inventory->addresses[i].index == link->index)
			state_add_route(state, kernel_ra_address_text(&inventory->addresses[i]).s);
}

int snapshot_take(int root, struct state *state, const struct link_name *nic,
		  const struct inventory *inventory, struct error *err)
{
	int r;

	if (state_text(state, "snapshot"))
		return 0;
	r = take_texts(root, err);
	if (r == 0)
		r = take_sysctls(root, state, err);
	if (r < 0)
		return error_wrap(err, r, "snapshot");
	take_routes(state, nic, inventory);
	state_set_text(state, "snapshot", clock_utc().s);
	return 0;
}
