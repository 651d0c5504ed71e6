/* SPDX-License-Identifier: MIT */

/* Makes one live proof and prints what it came to as a line of JSON, for the lab:
 *
 *	prove upstream NIC PREFIX GATEWAY|- [HOST…]
 *	prove ping DEVICE DST SIZE TIMEOUT_MS [SRC]
 *	prove ping4 DST TIMEOUT_MS
 *	prove mtu DEVICE DST MTU TIMEOUT_MS
 *	prove listen NIC PORT DURATION_MS
 *	prove lookup DST [IIF SRC] */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "net/inventory.h"
#include "net/netlink.h"
#include "prove/path_mtu.h"
#include "prove/ping.h"
#include "prove/upstream.h"
#include "prove/wg_listen.h"

static const char *separator = "{";

static void key(const char *name)
{
	printf("%s\"%s\": ", separator, name);
	separator = ", ";
}

static void text(const char *name, const char *value)
{
	key(name);
	printf("\"%s\"", value);
}

static void number(const char *name, int64_t value)
{
	key(name);
	printf("%lld", (long long)value);
}

static void truth(const char *name, bool value)
{
	key(name);
	printf("%s", value ? "true" : "false");
}

static void address(const char *name, const struct in6_addr *addr)
{
	text(name, ip_text(addr).s);
}

static struct in6_addr addr6(const char *argument)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, argument, &addr) != 1) {
		fprintf(stderr, "prove: no address: %s\n", argument);
		exit(2);
	}
	return addr;
}

static void upstream_print(const struct upstream_proof *proof)
{
	const struct probe *probe = &proof->probe;

	text("stage", probe_word(probe->stage));
	address("source", &probe->source);
	address("target", &probe->target);
	truth("to_gateway", probe->to_gateway);
	number("probes", proof->probe_count);
	number("tries", probe->tries);
	number("send_error", probe->send_error);
	truth("nic_down", proof->nic_down);
	truth("gateway_silent", proof->gateway_silent);
	number("strangers", proof->strangers);
	if (probe->solicitations) {
		number("solicitations", probe->solicitations);
		number("solicited_us", probe->solicited_us - probe->sent_us);
		address("asked_by", &probe->asked_by);
		text("asked_by_mac", mac_text(&probe->asked_by_mac).s);
	}
	if (probe->advertisements) {
		number("advertisements", probe->advertisements);
		number("advertised_us", probe->advertised_us - probe->sent_us);
		text("advertised_mac", mac_text(&probe->advertised_mac).s);
	}
	if (probe->stage == PROBE_REPLIED)
		number("replied_us", probe->replied_us - probe->sent_us);
	if (probe->has_stranger)
		text("stranger", mac_text(&probe->stranger).s);
	if (probe->has_error) {
		number("error_type", probe->error_type);
		number("error_code", probe->error_code);
		address("error_from", &probe->error_from);
	}
}

static int upstream(char *argv[], struct error *err)
{
	struct in6_addr hosts[16];
	struct upstream_ask ask = {.hosts = hosts};
	struct upstream_proof proof;
	int r;

	if (!link_name_parse(&ask.nic, argv[0]) || !prefix_parse(&ask.prefix, argv[1]))
		return error_set(err, -1, "no NIC, or no prefix");
	ask.nic_index = (int)if_nametoindex(argv[0]);
	ask.has_gateway = strcmp(argv[2], "-") != 0;
	if (ask.has_gateway)
		ask.gateway = addr6(argv[2]);
	for (argv += 3; *argv && ask.host_count < 16; argv++)
		hosts[ask.host_count++] = addr6(*argv);
	r = upstream_prove(&ask, &proof, err);
	if (r == 0)
		upstream_print(&proof);
	return r;
}

static void ping_print(const struct ping *ping)
{
	static const char *const words[] = {
		[PING_REPLY] = "reply",
		[PING_NO_REPLY] = "no-reply",
		[PING_UNREACHABLE] = "unreachable",
		[PING_TOO_BIG] = "too-big",
		[PING_NOT_SENT] = "not-sent",
	};

	text("result", words[ping->result]);
	number("rtt_us", ping->rtt_us);
	number("type", ping->type);
	number("code", ping->code);
	address("from", &ping->from);
	text("send_error", ping->send_error ? strerrorname_np(-ping->send_error) : "");
}

