/* SPDX-License-Identifier: MIT */
#include "relay/conf_keys.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

/* IPv6 asks for 1280 (RFC 8200 section 5); WireGuard over IPv4 takes 60 of 1500. */
#define CONF_MTU_MIN 1280
#define CONF_MTU_MAX 1440

static bool parse_yes_no(bool *out, const char *value)
{
	*out = !strcmp(value, "yes");
	return *out || !strcmp(value, "no");
}

static bool parse_number(uint16_t *out, const char *value, unsigned long min, unsigned long max)
{
	unsigned long number;
	char *end;

	if (*value < '0' || *value > '9' || strlen(value) > 5)
		return false;
	number = strtoul(value, &end, 10);
	if (*end || number < min || number > max)
		return false;
	*out = (uint16_t)number;
	return true;
}

/* The index of value in words, or -1. */
static int parse_word(const char *value, const char *const words[], int count)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(value, words[i]))
			return i;
	return -1;
}

bool conf_name_parse(char name[CONF_NAME_SIZE], const char *value)
{
	size_t len = strlen(value);

	if (!len || len >= CONF_NAME_SIZE ||
	    strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || *value == '-')
		return false;
	memcpy(name, value, len + 1);
	return true;
}

static bool relay_nic(struct conf *conf, const char *value)
{
	conf->has_nic = link_name_parse(&conf->nic, value);
	return conf->has_nic;
}

static bool relay_wg_interface(struct conf *conf, const char *value)
{
	return link_name_parse(&conf->wg_interface, value);
}

static bool relay_listen_port(struct conf *conf, const char *value)
{
	return parse_number(&conf->listen_port, value, 1, 65535);
}

static bool relay_mtu(struct conf *conf, const char *value)
{
	return parse_number(&conf->mtu, value, CONF_MTU_MIN, CONF_MTU_MAX);
}

static bool relay_transit(struct conf *conf, const char *value)
{
	return prefix_parse(&conf->transit, value) && conf->transit.len == 64 &&
	       (ip_is_unique_local(&conf->transit.addr) || ip_is_global(&conf->transit.addr));
}

static bool relay_ndppd_rule(struct conf *conf, const char *value)
{
	static const char *const words[] = {"static", "auto"};
	int word = parse_word(value, words, 2);

	conf->has_ndppd_rule = word >= 0;
	conf->ndppd_rule = word == 1 ? NDPPD_AUTO : NDPPD_STATIC;
	return word >= 0;
}

static bool relay_manage_ufw(struct conf *conf, const char *value)
{
	return parse_yes_no(&conf->manage_ufw, value);
}

static bool relay_manage_sshd(struct conf *conf, const char *value)
{
	return parse_yes_no(&conf->manage_sshd, value);
}

