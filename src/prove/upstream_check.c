/* SPDX-License-Identifier: MIT */
#include "prove/upstream_check.h"

#include <stdio.h>

#include "base/error.h"
#include "base/i18n.h"
#include "net/inventory.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/ping.h"
#include "prove/subject.h"
#include "relay/relay.h"

#define OWN_PING_MS 1000
#define OWN_PINGS 3

struct delay_text {
	char s[24];
};

/* Between two things that were seen on the wire; "-" when one of them wasn't. */
static struct delay_text delay_text(int64_t from_us, int64_t to_us)
{
	struct delay_text text = {"-"};

	if (from_us && to_us)
		snprintf(text.s, sizeof(text.s), "%.2f ms", (double)(to_us - from_us) / 1000);
	return text;
}

static void judge_not_sent(struct check *check, const struct upstream_proof *proof,
			   const struct upstream_ask *ask)
{
	const struct probe *probe = &proof->probe;
	struct error err = ERROR_INIT;

	if (proof->nic_down) {
		check_fail(check, _("%s is down"), ask->nic.s);
		check_cause(check, _("taken down by hand, or by a network manager"));
		check_advise(check, "ip link set %s up", ask->nic.s);
		return;
	}
	if (proof->gateway_silent && !probe->send_error) {
		check_fail(check, _("the gateway %s isn't there: nobody answers for it on %s"),
			   ip_text(&ask->gateway).s, ask->nic.s);
		check_cause(check,
			    _("a default route to a wrong gateway, or %s has no IPv6 "
			      "upstream"),
			    ask->nic.s);
		check_advise(check, "ip -6 route show default; ip -6 neigh show dev %s",
			     ask->nic.s);
		return;
	}
	error_errno(&err, probe->send_error, "%s", ask->nic.s);
	check_fail(check, _("an echo request from %s didn't leave %s"), ip_text(&probe->source).s,
		   probe->send_error ? err.text : ask->nic.s);
	check_cause(check, _("this machine's firewall drops it, or gives it another source "
			     "(masquerade), which the LAN's packets would get as well"));
	check_advise(check, "ip6tables -S OUTPUT; ip6tables -t nat -S POSTROUTING");
}

static void judge_sent(struct check *check, const struct upstream_proof *proof,
		       const struct upstream_ask *ask)
{
	const struct probe *probe = &proof->probe;

	check_fail(check, _("no solicitation: %u echo requests left %s, and nobody asked for %s"),
		   proof->probe_count, ask->nic.s, ip_text(&probe->source).s);
	if (proof->gateway_silent) {
		check_cause(check,
			    _("the gateway doesn't answer for itself either: %s has no IPv6 "
			      "upstream, or it is the wrong NIC"),
			    ask->nic.s);
		check_advise(check, _("Vultr's panel: is IPv6 on for this instance? ping %s%%%s"),
			     ip_text(&ask->gateway).s, ask->nic.s);
	} else {
		check_cause(check,
			    _("upstream, %s is not on this wire: detached from this "
			      "instance, or attached a moment ago"),
			    prefix_text(&ask->prefix).s);
		check_advise(check, _("Vultr's panel: Network, Reserved IPs: is it attached to "
				      "this instance? Restart the instance from the panel if it "
				      "is"));
	}
}

/* Where the machine's own pings aren't answered either, the proof says nothing of the prefix. */
static void judge_nobody(struct check *check, const struct upstream_ask *ask)
{
	if (!ask->host_count) {
		check_skip(check,
			   _("the gateway answers no pings, this machine's own ones neither, "
			     "and there is nobody else to ask: proof_hosts"));
		return;
	}
	check_fail(check, _("neither the gateway nor one of proof_hosts answers a ping, not even "
			    "from this machine's own address"));
	check_cause(check, _("there is no IPv6 beyond the gateway, or something on the way drops "
			     "ICMPv6"));
	check_advise(check, "ping -6 %s; %s: proof_hosts", ip_text(&ask->hosts[0]).s, CONF_PATH);
}

static void judge_solicited(struct check *check, const struct probe *probe, enum ndppd_rule rule)
{
	check_fail(check,
		   _("no advertisement: %s asked for %s %u times, and nothing here answered"),
		   ip_text(&probe->asked_by).s, ip_text(&probe->source).s, probe->solicitations);
	if (rule == NDPPD_AUTO) {
		check_cause(check, _("ndppd's rule auto asks inside the tunnel first, where nobody "
				     "can answer"));
		check_advise(check, _("ndppd_rule = static in %s; then: sixrelay apply"),
			     CONF_PATH);
	} else {
		check_cause(check, _("ndppd doesn't answer for the prefix"));
		check_advise(check, "systemctl restart ndppd; journalctl -u ndppd -n 20");
	}
}