static struct ping_ask ping_ask(char *argv[])
{
	struct ping_ask ask = {.dst = addr6(argv[1])};

	link_name_parse(&ask.device, argv[0]);
	ask.size = (unsigned)atoi(argv[2]);
	ask.timeout_ms = atoi(argv[3]);
	return ask;
}

static int ping(char *argv[], struct error *err)
{
	struct ping_ask ask = ping_ask(argv);
	struct ping result;
	int r;

	ask.has_src = argv[4] != NULL;
	if (ask.has_src)
		ask.src = addr6(argv[4]);
	r = ping_send(&ask, &result, err);
	if (r == 0)
		ping_print(&result);
	return r;
}

static int ping4(char *argv[], struct error *err)
{
	struct ping result;
	int r = ping_ipv4((struct in_addr){inet_addr(argv[0])}, atoi(argv[1]), &result, err);

	if (r == 0)
		ping_print(&result);
	return r;
}

static int mtu(char *argv[], struct error *err)
{
	struct ping_ask ask = ping_ask(argv);
	struct path_mtu found;
	int r = path_mtu_find(&ask, ask.size, &found, err);

	if (r < 0)
		return r;
	truth("answered", found.answered);
	number("mtu", found.mtu);
	truth("too_big", found.too_big);
	number("rtt_us", found.rtt_us);
	text("send_error", found.send_error ? strerrorname_np(-found.send_error) : "");
	return 0;
}

static int listen_wg(char *argv[], struct error *err)
{
	struct wg_heard heard;
	int r = wg_listen((int)if_nametoindex(argv[0]), (uint16_t)atoi(argv[1]), atoi(argv[2]),
			  &heard, err);

	if (r < 0)
		return r;
	text("verdict", wg_verdict_word(wg_verdict(&heard)));
	number("initiations_in", heard.in[WG_INITIATION]);
	number("initiations_out", heard.out[WG_INITIATION]);
	number("responses_in", heard.in[WG_RESPONSE]);
	number("responses_out", heard.out[WG_RESPONSE]);
	number("data_in", heard.in[WG_DATA]);
	number("data_out", heard.out[WG_DATA]);
	text("peer", heard.has_peer ? ip4_text(heard.peer).s : "");
	number("peer_port", heard.peer_port);
	truth("nic_down", heard.nic_down);
	return 0;
}

static int lookup(char *argv[], struct error *err)
{
	struct in6_addr dst = addr6(argv[0]), src = argv[1] ? addr6(argv[2]) : dst;
	int iif = argv[1] ? (int)if_nametoindex(argv[1]) : 0;
	struct inventory answer = INVENTORY_INIT;
	char name[IF_NAMESIZE] = "";
	int r = netlink_lookup(&answer, &dst, iif, argv[1] ? &src : NULL, err);

	if (r == 0) {
		number("routes", (int64_t)answer.route_count);
		if (answer.route_count) {
			text("dst", prefix_text(&answer.routes->dst).s);
			if_indextoname((unsigned)answer.routes->index, name);
			text("device", name);
			number("metric", answer.routes->metric);
			number("type", answer.routes->type);
		}
	}
	inventory_clear(&answer);
	return r;
}

static const struct {
	const char *name;
	int arguments; /* at least */
	int (*run)(char *argv[], struct error *err);
} proofs[] = {
	{"upstream", 3, upstream}, {"ping", 4, ping},	     {"ping4", 2, ping4},
	{"mtu", 4, mtu},	   {"listen", 3, listen_wg}, {"lookup", 1, lookup},
};

int main(int argc, char *argv[])
{
	struct error err = ERROR_INIT;
	int64_t begin_us = clock_now_us();

	for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++) {
		if (argc < 2 + proofs[i].arguments || strcmp(argv[1], proofs[i].name) != 0)
			continue;
		if (proofs[i].run(argv + 2, &err) < 0) {
			fprintf(stderr, "prove: %s\n", err.text);
			return EXIT_FAILURE;
		}
		number("took_us", clock_now_us() - begin_us);
		printf("}\n");
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "prove: no such proof, or too few words\n");
	return 2;
}
