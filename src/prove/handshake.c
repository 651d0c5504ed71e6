/* SPDX-License-Identifier: MIT */
#include "prove/handshake.h"

#include "base/i18n.h"
#include "base/words.h"
#include "prove/check.h"

/* Somebody at the other end sends what the VPS can't, or won't, take. */
static void judge_arriving(struct check *check, const struct handshake_facts *facts,
			   const char *site)
{
	if (facts->responses_out) {
		check_fail(check,
			   _("the router asks for a handshake, is answered, and asks again "
			     "(%u times)"),
			   facts->initiations_in);
		check_cause(check, _("the answers don't reach the router: a firewall before it, or "
				     "a port that its NAT has moved"));
		check_advise(check, _("on the router: /tool/torch, UDP, on its WAN interface"));
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

static void judge_silent(struct check *check, const struct handshake_facts *facts, unsigned port,
			 const char *site)
{
	if (facts->seen)
		check_fail(check, _("nothing from the router; the last handshake was %s, from %s"),
			   age_words(facts->age).s, facts->endpoint);
	else
		check_fail(check, _("no handshake yet, and nothing arrives on UDP %u"), port);
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
		check_cause(check,
			    _("the script isn't in the router yet, or UDP %u is dropped by "
			      "a firewall group of Vultr's, or the router is off"),
			    port);
		check_advise(check,
			     _("sixrelay script --site %s into the router; Vultr's panel: "
			       "Firewall: the group of this instance, UDP %u"),
			     site, port);
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
	else if (facts->initiations_in)
		judge_arriving(check, facts, site);
	else
		judge_silent(check, facts, port, site);
}
