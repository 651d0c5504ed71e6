/* SPDX-License-Identifier: MIT */
#include "prove/handshake.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apply/machine.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/words.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/endpoint.h"
#include "prove/inside.h"
#include "prove/ping.h"
#include "prove/subject.h"
#include "prove/wg_listen.h"
#include "relay/relay.h"

/* A peer that has nothing to say acknowledges data after 10 s (KEEPALIVE_TIMEOUT), and asks for a
 * handshake every 5 s (REKEY_TIMEOUT): see the WireGuard paper, section 6. */
#define LISTEN_MS 12000
#define LISTEN_PAUSE_MS 200
#define ENDPOINT_MS 1500
/* So long a router may take to call again. */
#define RECALL_S 60
#define FRESH_S 180

/* Somebody at the other end sends what the VPS can't, or won't, take. */
static void judge_arriving(struct check *check, const struct handshake_facts *facts,
			   const char *site)
{
	if (facts->responses_out) {
		check_fail(check,
			   _("the router asks for a handshake, is answered, and asks again "
			     "(%u times)"),
			   facts->initiations_in);
		check_cause(check, _("the router doesn't take the answers: they don't reach it (a "
				     "firewall, a NAT), or its peer has a preshared key or another "
				     "key of the VPS"));
		check_advise(check,
			     _("paste the script of now into the router: sixrelay script "
			       "--site %s; on it: /tool/torch, UDP, on its WAN interface"),
			     site);
		return;
	}
	check_fail(check,
		   _("somebody asks for a handshake (%u times), with a key that isn't "
		     "taken"),
		   facts->initiations_in);
	check_cause(check, _("the router has another key than the one known here: a script older "
			     "than the keys, or a new key on the router; or its clock went back"));
	check_advise(check,
		     _("paste the script of now into the router: sixrelay script --site "
		       "%s; or set router_public_key"),
		     site);
}

/* A router that was connected keeps to the session of before, which this end has forgotten, until
 * it has had no answer for a while. */
static void judge_young(struct check *check, const struct handshake_facts *facts, unsigned port,
			const char *site)
{
	if (facts->data_in) {
		check_fail(check, _("the router sends, by a session that the VPS no longer has"));
		check_cause(check, _("the tunnel was started anew; the router notices within a "
				     "minute"));
		check_advise(check, _("wait a minute; then: sixrelay verify"));
		return;
	}
	check_fail(check, _("no handshake yet, and nobody asks for one on UDP %u"), port);
	check_cause(check,
		    _("the tunnel was started %s ago: a router that was connected before comes "
		      "back within a minute; else the script isn't in the router yet, or UDP %u is "
		      "dropped by a firewall group of Vultr's, or the router is off"),
		    span_words(facts->tunnel_age).s, port);
	check_advise(check,
		     _("sixrelay script --site %s into the router; or wait a minute, then: "
		       "sixrelay verify"),
		     site);
}

/* Of a router that was never heard of. */
static void judge_unknown(struct check *check, const struct handshake_facts *facts, unsigned port,
			  const char *site)
{
	if (facts->port_open) {
		check_cause(check, _("the script isn't in this site's router yet, or the router "
				     "is off, or its peer is disabled"));
		check_advise(check, _("sixrelay script --site %s into the router"), site);
		return;
	}
	check_cause(check,
		    _("the script isn't in the router yet, or UDP %u is dropped by a "
		      "firewall group of Vultr's, or the router is off, or its peer is "
		      "disabled"),
		    port);
	check_advise(check,
		     _("sixrelay script --site %s into the router; Vultr's panel: "
		       "Firewall: the group of this instance, UDP %u"),
		     site, port);
}

static void judge_silent(struct check *check, const struct handshake_facts *facts, unsigned port,
			 const char *site)
{
	if (!facts->seen &&
	    (facts->data_in || (facts->tunnel_age >= 0 && facts->tunnel_age < RECALL_S))) {
		judge_young(check, facts, port, site);
		return;
	}
	if (facts->seen)
		check_fail(check, _("nothing from the router; the last handshake was %s, from %s"),
			   age_words(facts->age).s, facts->endpoint);
	else
		check_fail(check, _("no handshake yet, and nothing of it arrives on UDP %u"), port);
	if (facts->pinged && !facts->endpoint_answers) {
		check_cause(check,
			    _("the router is off, or its line is down, or it has another "
			      "address now: %s answers no ping"),
			    facts->endpoint);
		check_advise(check, _("look at the router; wg-cloud comes back by itself"));
	} else if (facts->pinged) {
		check_cause(check,
			    _("the router's line is up (%s answers pings), so UDP %u is "
			      "dropped on its way here, or wg-cloud is disabled on it"),
			    facts->endpoint, port);
		check_advise(check,
			     _("Vultr's panel: Firewall: the group of this instance must "
			       "accept UDP %u; on the router: /interface/wireguard/print"),
			     port);
	} else {
		judge_unknown(check, facts, port, site);
	}
}

