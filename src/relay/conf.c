/* SPDX-License-Identifier: MIT */
#include "relay/conf.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/i18n.h"

/* inih cuts longer lines into two without a word. */
#define CONF_LINE_MAX 190
/* IPv6 asks for 1280 (RFC 8200 section 5); WireGuard over IPv4 takes 60 of 1500. */
#define CONF_MTU_MIN 1280
#define CONF_MTU_MAX 1440
/* Which inih passes over. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct parser {
	struct conf conf;
	struct error *err; /* the first error's text; its line comes from ini_parse_string */
	bool failed;
	unsigned relay_seen, site_seen[CONF_SITES_MAX]; /* a bit for each key already given */
};

/* Parses value into *conf (or *site); false: not allowed. */
typedef bool relay_key_fn(struct conf *conf, const char *value);
typedef bool site_key_fn(struct conf_site *site, const char *value);

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
		if (strncmp(out, "/dev/", 5) != 0 || strstr(out, "..") || !out[5])
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

static bool site_allow_inbound(struct conf_site *site, const char *value)
{
	return parse_yes_no(&site->allow_inbound, value);
}

static const struct {
	const char *name;
	relay_key_fn *parse;
	const char *allowed;
} relay_keys[] = {
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
};

static const struct {
	const char *name;
	site_key_fn *parse;
	const char *allowed;
} site_keys[] = {
	{"prefix", site_prefix, N_("reserved, original or a global IPv6 /64")},
	{"router_public_key", site_router_public_key,
	 N_("a WireGuard key: 44 characters of base64")},
	{"lan_bridge", site_lan_bridge,
	 N_("a name of up to 31 of A-Z a-z 0-9 . _ / + - and blank")},
	{"allow_inbound", site_allow_inbound, N_("yes or no")},
};

/* Keeps the first error. Returns 0, which inih takes for a bad line. */
static int parser_fail(struct parser *parser, const char *section, const char *key,
		       const char *value, const char *allowed)
{
	if (!parser->failed && value)
		error_set(parser->err, -EINVAL, _("[%s] %s = %s: not allowed; allowed: %s"),
			  section, key, value, allowed);
	else if (!parser->failed)
		error_set(parser->err, -EINVAL, "[%s]%s%s: %s", section, key ? " " : "",
			  key ? key : "", allowed);
	parser->failed = true;
	return 0;
}

/* The site that section "site NAME" is about; NULL when there is none. */
static struct conf_site *parser_find_site(struct parser *parser, const char *section)
{
	const char *name = section + strlen("site ");

	name += strspn(name, " \t");
	for (size_t i = 0; i < parser->conf.site_count; i++)
		if (!strcmp(parser->conf.sites[i].name, name))
			return &parser->conf.sites[i];
	return NULL;
}

static int parser_add_site(struct parser *parser, const char *section)
{
	const char *name = section + strlen("site ");
	struct conf_site *site;
	size_t len;

	name += strspn(name, " \t");
	len = strlen(name);
	if (!len || len >= sizeof(site->name) ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != len || *name == '-')
		return parser_fail(parser, section, NULL, NULL,
				   _("a site's name is 1 to 15 of a-z 0-9 and -"));
	if (parser_find_site(parser, section))
		return parser_fail(parser, section, NULL, NULL, _("given twice"));
	if (parser->conf.site_count == CONF_SITES_MAX)
		return parser_fail(parser, section, NULL, NULL, _("too many sites"));
	site = &parser->conf.sites[parser->conf.site_count++];
	*site = (struct conf_site){.source = SITE_RESERVED, .lan_bridge = "bridge"};
	memcpy(site->name, name, len + 1);
	return 1;
}

/* Sets a key's bit. False when it was set: one of the two values would be lost silently. */
static bool mark_seen(unsigned *seen, size_t key)
{
	bool first = !(*seen & 1u << key);

	*seen |= 1u << key;
	return first;
}

static int handle_relay(struct parser *parser, const char *section, const char *key,
			const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(relay_keys); i++) {
		if (strcmp(key, relay_keys[i].name) != 0)
			continue;
		if (!mark_seen(&parser->relay_seen, i))
			return parser_fail(parser, section, key, NULL, _("given twice"));
		return relay_keys[i].parse(&parser->conf, value) ||
		       parser_fail(parser, section, key, value, _(relay_keys[i].allowed));
	}
	return parser_fail(parser, section, key, NULL,
			   _("unknown setting; there are nic, wg_interface, listen_port, mtu, "
			     "transit, ndppd_rule, manage_ufw, manage_sshd, console and "
			     "announce_secret"));
}

