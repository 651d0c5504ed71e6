/* SPDX-License-Identifier: MIT */

/* Makes one live proof and prints what it came to as a line of JSON, for the lab:
 *
 *	prove upstream NIC PREFIX GATEWAY|- [HOST…] */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "prove/upstream.h"

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

static const struct {
	const char *name;
	int arguments; /* at least */
	int (*run)(char *argv[], struct error *err);
} proofs[] = {
	{"upstream", 3, upstream},
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