void handshake_judge(struct check *check, const struct handshake_facts *facts, unsigned port,
		     const char *site)
{
	if ((facts->answered || facts->alive) && facts->seen)
		check_pass(check, _("%s, from %s, received %s, sent %s"), age_words(facts->age).s,
			   facts->endpoint, amount_words(facts->received).s,
			   amount_words(facts->sent).s);
	else if (facts->answered || facts->alive)
		check_pass(check, _("the router answers, received %s, sent %s"),
			   amount_words(facts->received).s, amount_words(facts->sent).s);
	else if (facts->banned)
		firewall_blame_ban(check, &facts->caller, &facts->why, (uint16_t)port);
	else if (facts->initiations_in)
		judge_arriving(check, facts, site);
	else
		judge_silent(check, facts, port, site);
}

static void refresh(struct subject *s)
{
	struct wg_dump now;

	if (wg_dump_read(&now, s->relay->wg_interface.s, NULL) == 0)
		s->dump = now;
}

/* Whether what was heard is of another site's router, whose endpoint is known. */
static bool is_another(const struct subject *s, const struct site *site,
		       const struct wg_heard *heard)
{
	char endpoint[sizeof(struct ip_text) + 8];

	snprintf(endpoint, sizeof(endpoint), "%s:%u", ip4_text(heard->peer).s,
		 (unsigned)heard->peer_port);
	for (size_t i = 0; heard->has_peer && i < s->dump.count; i++)
		if (!wg_key_equal(&s->dump.peers[i].public_key, &site->router_public_key) &&
		    !strcmp(s->dump.peers[i].endpoint, endpoint))
			return true;
	return false;
}

/* The firewall is behind the packet socket, and may drop what was heard. */
static void look_for_ban(struct handshake_facts *facts, const struct subject *s,
			 const struct wg_heard *heard)
{
	const struct caller caller = {heard->peer, heard->peer_port};

	if (!s->firewall || !(heard->in[WG_INITIATION] || heard->in[WG_DATA]))
		return;
	facts->banned = firewall_drops_caller(s->firewall, s->relay->nic.s, s->relay->listen_port,
					      &caller, &facts->why);
	facts->caller = caller;
}

/* Listens until the router itself has sent something; another site's may talk all the time. */
static void listen_for(struct handshake_facts *facts, struct subject *s, const struct site *site,
		       uint64_t received)
{
	long end = clock_now_ms() + LISTEN_MS;

	if (s->progress)
		s->progress(_("waiting up to 12 s for a sign of the router"));
	while (!facts->alive && !facts->banned && clock_now_ms() < end) {
		struct wg_heard heard;
		const struct wg_peer *peer;

		if (wg_listen(s->relay->nic_index, s->relay->listen_port,
			      (int)(end - clock_now_ms()), &heard, NULL) < 0)
			return;
		if (!is_another(s, site, &heard)) {
			facts->initiations_in += heard.in[WG_INITIATION];
			facts->responses_out += heard.out[WG_RESPONSE];
			facts->data_in += heard.in[WG_DATA];
		}
		clock_sleep_ms(LISTEN_PAUSE_MS);
		refresh(s);
		peer = wg_dump_peer(&s->dump, &site->router_public_key);
		facts->alive = peer && peer->received > received && peer->handshake;
		if (!facts->alive && !is_another(s, site, &heard))
			look_for_ban(facts, s, &heard);
		if (wg_verdict(&heard) != WG_TALKING)
			return;
	}
}

static void ping_endpoint(struct handshake_facts *facts, const struct wg_peer *peer)
{
	struct in_addr addr;
	struct ping ping = {0};

	if (!peer || !endpoint_parse(&addr, peer->endpoint) ||
	    ping_ipv4(addr, ENDPOINT_MS, &ping, NULL) < 0)
		return;
	facts->pinged = true;
	facts->endpoint_answers = ping.result == PING_REPLY;
}

static bool others_talk(const struct subject *s, const struct site *site)
{
	int64_t now = (int64_t)time(NULL);

	for (size_t i = 0; i < s->dump.count; i++)
		if (!wg_key_equal(&s->dump.peers[i].public_key, &site->router_public_key) &&
		    s->dump.peers[i].handshake && now - s->dump.peers[i].handshake < FRESH_S)
			return true;
	return false;
}

/* Seconds since wg-quick brought it up; -1: not known. */
static int64_t tunnel_age(const struct subject *s)
{
	struct service_status status;

	if (!s->units || units_query_service(s->units, s->machine->wg_unit, &status, NULL) < 0 ||
	    !status.started_us)
		return -1;
	return (clock_now_us() - (int64_t)status.started_us) / 1000000;
}

void check_handshake(struct check *check, struct subject *s, const struct site *site)
{
	const struct wg_peer *peer = wg_dump_peer(&s->dump, &site->router_public_key);
	uint64_t received = peer ? peer->received : 0;
	struct handshake_facts facts = {.tunnel_age = -1};
	struct ping ping = {0};

	facts.answered = transit_answers(s, site, &ping);
	refresh(s);
	if (!facts.answered) {
		facts.tunnel_age = tunnel_age(s);
		listen_for(&facts, s, site, received);
	}
	peer = wg_dump_peer(&s->dump, &site->router_public_key);
	if (!facts.answered && !facts.alive && !facts.banned && !facts.initiations_in)
		ping_endpoint(&facts, peer);
	if (peer) {
		facts.seen = peer->handshake;
		facts.age = (int64_t)time(NULL) - peer->handshake;
		facts.endpoint = peer->endpoint;
		facts.received = peer->received;
		facts.sent = peer->sent;
	}
	facts.port_open = others_talk(s, site);
	handshake_judge(check, &facts, s->relay->listen_port, site->name);
}
