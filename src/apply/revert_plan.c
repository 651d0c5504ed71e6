/* SPDX-License-Identifier: MIT */
#include "apply/revert_plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/kernel_ra.h"
#include "apply/state.h"
#include "apply/units.h"
#include "base/array.h"
#include "render/files.h"

#define ALL_FORWARDING "/proc/sys/net/ipv6/conf/all/forwarding"

struct view {
	struct revert_plan *plan;
	const struct state *state;
	const struct revert_facts *facts;
};

static void add_step(struct revert_plan *plan, struct revert_step step)
{
	struct revert_step *added = array_append(&plan->steps, &plan->count, sizeof(*added));

	if (added)
		*added = step;
	else
		plan->error = -ENOMEM;
}

static size_t count_units(const struct state *state)
{
	size_t count = 0;

	while (state_unit(state, count))
		count++;
	return count;
}

bool revert_is_file_of(const char *unit, const char *path)
{
	struct link_name interface;

	if (unit_wgquick_interface(unit, &interface))
		return !strcmp(path, file_wgquick(&interface).s);
	return !strcmp(unit, "ndppd.service") &&
	       (!strcmp(path, FILE_NDPPD) || !strcmp(path, FILE_NDPPD_SERVICE));
}

/* What the owner's configuration has started, by an earlier run of ours, is left running. */
static bool is_stopped(const struct view *v, size_t i)
{
	return v->facts->live && v->facts->units[i].running &&
	       !state_unit_is_back(v->state, state_unit(v->state, i));
}

/* The last one that apply started goes first. All are stopped while their files are still ours:
 * wg-quick takes down what its configuration says. */
static void plan_stops(const struct view *v)
{
	for (size_t i = count_units(v->state); i-- > 0;)
		if (is_stopped(v, i))
			add_step(v->plan, (struct revert_step){.kind = REVERT_STOP,
							       .name = state_unit(v->state, i)});
}

static bool is_key(const char *path)
{
	static const char dir[] = DIR_WIREGUARD "/";
	const char *dot = strrchr(path, '.');

	return !strncmp(path, dir, strlen(dir)) && dot &&
	       (!strcmp(dot, ".key") || !strcmp(dot, ".pub"));
}

/* wg-quick writes the configuration anew that it takes down, if that says so (SaveConfig). */
static bool may_be_written(const struct view *v, const char *path)
{
	const char *unit;

	for (size_t i = 0; (unit = state_unit(v->state, i)); i++)
		if (is_stopped(v, i) && revert_is_file_of(unit, path))
			return true;
	return false;
}

static void plan_files(const struct view *v)
{
	struct before before;
	const char *path;

	for (size_t i = 0; (path = state_before_path(v->state, i)); i++) {
		enum before_now now = v->facts->files[i];
		bool known = state_get_before(v->state, path, &before);
		bool absent = known && before.kind == BEFORE_ABSENT;

		if (now == NOW_SAME && !may_be_written(v, path))
			continue;
		if (v->facts->keep_keys && is_key(path) && absent)
			continue;
		add_step(v->plan, (struct revert_step){.kind = REVERT_FILE,
						       .name = path,
						       .absent = absent,
						       .edited = now == NOW_EDITED,
						       .same = now == NOW_SAME});
	}
}

static void plan_links(const struct view *v)
{
	const char *unit, *path, *target;

	for (size_t i = 0; (unit = state_unit(v->state, i)); i++)
		if (v->facts->units[i].links_differ)
			add_step(v->plan,
				 (struct revert_step){.kind = REVERT_LINKS,
						      .name = unit,
						      .absent = !state_unit_link(v->state, unit, 0,
										 &path, &target)});
}

static void plan_directories(const struct view *v)
{
	size_t count = 0;

	while (state_directory(v->state, count))
		count++;
	while (count-- > 0)
		add_step(v->plan, (struct revert_step){.kind = REVERT_DIRECTORY,
						       .name = state_directory(v->state, count)});
}

