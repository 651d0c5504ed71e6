/* SPDX-License-Identifier: MIT */
#include "relay/relay.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "metadata/instance.h"

/* The VPS is ::1 of the transit network, the routers follow. */
#define TRANSIT_VPS 1
#define TRANSIT_FIRST_ROUTER 2

static int find_nic(struct relay *relay, const struct conf *conf, const struct instance *instance,
		    const struct inventory *inventory, struct error *err)
{
	const struct link *link = NULL;
	size_t count;

	if (conf->has_nic) {
		link = inventory_link(inventory, conf->nic.s);
		if (!link)
			return error_set(err, -ENODEV,
					 _("nic = %s: there is no such interface; leave it out to "
					   "have it found by its MAC, %s"),
					 conf->nic.s, mac_text(&instance->mac).s);
	} else {
		count = inventory_link_by_mac(inventory, &instance->mac, &link);
		if (count != 1)
			return error_set(
				err, -ENODEV,
				count ? _("%zu interfaces have the public MAC %s; name the "
					  "right one: nic = ...")
				      : _("%zu interfaces have the public MAC %s of the "
					  "metadata; name the right one: nic = ..."),
				count, mac_text(&instance->mac).s);
	}
	if (!strcmp(link->name.s, conf->wg_interface.s))
		return error_set(err, -EINVAL, _("wg_interface = %s: that is the public interface"),
				 conf->wg_interface.s);
	relay->nic = link->name;
	relay->nic_index = link->index;
	return 0;
}

/* The address the routers send to. Where the metadata leaves it to DHCP, the interface has it. */
static void find_endpoint(struct relay *relay, const struct instance *instance,
			  const struct inventory *inventory)
{
	const struct address *address = inventory_global_ipv4(inventory, relay->nic_index);

	relay->has_endpoint = instance->has_ipv4 || address;
	if (instance->has_ipv4)
		relay->endpoint = instance->ipv4;
	else if (address)
		relay->endpoint = address->ipv4;
}

/* Likewise the original /64: the interface's first global address is in it. A reserved /64 may be
 * bound there too (cloud-init does that), so those don't count. */
static void find_original(struct relay *relay, const struct instance *instance,
			  const struct inventory *inventory)
{
	relay->ipv6_disabled = instance->ipv6_disabled;
	relay->has_original = instance->has_original;
	relay->original = instance->original;
	relay->has_unusable = instance->unusable_count > 0;
	relay->unusable = instance->unusable[0];
	for (size_t i = 0; i < inventory->address_count && !relay->has_original; i++) {
		const struct address *address = &inventory->addresses[i];
		bool reserved = false;

		if (!address->is_ipv6 || address->index != relay->nic_index || address->len != 64 ||
		    !ip_is_global(&address->ipv6))
			continue;
		for (size_t j = 0; j < instance->reserved_count; j++)
			reserved |= prefix_contains(&instance->reserved[j], &address->ipv6);
		relay->has_original = !reserved;
		relay->original = prefix_of(&address->ipv6, 64);
	}
}

static const struct prefix *remembered(const struct site_memory *memory, size_t count,
				       const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(memory[i].name, name))
			return &memory[i].prefix;
	return NULL;
}

static bool is_reserved(const struct instance *instance, const struct prefix *prefix)
{
	for (size_t i = 0; i < instance->reserved_count; i++)
		if (prefix_equal(&instance->reserved[i], prefix))
			return true;
	return false;
}

static bool is_taken(const struct relay *relay, const struct prefix *prefix)
{
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].state != SITE_WAITING &&
		    prefix_equal(&relay->sites[i].prefix, prefix))
			return true;
	return false;
}

static void give(struct site *site, const struct prefix *prefix, enum site_state state)
{
	site->prefix = *prefix;
	site->state = state;
}

/* What the settings fix: explicit prefixes and the original one. */
static void give_fixed(struct relay *relay, const struct conf *conf)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		struct site *site = &relay->sites[i];

		if (site->source == SITE_EXPLICIT)
			give(site, &conf->sites[i].prefix, SITE_READY);
		else if (site->source == SITE_ORIGINAL && relay->has_original &&
			 relay->original.len == 64)
			give(site, &relay->original, SITE_READY);
	}
}

/* Whether a prefix that is gone can have come from where the site's come from now: the settings may
 * have said otherwise then. */
static bool had_from(const struct relay *relay, const struct instance *instance,
		     const struct site *site, const struct prefix *had)
{
	if (site->source == SITE_ORIGINAL)
		return !is_reserved(instance, had);
	return !relay->has_original || !prefix_equal(had, &relay->original);
}

/* Reserved prefixes: first to the sites that had them, then the free ones in order; a site that is
 * left with none keeps the one it had. */
