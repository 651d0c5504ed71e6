/* SPDX-License-Identifier: MIT */
/* The settings file: a person's. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "fuzz.h"
#include "relay/conf.h"
#include "relay/conf_keys.h"

#define NAME "settings"

static bool is_key(const char *line, size_t len)
{
	for (size_t i = 0; i < CONF_RELAY_KEYS; i++)
		if (strlen(conf_relay_keys[i].name) == len &&
		    !memcmp(conf_relay_keys[i].name, line, len))
			return true;
	for (size_t i = 0; i < CONF_SITE_KEYS; i++)
		if (strlen(conf_site_keys[i].name) == len &&
		    !memcmp(conf_site_keys[i].name, line, len))
			return true;
	return false;
}

static bool is_ignored(const char *line, size_t len)
{
	size_t blank = strspn(line, " \t\r\v\f");

	return blank >= len || line[blank] == '#' || line[blank] == ';';
}

/* Of an accepted text each line says something, or is a comment: none is lost without a word. */
static void check_line(const char *line, size_t len)
{
	const char *close = memchr(line, ']', len);
	size_t key = strcspn(line, "=:\n");

	if (is_ignored(line, len))
		return;
	if (*line == '[') {
		FUZZ_ASSERT(!strncmp(line, "[relay]", 7) || !strncmp(line, "[site ", 6));
		FUZZ_ASSERT(close && is_ignored(close + 1, len - (size_t)(close + 1 - line)));
		return;
	}
	FUZZ_ASSERT(key < len);
	while (key && isspace((unsigned char)line[key - 1]))
		key--;
	FUZZ_ASSERT(is_key(line, key));
}

static void check_lines(const char *text)
{
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (*text) {
		size_t len = strcspn(text, "\n");

		check_line(text, len);
		text += len;
		text += *text == '\n';
	}
}

static bool is_name(const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	return len && len < size && *name != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool is_global_64(const struct prefix *prefix)
{
	struct prefix of = prefix_of(&prefix->addr, 64);

	return prefix_equal(prefix, &of) && ip_is_global(&prefix->addr);
}

static void check_site(const struct conf *conf, size_t i)
{
	const struct conf_site *site = &conf->sites[i];

	FUZZ_ASSERT(is_name(site->name, sizeof(site->name)));
	FUZZ_ASSERT(is_name(site->router_interface, sizeof(site->router_interface)));
	FUZZ_ASSERT(memchr(site->lan_bridge, '\0', sizeof(site->lan_bridge)));
	FUZZ_ASSERT(*site->lan_bridge && fuzz_is_shown(site->lan_bridge));
	FUZZ_ASSERT(!strpbrk(site->lan_bridge, "\"\\$[]{}();'`"));
	FUZZ_ASSERT(site->source != SITE_EXPLICIT || is_global_64(&site->prefix));
	for (size_t k = 0; k < i; k++)
		FUZZ_ASSERT(strcmp(site->name, conf->sites[k].name) != 0);
}

static void check_conf(const struct conf *conf)
{
	struct link_name name;

	FUZZ_ASSERT(!conf->has_nic || link_name_parse(&name, conf->nic.s));
	FUZZ_ASSERT(link_name_parse(&name, conf->wg_interface.s));
	FUZZ_ASSERT(conf->listen_port != 0);
	FUZZ_ASSERT(conf->mtu >= 1280 && conf->mtu <= 1440);
	FUZZ_ASSERT(conf->transit.len == 64);
	FUZZ_ASSERT(conf->console_count <= CONF_CONSOLES_MAX);
	for (size_t i = 0; i < conf->console_count; i++) {
		FUZZ_ASSERT(memchr(conf->consoles[i], '\0', CONF_CONSOLE_SIZE));
		FUZZ_ASSERT(!strncmp(conf->consoles[i], "/dev/", 5));
		FUZZ_ASSERT(!strstr(conf->consoles[i], ".."));
		FUZZ_ASSERT(fuzz_is_shown(conf->consoles[i]));
	}
	FUZZ_ASSERT(conf->proof_host_count <= CONF_PROOF_HOSTS_MAX);
	for (size_t i = 0; i < conf->proof_host_count; i++)
		FUZZ_ASSERT(ip_is_global(&conf->proof_hosts[i]));
	FUZZ_ASSERT(conf->site_count >= 1 && conf->site_count <= CONF_SITES_MAX);
	for (size_t i = 0; i < conf->site_count; i++)
		check_site(conf, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct error err = ERROR_INIT;
	struct conf conf, untouched;
	int r;

	memset(&conf, 0xa5, sizeof(conf));
	memcpy(&untouched, &conf, sizeof(conf));
	r = conf_parse(&conf, NAME, text, size, &err);
	if (r < 0) {
		fuzz_check_error(r, &err);
		FUZZ_ASSERT(!strncmp(err.text, NAME ":", strlen(NAME ":")));
		FUZZ_ASSERT(!memcmp(&conf, &untouched, sizeof(conf)));
		return 0;
	}
	check_lines(text);
	check_conf(&conf);
	return 0;
}