/* A tunnel whose configuration wasn't there before ran without one: it can't be started. */
static bool can_start(const struct state *state, const char *unit)
{
	struct link_name interface;
	struct before before;

	return !unit_wgquick_interface(unit, &interface) ||
	       !state_get_before(state, file_wgquick(&interface).s, &before) ||
	       before.kind != BEFORE_ABSENT;
}

static void plan_starts(const struct view *v)
{
	const char *unit;

	if (state_unit(v->state, 0))
		add_step(v->plan, (struct revert_step){.kind = REVERT_MANAGER});
	for (size_t i = 0; (unit = state_unit(v->state, i)); i++)
		if (state_unit_active(v->state, unit) && can_start(v->state, unit))
			add_step(v->plan, (struct revert_step){.kind = REVERT_START, .name = unit});
}

static bool ends_with(const char *path, const char *end)
{
	return strlen(path) >= strlen(end) && !strcmp(path + strlen(path) - strlen(end), end);
}

/* Keys that have another value than they will have once all/forwarding, which sets the forwarding
 * of every interface and of "default", is as before. */
static void plan_sysctls_of(const struct view *v, bool forwarding, const char *all)
{
	const char *path, *value;

	for (size_t i = 0; state_sysctl(v->state, i, &path, &value); i++) {
		const char *now = v->facts->sysctls[i].s;

		if (!*now || ends_with(path, "/forwarding") != forwarding ||
		    !strcmp(path, ALL_FORWARDING))
			continue;
		if (forwarding && all)
			now = all;
		if (strcmp(now, value) != 0)
			add_step(v->plan, (struct revert_step){.kind = REVERT_SYSCTL,
							       .name = path,
							       .value = value});
	}
}

/* Forwarding first: with accept_ra below 2 the kernel takes no advertisements while it forwards. */
static void plan_sysctls(const struct view *v)
{
	const char *path, *value, *all = NULL;

	for (size_t i = 0; state_sysctl(v->state, i, &path, &value); i++) {
		const char *now = v->facts->sysctls[i].s;

		if (strcmp(path, ALL_FORWARDING) != 0 || !*now || !strcmp(now, value))
			continue;
		all = value;
		add_step(v->plan,
			 (struct revert_step){.kind = REVERT_SYSCTL, .name = path, .value = value});
	}
	plan_sysctls_of(v, true, all);
	plan_sysctls_of(v, false, NULL);
}

static void plan_routes(const struct view *v)
{
	const struct inventory *inventory = v->facts->inventory;

	for (size_t i = 0; i < inventory->address_count; i++)
		if (kernel_ra_address_is_extra(inventory, v->state, &inventory->addresses[i]))
			add_step(v->plan, (struct revert_step){.kind = REVERT_ADDRESS,
							       .address = inventory->addresses[i]});
	for (size_t i = 0; i < inventory->route_count; i++)
		if (kernel_ra_route_is_extra(inventory, v->state, &inventory->routes[i]))
			add_step(v->plan, (struct revert_step){.kind = REVERT_ROUTE,
							       .route = inventory->routes[i]});
}

/* ndppd sets it, and takes it back by itself, unless it was killed once: the next one finds it set
 * and leaves it so. */
static void plan_allmulti(const struct view *v)
{
	const char *nic = state_text(v->state, "nic"), *was = state_text(v->state, "allmulti");
	const struct link *link = nic ? inventory_link(v->facts->inventory, nic) : NULL;

	if (link && link->allmulti && was && !strcmp(was, "off"))
		add_step(v->plan, (struct revert_step){.kind = REVERT_ALLMULTI,
						       .name = nic,
						       .index = link->index});
}

static void plan_ufw(const struct view *v)
{
	const char *text;

	for (size_t i = 0; v->facts->has_ufw && (text = state_ufw_rule(v->state, i)); i++) {
		struct revert_step step = {.kind = REVERT_UFW};

		step.value = state_ufw_before(v->state, text);
		if (ufw_rule_parse(text, &step.rule, &step.port, &step.interface))
			add_step(v->plan, step);
	}
}

