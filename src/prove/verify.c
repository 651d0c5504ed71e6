/* SPDX-License-Identifier: MIT */
#include "prove/verify.h"

#include "apply/wg_dump.h"
#include "base/error.h"
#include "base/i18n.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/ndppd.h"
#include "prove/subject.h"
#include "relay/relay.h"

enum {
	METADATA,
	CLOCK,
	FILES,
	PREFIX,
	NIC,
	DEFAULT_ROUTE,
	IPV4,
	FORWARDING,
	FIREWALL_PORT,
	FIREWALL_ICMPV6,
	FIREWALL_FORWARD,
	TUNNEL,
	PEER,
	HANDSHAKE,
	ROUTE,
	NDPPD,
	UPSTREAM,
	TRANSIT,
	LAN,
	MTU,
	SSHD,
	CHECK_COUNT,
};

#define BIT(number) (1u << (number))
#define OF_TUNNEL (BIT(TUNNEL) | BIT(PEER) | BIT(HANDSHAKE) | BIT(ROUTE) | BIT(TRANSIT))

enum scope {
	OF_MACHINE,
	OF_RELAY, /* of what is there once a site has its /64 */
	OF_SITE,
};

/* needs: the checks without whose success this one would only repeat their failure. */
static const struct {
	const char *name;
	check_fn *run;
	enum scope scope;
	unsigned needs;
} checks[CHECK_COUNT] = {
	[METADATA] = {"metadata", check_metadata, OF_MACHINE, 0},
	[CLOCK] = {"clock", check_clock, OF_MACHINE, 0},
	[FILES] = {"files", check_files, OF_RELAY, 0},
	[PREFIX] = {"prefix", check_prefix, OF_SITE, BIT(METADATA)},
	[NIC] = {"nic", check_nic, OF_MACHINE, 0},
	[DEFAULT_ROUTE] = {"default-route", check_default_route, OF_MACHINE, BIT(NIC)},
	[IPV4] = {"ipv4", check_ipv4, OF_MACHINE, BIT(NIC)},
	[FORWARDING] = {"forwarding", check_forwarding, OF_RELAY, 0},
	[FIREWALL_PORT] = {"firewall-port", check_port, OF_RELAY, 0},
	[FIREWALL_ICMPV6] = {"firewall-icmpv6", check_icmpv6, OF_RELAY, 0},
	/* Whatever keeps all of IPv6 out does both. */
	[FIREWALL_FORWARD] = {"firewall-forward", check_forward, OF_RELAY, BIT(FIREWALL_ICMPV6)},
	[TUNNEL] = {"tunnel", check_tunnel, OF_RELAY, 0},
	[PEER] = {"peer", check_peer, OF_SITE, BIT(TUNNEL)},
	[HANDSHAKE] = {"handshake", check_handshake, OF_SITE,
		       BIT(TUNNEL) | BIT(PEER) | BIT(IPV4) | BIT(FIREWALL_PORT)},
	[ROUTE] = {"route", check_route, OF_SITE, BIT(TUNNEL)},
	[NDPPD] = {"ndppd", check_ndppd, OF_RELAY, 0},
	[UPSTREAM] = {"upstream", check_upstream, OF_SITE,
		      BIT(PREFIX) | BIT(NIC) | BIT(DEFAULT_ROUTE) | BIT(FIREWALL_ICMPV6) |
			      BIT(NDPPD)},
	[TRANSIT] = {"transit", check_transit, OF_SITE, BIT(HANDSHAKE) | BIT(FIREWALL_ICMPV6)},
	[LAN] = {"lan", check_lan, OF_SITE, BIT(TRANSIT) | BIT(ROUTE)},
	[MTU] = {"mtu", check_mtu, OF_SITE, BIT(TRANSIT)},
	[SSHD] = {"sshd", check_sshd, OF_RELAY, 0},
};

/* What failed so far, or was skipped for that: of the whole relay, and of each site. */
struct outcome {
	unsigned whole, sites[CONF_SITES_MAX];
	struct verify_count count;
};

/* The first of the needed checks that failed; -1: none. */
static int find_blocker(unsigned needs, unsigned failed)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		if (needs & failed & BIT(i))
			return i;
	return -1;
}

static void count(struct verify_count *counts, enum check_result result)
{
	switch (result) {
	case CHECK_PASS:
		counts->passed++;
		break;
	case CHECK_FAIL:
		counts->failed++;
		break;
	case CHECK_SKIP:
		counts->skipped++;
		break;
	}
}

/* With another configuration than ours, what the tunnel does is a consequence. */
static bool follows_from_file(const struct subject *s, size_t number, const struct check *check)
{
	return check->result == CHECK_FAIL && s->tunnel_file_differs &&
	       (number == TUNNEL || checks[number].needs & OF_TUNNEL);
}

/* site is NULL for a check of the whole relay. */
static void run_one(struct subject *s, size_t number, const struct site *site,
		    struct outcome *outcome, verify_tell_fn *tell, void *data)
{
	unsigned *failed = site ? &outcome->sites[site - s->relay->sites] : &outcome->whole;
	struct check check = {.result = CHECK_SKIP};
	int blocker = find_blocker(checks[number].needs, outcome->whole | *failed);

	if (blocker >= 0)
		check_skip(&check, _("after: %s"), checks[blocker].name);
	else if (checks[number].scope == OF_RELAY && !relay_site_count(s->relay))
		check_skip(&check, _("no site has a /64 yet"));
	else if (site && site->state == SITE_WAITING && number != PREFIX)
		check_skip(&check, _("the site has no /64 yet"));
	else
		checks[number].run(&check, s, site);
	if (follows_from_file(s, number, &check)) {
		check_skip(&check, _("after: %s"), checks[FILES].name);
		blocker = FILES;
	}
	if (check.result == CHECK_FAIL || blocker >= 0)
		*failed |= BIT(number);
	count(&outcome->count, check.result);
	tell(checks[number].name, site, &check, data);
}

struct verify_count verify_run(struct subject *s, const struct site *only, verify_tell_fn *tell,
			       void *data)
{
	struct outcome outcome = {0};

	ndppd_begin(s);
	s->has_dump = wg_dump_read(&s->dump, s->relay->wg_interface.s, &s->dump_error) == 0;
	for (size_t i = 0; i < CHECK_COUNT; i++) {
		if (checks[i].scope != OF_SITE) {
			run_one(s, i, NULL, &outcome, tell, data);
			continue;
		}
		for (size_t k = 0; k < s->relay->site_count; k++)
			if (!only || only == &s->relay->sites[k])
				run_one(s, i, &s->relay->sites[k], &outcome, tell, data);
	}
	subject_clear(s);
	return outcome.count;
}

struct verify_count verify_nic_missing(struct subject *s, const struct error *why,
				       verify_tell_fn *tell, void *data)
{
	struct verify_count counts = {0};
	struct check check = {.result = CHECK_SKIP};

	check_metadata(&check, s, NULL);
	count(&counts, check.result);
	tell(checks[METADATA].name, NULL, &check, data);
	if (check.result == CHECK_FAIL) {
		check_skip(&check, _("after: %s"), checks[METADATA].name);
	} else {
		check_fail(&check, "%s", why->text);
		check_cause(&check, _("the NIC was taken away, or has another MAC than Vultr gave "
				      "it"));
		check_advise(&check, "ip link; networkctl");
	}
	count(&counts, check.result);
	tell(checks[NIC].name, NULL, &check, data);
	return counts;
}
