/* SPDX-License-Identifier: MIT */
#pragma once

#include "firewall/iptables.h"
#include "firewall/nft.h"
#include "firewall/ruling.h"

struct error;

/* The rules that are in force in the kernel, whoever set them. */

/* iptables and ip6tables, each in nftables and as legacy tables. */
#define FIREWALL_IPTABLES_MAX 4

struct firewall {
	struct iptables iptables[FIREWALL_IPTABLES_MAX];
	size_t count;
	struct nft nft;
	bool has_nft; /* nft was asked */
};

#define FIREWALL_INIT ((struct firewall){0})

/* Adds what a save program or `nft -j list ruleset` printed. Pure. After an error the firewall is
 * only to be cleared. */
int firewall_add_iptables(struct firewall *fw, int family, const char *program, const char *text,
			  struct error *err);
int firewall_set_nft(struct firewall *fw, const char *text, struct error *err);

/* Asks those of the programs that are installed; root is for /proc. An error when one of them can't
 * say its rules: nothing is known then. Nothing is changed: legacy tables are only asked for where
 * the kernel has some, as asking would make them. */
int firewall_read(struct firewall *fw, int root, struct error *err);
void firewall_clear(struct firewall *fw);

/* What all the rules do to the packet. why has no table where none looks at it. Pure. */
enum verdict firewall_judge(const struct firewall *fw, const struct flow *flow, struct why *why);