/* As udev names terminals, those below /dev/serial included. */
static bool is_device(const char *path)
{
	return !strncmp(path, "/dev/", 5) && path[5] && !strstr(path, "..") &&
	       !path[strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789/._:@+-")];
}

/* "none", or devices below /dev separated by blanks. */
static bool relay_console(struct conf *conf, const char *value)
{
	conf->console_count = 0;
	if (!strcmp(value, "none"))
		return true;
	while (*value) {
		size_t len = strcspn(value, " \t,");
		char *out;

		if (conf->console_count == CONF_CONSOLES_MAX)
			return false;
		out = conf->consoles[conf->console_count++];
		if (len >= sizeof(conf->consoles[0]))
			return false;
		memcpy(out, value, len);
		out[len] = '\0';
		if (!is_device(out))
			return false;
		value += len;
		value += strspn(value, " \t,");
	}
	return conf->console_count > 0;
}

static bool relay_announce_secret(struct conf *conf, const char *value)
{
	static const char *const words[] = {"until-handshake", "always", "never"};
	int word = parse_word(value, words, 3);

	if (word >= 0)
		conf->announce_secret = (enum announce_secret)word;
	return word >= 0;
}

/* "none", or global IPv6 addresses separated by blanks. */
static bool relay_proof_hosts(struct conf *conf, const char *value)
{
	char text[INET6_ADDRSTRLEN];

	conf->proof_host_count = 0;
	if (!strcmp(value, "none"))
		return true;
	while (*value) {
		size_t len = strcspn(value, " \t,");
		struct in6_addr *host;

		if (conf->proof_host_count == CONF_PROOF_HOSTS_MAX || len >= sizeof(text))
			return false;
		memcpy(text, value, len);
		text[len] = '\0';
		host = &conf->proof_hosts[conf->proof_host_count++];
		if (inet_pton(AF_INET6, text, host) != 1 || !ip_is_global(host))
			return false;
		value += len;
		value += strspn(value, " \t,");
	}
	return conf->proof_host_count > 0;
}

static bool site_prefix(struct conf_site *site, const char *value)
{
	if (!strcmp(value, "reserved")) {
		site->source = SITE_RESERVED;
		return true;
	}
	if (!strcmp(value, "original")) {
		site->source = SITE_ORIGINAL;
		return true;
	}
	site->source = SITE_EXPLICIT;
	return prefix_parse(&site->prefix, value) && site->prefix.len == 64 &&
	       ip_is_global(&site->prefix.addr);
}

static bool site_router_public_key(struct conf_site *site, const char *value)
{
	site->has_router_public_key = wg_key_parse(&site->router_public_key, value, strlen(value));
	return site->has_router_public_key;
}

/* RouterOS takes more in a name; what needs no thought in any of the targets is enough. */
static bool site_lan_bridge(struct conf_site *site, const char *value)
{
	size_t len = strlen(value);

	if (!len || len >= sizeof(site->lan_bridge))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._/+-",
			    value[i]))
			return false;
	memcpy(site->lan_bridge, value, len + 1);
	return true;
}

static bool site_router_interface(struct conf_site *site, const char *value)
{
	return conf_name_parse(site->router_interface, value);
}

static bool site_allow_inbound(struct conf_site *site, const char *value)
{
	return parse_yes_no(&site->allow_inbound, value);
}

static bool site_ra_mtu(struct conf_site *site, const char *value)
{
	return parse_yes_no(&site->ra_mtu, value);
}

static bool site_mss_clamp(struct conf_site *site, const char *value)
{
	return parse_yes_no(&site->mss_clamp, value);
}

const struct conf_relay_key conf_relay_keys[CONF_RELAY_KEYS] = {
	{"nic", relay_nic, N_("an interface's name")},
	{"wg_interface", relay_wg_interface, N_("an interface's name, 15 characters at most")},
	{"listen_port", relay_listen_port, N_("1 to 65535")},
	{"mtu", relay_mtu, N_("1280 to 1440")},
	{"transit", relay_transit, N_("an IPv6 /64, such as fd99:9999:9999::/64")},
	{"ndppd_rule", relay_ndppd_rule, N_("static or auto")},
	{"manage_ufw", relay_manage_ufw, N_("yes or no")},
	{"manage_sshd", relay_manage_sshd, N_("yes or no")},
	{"console", relay_console, N_("up to 4 devices below /dev, or none")},
	{"announce_secret", relay_announce_secret, N_("always, until-handshake or never")},
	{"proof_hosts", relay_proof_hosts, N_("up to 4 global IPv6 addresses, or none")},
};

const struct conf_site_key conf_site_keys[CONF_SITE_KEYS] = {
	{"prefix", site_prefix, N_("reserved, original or a global IPv6 /64")},
	{"router_public_key", site_router_public_key,
	 N_("a WireGuard key: 44 characters of base64")},
	{"lan_bridge", site_lan_bridge,
	 N_("a name of up to 31 of A-Z a-z 0-9 . _ / + - and blank")},
	{"router_interface", site_router_interface, N_("a name of up to 15 of a-z 0-9 and -")},
	{"allow_inbound", site_allow_inbound, N_("yes or no")},
	{"ra_mtu", site_ra_mtu, N_("yes or no")},
	{"mss_clamp", site_mss_clamp, N_("yes or no")},
};