static int handle_site(struct parser *parser, struct conf_site *site, const char *section,
		       const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(site_keys); i++) {
		if (strcmp(key, site_keys[i].name) != 0)
			continue;
		if (!mark_seen(&parser->site_seen[site - parser->conf.sites], i))
			return parser_fail(parser, section, key, NULL, _("given twice"));
		return site_keys[i].parse(site, value) ||
		       parser_fail(parser, section, key, value, _(site_keys[i].allowed));
	}
	return parser_fail(parser, section, key, NULL,
			   _("unknown setting; there are prefix, router_public_key, lan_bridge "
			     "and allow_inbound"));
}

static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct parser *parser = user;
	struct conf_site *site;

	if (parser->failed)
		return 1;
	if (!strcmp(section, "relay"))
		return handle_relay(parser, section, key, value);
	site = strncmp(section, "site ", 5) ? NULL : parser_find_site(parser, section);
	if (site)
		return handle_site(parser, site, section, key, value);
	return parser_fail(parser, section, NULL, NULL,
			   _("unknown section; there are [relay] and [site NAME]"));
}

/* The section of a line "[site home]". */
static int scan_section(struct parser *parser, const char *line, size_t len)
{
	const char *close = memchr(line, ']', len);
	char section[CONF_LINE_MAX];

	if (!close)
		return error_set(parser->err, -EINVAL, _("neither [section] nor key = value"));
	memcpy(section, line + 1, (size_t)(close - line - 1));
	section[close - line - 1] = '\0';
	if (!strncmp(section, "site ", 5))
		return parser_add_site(parser, section) ? 0 : -EINVAL;
	if (strcmp(section, "relay") != 0)
		return error_set(parser->err, -EINVAL,
				 _("[%s]: unknown section; there are [relay] and [site NAME]"),
				 section);
	return 0;
}

/* What inih passes over, cuts or joins without a word is refused here; and sections are taken here,
 * since "[site cabin]" alone makes a site. */
static int scan_line(struct parser *parser, const char *line, size_t len)
{
	size_t blank = strspn(line, " \t\r");

	if (memchr(line, '\0', len))
		return error_set(parser->err, -EINVAL, _("a NUL byte"));
	if (len >= CONF_LINE_MAX)
		return error_set(parser->err, -EINVAL, _("longer than %d characters"),
				 CONF_LINE_MAX);
	if (blank >= len || line[blank] == '#' || line[blank] == ';')
		return 0;
	if (blank)
		return error_set(parser->err, -EINVAL, _("starts with a blank"));
	if (*line == '[')
		return scan_section(parser, line, len);
	if (!memchr(line, '=', len) && !memchr(line, ':', len))
		return error_set(parser->err, -EINVAL, _("neither [section] nor key = value"));
	return 0;
}

static int scan_lines(struct parser *parser, const char *name, const char *text, size_t len)
{
	const char *line = text, *end = text + len;

	if (len >= strlen(BYTE_ORDER_MARK) &&
	    !memcmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		line += strlen(BYTE_ORDER_MARK);
	for (int number = 1; line < end; number++) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		size_t line_len = (size_t)((next ? next : end) - line);
		int r = scan_line(parser, line, line_len);

		if (r < 0)
			return error_wrap(parser->err, r, "%s:%d", name, number);
		line += line_len + 1;
	}
	return 0;
}

int conf_parse(struct conf *conf, const char *name, const char *text, size_t len, struct error *err)
{
	struct parser parser = {
		.conf =
			{
				.wg_interface = {"wg0"},
				.listen_port = 51820,
				.mtu = 1420,
				.manage_ufw = true,
				.manage_sshd = true,
				.console_count = 1,
				.consoles = {"/dev/console"},
			},
		.err = err,
	};
	int line = scan_lines(&parser, name, text, len);

	if (line < 0)
		return line;
	prefix_parse(&parser.conf.transit, "fd99:9999:9999::/64");
	line = ini_parse_string(text, handle, &parser);
	if (line < 0)
		return error_errno(err, -ENOMEM, "%s", name);
	if (line > 0 && !parser.failed)
		return error_set(err, -EINVAL, _("%s:%d: neither [section] nor key = value"), name,
				 line);
	if (line > 0)
		return error_wrap(err, -EINVAL, "%s:%d", name, line);
	if (parser.conf.site_count == 0) {
		parser.conf.sites[0] = (struct conf_site){.name = "home", .lan_bridge = "bridge"};
		parser.conf.site_count = 1;
	}
	*conf = parser.conf;
	return 0;
}