/* An apply that sshd's own test stopped has replaced nothing. */
static bool sshd_was_reloaded(const struct view *v)
{
	for (size_t i = 0; i < v->plan->count; i++)
		if (v->plan->steps[i].kind == REVERT_FILE &&
		    !strcmp(v->plan->steps[i].name, FILE_SSHD))
			return true;
	return state_has_written(v->state, FILE_SSHD) || state_text(v->state, "sshd");
}

void revert_plan_make(struct revert_plan *plan, const struct state *state,
		      const struct revert_facts *facts)
{
	struct view v = {plan, state, facts};

	plan_stops(&v);
	plan_files(&v);
	plan_links(&v);
	plan_directories(&v);
	if (!facts->live)
		return;
	plan_starts(&v);
	plan_sysctls(&v);
	plan_routes(&v);
	plan_allmulti(&v);
	plan_ufw(&v);
	if (facts->sshd && sshd_was_reloaded(&v))
		add_step(plan, (struct revert_step){.kind = REVERT_SSHD, .name = facts->sshd});
}

void revert_plan_clear(struct revert_plan *plan)
{
	free(plan->steps);
	*plan = REVERT_PLAN_INIT;
}

const char *revert_stage(enum revert_kind kind)
{
	switch (kind) {
	case REVERT_STOP:
	case REVERT_LINKS:
	case REVERT_MANAGER:
	case REVERT_START:
		return "units";
	case REVERT_FILE:
	case REVERT_DIRECTORY:
		return "files";
	case REVERT_SYSCTL:
		return "sysctl";
	case REVERT_ROUTE:
	case REVERT_ADDRESS:
	case REVERT_ALLMULTI:
		return "routes";
	case REVERT_UFW:
		return "firewall";
	case REVERT_SSHD:
		return "sshd";
	}
	return "";
}

struct revert_text revert_step_text(const struct revert_step *step)
{
	const struct route *route = &step->route;
	struct revert_text text = {""};

	switch (step->kind) {
	case REVERT_STOP:
		snprintf(text.s, sizeof(text.s), "stop %s", step->name);
		break;
	case REVERT_FILE:
		snprintf(text.s, sizeof(text.s), step->absent ? "remove %s" : "put back %s",
			 step->name);
		break;
	case REVERT_LINKS:
		snprintf(text.s, sizeof(text.s),
			 step->absent ? "disable %s" : "enable %s as before", step->name);
		break;
	case REVERT_MANAGER:
		snprintf(text.s, sizeof(text.s), "reload systemd's unit files");
		break;
	case REVERT_START:
		snprintf(text.s, sizeof(text.s), "start %s", step->name);
		break;
	case REVERT_SYSCTL:
		snprintf(text.s, sizeof(text.s), "set %s = %s", step->name, step->value);
		break;
	case REVERT_ROUTE:
		snprintf(text.s, sizeof(text.s), "remove the kernel's own route %s%s%s metric %u",
			 route->dst.len ? prefix_text(&route->dst).s : "default",
			 route->has_gateway ? " via " : "",
			 route->has_gateway ? ip_text(&route->gateway).s : "",
			 (unsigned)route->metric);
		break;
	case REVERT_ADDRESS:
		snprintf(text.s, sizeof(text.s), "remove the kernel's own address %s/%u",
			 ip_text(&step->address.ipv6).s, (unsigned)step->address.len);
		break;
	case REVERT_ALLMULTI:
		snprintf(text.s, sizeof(text.s), "take ALLMULTI off %s", step->name);
		break;
	case REVERT_UFW:
		snprintf(text.s, sizeof(text.s), "ufw %s%s",
			 ufw_delete_text(step->rule, step->port, step->interface.s).s,
			 strcmp(step->value, UFW_ADDED) != 0 ? ", in favour of the owner's" : "");
		break;
	case REVERT_SSHD:
		snprintf(text.s, sizeof(text.s), "test sshd's configuration, and reload %s",
			 step->name);
		break;
	case REVERT_DIRECTORY:
		snprintf(text.s, sizeof(text.s), "remove directory %s", step->name);
		break;
	}
	return text;
}
