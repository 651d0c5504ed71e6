/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/i18n.h"
#include "metadata/fetch.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"

static void take_date(int64_t date, void *data)
{
	struct subject *s = data;

	s->date = date;
	s->date_seen = (int64_t)time(NULL);
}

static bool has_reserved(const struct instance *instance, const struct prefix *prefix)
{
	for (size_t i = 0; i < instance->reserved_count; i++)
		if (prefix_equal(&instance->reserved[i], prefix))
			return true;
	return false;
}

static const char *id_text(const struct instance *instance)
{
	return *instance->id ? instance->id : "?";
}

/* A document may come without an id: that is not another one. */
static bool same_instance(const struct instance *a, const struct instance *b)
{
	return mac_equal(&a->mac, &b->mac) && (!*a->id || !*b->id || !strcmp(a->id, b->id));
}

/* It costs the relay nothing that the service is silent, before the next boot. */
void check_metadata(struct check *check, struct subject *s, const struct site *site)
{
	static const struct http_limits limits = HTTP_LIMITS_BRIEF;
	const struct http_hooks hooks = {.on_date = take_date, .data = s};
	struct error err = ERROR_INIT;

	(void)site;
	if (fetch_instance(&s->fresh, s->metadata, &limits, &hooks, &err) < 0) {
		check_skip(check, _("%s; what it said at the last apply is taken"), err.text);
		return;
	}
	s->has_fresh = true;
	if (same_instance(&s->fresh, s->instance)) {
		check_pass(check, _("instance %s, %zu reserved /64"), id_text(&s->fresh),
			   s->fresh.reserved_count);
		return;
	}
	check_fail(check, _("instance %s, MAC %s; at the last apply it was %s, MAC %s"),
		   id_text(&s->fresh), mac_text(&s->fresh.mac).s, id_text(s->instance),
		   mac_text(&s->instance->mac).s);
	check_cause(check, _("this machine was restored from another instance's snapshot"));
	check_advise(check, "sixrelay apply");
}

/* A reserved /64 that no site has yet. */
static const struct prefix *find_free(const struct subject *s)
{
	for (size_t i = 0; i < s->fresh.reserved_count; i++) {
		bool taken = false;

		for (size_t k = 0; k < s->relay->site_count; k++)
			taken |= s->relay->sites[k].state != SITE_WAITING &&
				 prefix_equal(&s->relay->sites[k].prefix, &s->fresh.reserved[i]);
		if (!taken)
			return &s->fresh.reserved[i];
	}
	return NULL;
}

static void waiting(struct check *check, const struct subject *s, const struct site *site)
{
	const struct prefix *free = s->has_fresh ? find_free(s) : NULL;

	check_fail(check, _("site %s has no /64 yet"), site->name);
	if (site->source == SITE_RESERVED && free) {
		check_cause(check, _("%s was attached since the last apply"), prefix_text(free).s);
		check_advise(check, "sixrelay apply");
	} else {
		check_cause(check, _("none is attached to this instance"));
		check_advise(check, _("Vultr's panel: Network, Reserved IPs: attach an IPv6 /64 of "
				      "this region; then: sixrelay apply"));
	}
}

/* The service may be silent, or not speak of it at all: then nothing is known against it. */
void check_prefix(struct check *check, struct subject *s, const struct site *site)
{
	const struct instance *instance = s->has_fresh ? &s->fresh : s->instance;

	if (site->state == SITE_WAITING) {
		waiting(check, s, site);
	} else if (instance->has_original && prefix_equal(&instance->original, &site->prefix)) {
		check_pass(check, _("%s, the instance's own"), prefix_text(&site->prefix).s);
	} else if (has_reserved(instance, &site->prefix)) {
		check_pass(check,
			   s->has_fresh ? _("%s is attached")
					: _("%s was attached at the last apply"),
			   prefix_text(&site->prefix).s);
	} else if (site->source == SITE_ORIGINAL && !instance->has_original &&
		   !instance->ipv6_disabled) {
		check_skip(check, _("the metadata doesn't name the instance's own /64"));
	} else {
		check_fail(check, _("%s is not attached to this instance any more"),
			   prefix_text(&site->prefix).s);
		check_cause(check, _("detached, or destroyed, in Vultr's panel"));
		check_advise(check, _("Vultr's panel: Network, Reserved IPs: attach it again, or "
				      "another one; then: sixrelay apply"));
	}
}
