/* SPDX-License-Identifier: MIT */
/* judge [IPTABLES-SAVE IP6TABLES-SAVE LEGACY4 LEGACY6 NFT]: what the rules in force, or those in
 *these files ("-": none), do to packets, one a line of standard input: 4|6 INTERFACE-IN
 *INTERFACE-OUT|- PROTOCOL SOURCE SOURCE-PORT DESTINATION PORT [new|established|related [TYPE]]
 *with addresses, or "stranger" and "ours", and a type of ICMPv6. A line of output each: verdict,
 *table, rule. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "firewall/firewall.h"

static int load(struct firewall *fw, char *argv[], struct error *err)
{
	static const char *const programs[] = {"iptables", "ip6tables", "iptables-legacy",
					       "ip6tables-legacy"};
	int root = file_root_open("/", err);

	if (root < 0)
		return root;
	if (!argv)
		return firewall_read(fw, root, err);
	for (size_t i = 0; i < 5; i++) {
		CLEANUP(buf_clear) struct buf text = BUF_INIT;
		int r;

		if (!strcmp(argv[i], "-"))
			continue;
		r = file_read(root, argv[i], (size_t)64 << 20, &text, NULL, err);
		if (r == 0 && i < 4)
			r = firewall_add_iptables(fw, i % 2 ? AF_INET6 : AF_INET, programs[i],
						  buf_str(&text), err);
		else if (r == 0)
			r = firewall_set_nft(fw, buf_str(&text), err);
		if (r < 0)
			return r;
	}
	return 0;
}

static struct flow_end end_of(const char *text)
{
	struct flow_end end = {.kind = END_GIVEN};
	struct in6_addr unused;

	if (!strcmp(text, "stranger"))
		end.kind = END_STRANGER;
	else if (!strcmp(text, "ours"))
		end.kind = END_OURS;
	else if (!address_range(text, &end.addr, &unused))
		fprintf(stderr, "judge: %s is no address\n", text);
	return end;
}

int main(int argc, char *argv[])
{
	static const char *const words[] = {"accept", "unknown", "drop"};
	struct firewall fw = FIREWALL_INIT;
	struct error err = ERROR_INIT;
	char line[512];

	if (argc != 1 && argc != 6)
		return 2;
	if (load(&fw, argc > 1 ? argv + 1 : NULL, &err) < 0) {
		fprintf(stderr, "judge: %s\n", err.text);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		char in[32], out[32], source[64], destination[64], state[16] = "";
		unsigned family, protocol, source_port, port, type = 0;
		struct flow flow;
		struct why why;
		enum verdict verdict;

		if (sscanf(line, "%u %31s %31s %u %63s %u %63s %u %15s %u", &family, in, out,
			   &protocol, source, &source_port, destination, &port, state, &type) < 8)
			return 2;
		flow = (struct flow){
			.family = family == 4 ? AF_INET : AF_INET6,
			.path = strcmp(out, "-") != 0 ? FLOW_FORWARD : FLOW_INPUT,
			.in = in,
			.out = strcmp(out, "-") != 0 ? out : "",
			.protocol = (uint8_t)protocol,
			.source_port = (uint16_t)source_port,
			.port = (uint16_t)port,
			.icmp_type = (uint8_t)type,
			.established = !strcmp(state, "established"),
			.related = !strcmp(state, "related"),
			.source = end_of(source),
			.destination = end_of(destination),
		};
		verdict = firewall_judge(&fw, &flow, &why);
		printf("%s\t%s\t%s\n", words[verdict], why.table, why.rule);
	}
	firewall_clear(&fw);
	return 0;
}