static void judge_advertised(struct check *check, const struct upstream_proof *proof)
{
	const struct probe *probe = &proof->probe;

	if (proof->strangers) {
		check_fail(check, _("no reply: another machine, %s, answered for %s as well"),
			   mac_text(&probe->stranger).s, ip_text(&probe->source).s);
		check_cause(check, _("the prefix is in use elsewhere on this wire"));
		check_advise(check, _("detach it in Vultr's panel, and attach it again"));
		return;
	}
	check_fail(check, _("no reply: asked for, and answered after %s, but nothing came for %s"),
		   delay_text(probe->solicited_us, probe->advertised_us).s,
		   ip_text(&probe->source).s);
	check_cause(check, _("upstream drops what is for the prefix: a firewall group of Vultr's "
			     "without ICMPv6, or Vultr's network itself"));
	check_advise(check, _("Vultr's panel: Firewall: the group of this instance, IPv6; then ask "
			      "Vultr's support, with this line"));
}

void upstream_judge(struct check *check, const struct upstream_proof *proof,
		    const struct upstream_ask *ask, enum ndppd_rule rule)
{
	const struct probe *probe = &proof->probe;

	switch (probe->stage) {
	case PROBE_NOT_SENT:
		judge_not_sent(check, proof, ask);
		break;
	case PROBE_SENT:
		if (proof->nobody_answers)
			judge_nobody(check, ask);
		else
			judge_sent(check, proof, ask);
		break;
	case PROBE_SOLICITED:
		judge_solicited(check, probe, rule);
		break;
	case PROBE_ADVERTISED:
		judge_advertised(check, proof);
		break;
	case PROBE_REPLIED:
		if (probe->solicited_us)
			check_pass(check,
				   _("%s: asked for after %s, answered after %s, reply after %s "
				     "from %s"),
				   ip_text(&probe->source).s,
				   delay_text(probe->sent_us, probe->solicited_us).s,
				   delay_text(probe->solicited_us, probe->advertised_us).s,
				   delay_text(probe->advertised_us, probe->replied_us).s,
				   ip_text(&probe->target).s);
		else
			check_pass(check, _("%s: reply after %s from %s, which didn't have to ask"),
				   ip_text(&probe->source).s,
				   delay_text(probe->sent_us, probe->replied_us).s,
				   ip_text(&probe->target).s);
		break;
	}
}

/* A ping of the machine's own, to the same targets. */
static bool is_answered(const struct subject *s, const struct upstream_ask *ask)
{
	const struct address *own = inventory_global_ipv6(s->inventory, s->relay->nic_index);
	struct ping_ask ping_ask = {
		.device = ask->nic, .timeout_ms = OWN_PING_MS, .requests = OWN_PINGS};
	struct ping ping = {0};

	if (!own)
		return true;
	ping_ask.has_src = true;
	ping_ask.src = own->ipv6;
	ping_ask.dst = ask->gateway;
	if (ask->has_gateway && ping_send(&ping_ask, &ping, NULL) == 0 && ping.result == PING_REPLY)
		return true;
	for (size_t i = 0; i < ask->host_count; i++) {
		ping_ask.dst = ask->hosts[i];
		if (ping_send(&ping_ask, &ping, NULL) == 0 && ping.result == PING_REPLY)
			return true;
	}
	return false;
}

enum probe_stage upstream_check(struct check *check, const struct subject *s,
				const struct site *site)
{
	const struct route *route = inventory_default_route(s->inventory, s->relay->nic_index);
	struct upstream_ask ask = {
		.nic_index = s->relay->nic_index,
		.nic = s->relay->nic,
		.prefix = site->prefix,
		.has_gateway = route && route->has_gateway,
		.hosts = s->conf->proof_hosts,
		.host_count = s->conf->proof_host_count,
	};
	struct upstream_proof proof = {0};
	struct error err = ERROR_INIT;

	if (ask.has_gateway)
		ask.gateway = route->gateway;
	if (upstream_prove(&ask, &proof, &err) < 0) {
		check_fail(check, "%s", err.text);
		check_cause(check, _("the proof couldn't be tried"));
		check_advise(check, "ip link show %s; ip -6 route", ask.nic.s);
		return PROBE_NOT_SENT;
	}
	if (proof.probe.stage == PROBE_SENT && !proof.gateway_silent)
		proof.nobody_answers = !is_answered(s, &ask);
	upstream_judge(check, &proof, &ask, s->relay->ndppd_rule);
	return proof.probe.stage;
}

void check_upstream(struct check *check, struct subject *s, const struct site *site)
{
	upstream_check(check, s, site);
}
