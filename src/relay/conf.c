/* SPDX-License-Identifier: MIT */
#include "relay/conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/shown.h"
#include "relay/conf_keys.h"

/* inih cuts longer lines into two without a word. */
#define CONF_LINE_MAX 190
/* Which inih passes over. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static const struct conf_site site_defaults = {
	.source = SITE_RESERVED,
	.lan_bridge = "bridge",
	.router_interface = CONF_ROUTER_INTERFACE,
	.ra_mtu = true,
};

struct parser {
	struct conf conf;
	struct error *err; /* the first error's text; its line comes from ini_parse_string */
	bool failed;
	unsigned relay_seen, site_seen[CONF_SITES_MAX]; /* a bit for each key already given */
};

/* Keeps the first error. Returns 0, which inih takes for a bad line. */
static int parser_fail(struct parser *parser, const char *section, const char *key,
		       const char *value, const char *allowed)
{
	if (!parser->failed && value)
		error_set(parser->err, -EINVAL, _("[%s] %s = %s: not allowed; allowed: %s"),
			  shown_of(section).s, shown_of(key).s, shown_of(value).s, allowed);
	else if (!parser->failed)
		error_set(parser->err, -EINVAL, "[%s]%s%s: %s", shown_of(section).s, key ? " " : "",
			  key ? shown_of(key).s : "", allowed);
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
	struct conf_site site = site_defaults;

	name += strspn(name, " \t");
	if (!conf_name_parse(site.name, name))
		return parser_fail(parser, section, NULL, NULL,
				   _("a site's name is 1 to 15 of a-z 0-9 and -"));
	if (parser_find_site(parser, section))
		return parser_fail(parser, section, NULL, NULL, _("given twice"));
	_Static_assert(CONF_SITES_MAX == 64, "the message names it");
	if (parser->conf.site_count == CONF_SITES_MAX)
		return parser_fail(parser, section, NULL, NULL, _("too many sites; 64 at most"));
	parser->conf.sites[parser->conf.site_count++] = site;
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
	for (size_t i = 0; i < CONF_RELAY_KEYS; i++) {
		if (strcmp(key, conf_relay_keys[i].name) != 0)
			continue;
		if (!mark_seen(&parser->relay_seen, i))
			return parser_fail(parser, section, key, NULL, _("given twice"));
		return conf_relay_keys[i].parse(&parser->conf, value) ||
		       parser_fail(parser, section, key, value, _(conf_relay_keys[i].allowed));
	}
	return parser_fail(parser, section, key, NULL,
			   _("unknown setting; there are nic, wg_interface, listen_port, mtu, "
			     "transit, ndppd_rule, manage_ufw, manage_sshd, console, "
			     "announce_secret and proof_hosts"));
}

static int handle_site(struct parser *parser, struct conf_site *site, const char *section,
		       const char *key, const char *value)
{
	for (size_t i = 0; i < CONF_SITE_KEYS; i++) {
		if (strcmp(key, conf_site_keys[i].name) != 0)
			continue;
		if (!mark_seen(&parser->site_seen[site - parser->conf.sites], i))
			return parser_fail(parser, section, key, NULL, _("given twice"));
		return conf_site_keys[i].parse(site, value) ||
		       parser_fail(parser, section, key, value, _(conf_site_keys[i].allowed));
	}
	return parser_fail(parser, section, key, NULL,
			   _("unknown setting; there are prefix, router_public_key, lan_bridge, "
			     "router_interface, allow_inbound, ra_mtu and mss_clamp"));
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
	const char *close = memchr(line, ']', len), *rest;
	char section[CONF_LINE_MAX];

	if (!close)
		return error_set(parser->err, -EINVAL, _("neither [section] nor key = value"));
	memcpy(section, line + 1, (size_t)(close - line - 1));
	section[close - line - 1] = '\0';
	rest = close + 1 + strspn(close + 1, " \t\r");
	if (rest < line + len && *rest != ';' && *rest != '#')
		return error_set(parser->err, -EINVAL,
				 _("[%s]: nothing but a comment may follow in its line"),
				 shown_of(section).s);
	if (!strncmp(section, "site ", 5))
		return parser_add_site(parser, section) ? 0 : -EINVAL;
	if (strcmp(section, "relay") != 0)
		return error_set(parser->err, -EINVAL,
				 _("[%s]: unknown section; there are [relay] and [site NAME]"),
				 shown_of(section).s);
	return 0;
}

/* What inih passes over, cuts or joins without a word is refused here; and sections are taken here,
 * since "[site cabin]" alone makes a site. */
static int scan_line(struct parser *parser, const char *line, size_t len)
{
	size_t blank = strspn(line, " \t\r\v\f"); /* all that isspace() has, as inih */

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

/* The public resolvers of Google, Cloudflare and Quad9, which answer pings from everywhere. */
static void default_proof_hosts(struct conf *conf)
{
	static const char *const hosts[] = {"2001:4860:4860::8888", "2606:4700:4700::1111",
					    "2620:fe::fe"};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		inet_pton(AF_INET6, hosts[i], &conf->proof_hosts[i]);
	conf->proof_host_count = ARRAY_SIZE(hosts);
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
	default_proof_hosts(&parser.conf);
	line = ini_parse_string(text, handle, &parser);
	if (line < 0)
		return error_errno(err, -ENOMEM, "%s", name);
	if (line > 0 && !parser.failed)
		return error_set(err, -EINVAL, _("%s:%d: neither [section] nor key = value"), name,
				 line);
	if (line > 0)
		return error_wrap(err, -EINVAL, "%s:%d", name, line);
	if (parser.conf.site_count == 0) {
		parser.conf.sites[0] = site_defaults;
		memcpy(parser.conf.sites[0].name, "home", sizeof("home"));
		parser.conf.site_count = 1;
	}
	*conf = parser.conf;
	return 0;
}
