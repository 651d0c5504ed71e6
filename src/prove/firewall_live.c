/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "apply/machine.h"
#include "base/error.h"
#include "base/i18n.h"
#include "firewall/firewall.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/firewall_check.h"
#include "prove/subject.h"
#include "relay/relay.h"

void subject_clear(struct subject *s)
{
	if (s->firewall)
		firewall_clear(s->firewall);
	free(s->firewall);
	s->firewall = NULL;
}

/* Read by the first check that asks; check says why it can't be. */
static bool has_firewall(struct check *check, struct subject *s)
{
	struct error err = ERROR_INIT;
	int r = -ENOMEM;

	if (s->firewall)
		return true;
	s->firewall = calloc(1, sizeof(*s->firewall));
	if (s->firewall)
		r = firewall_read(s->firewall, s->root, &err);
	if (r == 0)
		return true;
	subject_clear(s);
	check_skip(check, "%s", err.text);
	return false;
}

void check_port(struct check *check, struct subject *s, const struct site *site)
{
	(void)site;
	if (has_firewall(check, s))
		check_firewall_port(check, s->firewall, s->relay->nic.s, s->relay->listen_port,
				    s->machine->ufw_enabled &&
					    s->machine->ufw_have[UFW_LISTEN_PORT]);
}

void check_forward(struct check *check, struct subject *s, const struct site *site)
{
	const struct prefix *lan = NULL;

	(void)site;
	for (size_t i = 0; i < s->relay->site_count && !lan; i++)
		if (s->relay->sites[i].state != SITE_WAITING)
			lan = &s->relay->sites[i].prefix;
	if (has_firewall(check, s))
		check_firewall_forward(
			check, s->firewall, s->relay->nic.s, s->relay->wg_interface.s, lan,
			s->machine->ufw_enabled && s->machine->ufw_have[UFW_ROUTE_IN] &&
				s->machine->ufw_have[UFW_ROUTE_OUT]);
}