static void give_reserved(struct relay *relay, const struct instance *instance,
			  const struct site_memory *memory, size_t count)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		struct site *site = &relay->sites[i];
		const struct prefix *had = remembered(memory, count, site->name);

		if (site->source == SITE_RESERVED && had && is_reserved(instance, had) &&
		    !is_taken(relay, had))
			give(site, had, SITE_READY);
	}
	for (size_t i = 0; i < relay->site_count; i++) {
		struct site *site = &relay->sites[i];

		for (size_t j = 0; j < instance->reserved_count; j++)
			if (site->source == SITE_RESERVED && site->state == SITE_WAITING &&
			    !is_taken(relay, &instance->reserved[j]))
				give(site, &instance->reserved[j], SITE_READY);
	}
	for (size_t i = 0; i < relay->site_count; i++) {
		struct site *site = &relay->sites[i];
		const struct prefix *had = remembered(memory, count, site->name);

		if (site->source != SITE_EXPLICIT && site->state == SITE_WAITING && had &&
		    !is_taken(relay, had) && had_from(relay, instance, site, had))
			give(site, had, SITE_DETACHED);
	}
}

static int check_conflicts(const struct relay *relay, struct error *err)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *a = &relay->sites[i];

		if (a->state == SITE_WAITING)
			continue;
		if (prefix_overlaps(&a->prefix, &relay->transit))
			return error_set(err, -EINVAL,
					 _("[site %s]: %s is also the transit network"), a->name,
					 prefix_text(&a->prefix).s);
		for (size_t j = 0; j < i; j++) {
			const struct site *b = &relay->sites[j];

			if (b->state != SITE_WAITING && prefix_equal(&a->prefix, &b->prefix))
				return error_set(err, -EINVAL,
						 _("[site %s] and [site %s] both have %s"), b->name,
						 a->name, prefix_text(&a->prefix).s);
			if (a->has_router_private_key || b->has_router_private_key)
				continue;
			if (wg_key_equal(&a->router_public_key, &b->router_public_key))
				return error_set(err, -EINVAL,
						 _("[site %s] and [site %s] have the same "
						   "router_public_key"),
						 b->name, a->name);
		}
	}
	if (relay->has_original && prefix_overlaps(&relay->original, &relay->transit))
		return error_set(err, -EINVAL, _("transit = %s: that is the instance's own prefix"),
				 prefix_text(&relay->transit).s);
	return 0;
}

int relay_make(struct relay *relay, const struct conf *conf, const struct instance *instance,
	       const struct inventory *inventory, const struct site_memory *memory, size_t count,
	       struct error *err)
{
	int r;

	*relay = (struct relay){
		.wg_interface = conf->wg_interface,
		.listen_port = conf->listen_port,
		.mtu = conf->mtu,
		.transit = conf->transit,
		.vps_transit = prefix_host(&conf->transit, TRANSIT_VPS),
		.ndppd_rule = conf->ndppd_rule,
		.manage_ufw = conf->manage_ufw,
		.manage_sshd = conf->manage_sshd,
		.site_count = conf->site_count,
	};
	for (size_t i = 0; i < conf->site_count; i++) {
		const struct conf_site *from = &conf->sites[i];
		struct site *site = &relay->sites[i];

		memcpy(site->name, from->name, sizeof(site->name));
		memcpy(site->lan_bridge, from->lan_bridge, sizeof(site->lan_bridge));
		memcpy(site->router_interface, from->router_interface,
		       sizeof(site->router_interface));
		site->state = SITE_WAITING;
		site->source = from->source;
		site->allow_inbound = from->allow_inbound;
		site->ra_mtu = from->ra_mtu;
		site->mss_clamp = from->mss_clamp;
		site->router_transit =
			prefix_host(&conf->transit, (uint8_t)(TRANSIT_FIRST_ROUTER + i));
		site->has_router_private_key = !from->has_router_public_key;
		site->router_public_key = from->router_public_key;
	}
	r = find_nic(relay, conf, instance, inventory, err);
	if (r < 0)
		return r;
	find_endpoint(relay, instance, inventory);
	find_original(relay, instance, inventory);
	give_fixed(relay, conf);
	give_reserved(relay, instance, memory, count);
	return check_conflicts(relay, err);
}

size_t relay_site_count(const struct relay *relay)
{
	size_t count = 0;

	for (size_t i = 0; i < relay->site_count; i++)
		count += relay->sites[i].state != SITE_WAITING;
	return count;
}

const struct site *relay_site(const struct relay *relay, const char *name)
{
	for (size_t i = 0; i < relay->site_count; i++)
		if (!strcmp(relay->sites[i].name, name))
			return &relay->sites[i];
	return NULL;
}

void relay_wipe(struct relay *relay)
{
	wg_key_wipe(&relay->private_key);
	for (size_t i = 0; i < relay->site_count; i++)
		wg_key_wipe(&relay->sites[i].router_private_key);
}
