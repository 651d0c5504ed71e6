/* SPDX-License-Identifier: MIT */
/* What a person set, in the files that come of it: each is read by rules of its own, and holds what
 * was meant and nothing else. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "fuzz.h"
#include "metadata/instance.h"
#include "relay/relay.h"
#include "render/files.h"
#include "render/routeros.h"
#include "render/sysctl.h"
#include "render/wgquick.h"

/* Settings that fit the machine; false: they don't. */
static bool make_relay(struct relay *relay, const struct conf *conf)
{
	struct instance instance = {.mac = {{0x56, 0, 5, 0, 0x53, 1}},
				    .has_ipv4 = true,
				    .ipv4 = {htonl(0xcb00712a)},
				    .has_original = true,
				    .reserved_count = 2};
	struct inventory inventory = INVENTORY_INIT;
	struct link *link = inventory_add_link(&inventory);
	struct error err = ERROR_INIT;
	int r;

	FUZZ_ASSERT(link && prefix_parse(&instance.original, "2001:db8:0:1::/64"));
	FUZZ_ASSERT(prefix_parse(&instance.reserved[0], "2001:db8:0:2::/64"));
	FUZZ_ASSERT(prefix_parse(&instance.reserved[1], "2001:db8:0:3::/64"));
	*link = (struct link){.index = 2, .name = {"enp1s0"}, .has_mac = true, .mac = instance.mac};
	if (conf->has_nic)
		link->name = conf->nic;
	r = relay_make(relay, conf, &instance, &inventory, NULL, 0, &err);
	inventory_clear(&inventory);
	if (r < 0)
		fuzz_check_error(r, &err);
	return r == 0;
}

static void set_keys(struct relay *relay)
{
	memset(relay->private_key.bytes, 0x40, sizeof(relay->private_key.bytes));
	relay->public_key = relay->private_key;
	for (size_t i = 0; i < relay->site_count; i++)
		if (relay->sites[i].has_router_private_key)
			relay->sites[i].router_private_key = relay->sites[i].router_public_key =
				relay->private_key;
}

/* Lines of ASCII, each of them ended. */
static void check_text(const struct buf *content)
{
	FUZZ_ASSERT(!content->error && content->len && content->data[content->len - 1] == '\n');
	FUZZ_ASSERT(strlen(content->data) == content->len);
	for (size_t i = 0; i < content->len; i++)
		FUZZ_ASSERT(content->data[i] == '\n' ||
			    (content->data[i] >= ' ' && content->data[i] <= '~'));
}

/* A prefix as inet_pton(3) and strtoul(3) read it. */
static bool is_prefix(const char *text, const struct prefix *prefix)
{
	char address[INET6_ADDRSTRLEN + 1];
	struct in6_addr addr;
	unsigned len;

	return sscanf(text, "%46[0-9a-f:.]/%u", address, &len) == 2 && len == prefix->len &&
	       inet_pton(AF_INET6, address, &addr) == 1 && IN6_ARE_ADDR_EQUAL(&addr, &prefix->addr);
}

static bool starts(const char *line, const char *start)
{
	return !strncmp(line, start, strlen(start));
}

static const char *next_line(const char *line)
{
	return strchr(line, '\n') + 1;
}

/* The next site that has a prefix. */
static const struct site *next_site(const struct relay *relay, size_t *i)
{
	while (*i < relay->site_count && relay->sites[*i].state == SITE_WAITING)
		(*i)++;
	return *i < relay->site_count ? &relay->sites[(*i)++] : NULL;
}

/* wg-quick(8) runs what stands behind PostUp and PreDown: those lines are ours, with prefixes. */
static void check_wgquick(const struct relay *relay, const char *text)
{
	static const char *const keys[] = {
		"#",	  "[Interface]", "Address = ",	 "ListenPort = ", "PrivateKey = ",
		"MTU = ", "Table = off", "PublicKey = ", "[Peer]"};
	size_t peer = 0, route = 0;
	const struct site *site;

	for (const char *line = text; *line; line = next_line(line)) {
		bool known = *line == '\n';

		for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
			known |= starts(line, keys[i]);
		if (starts(line, "PostUp = ip -6 route replace ")) {
			site = next_site(relay, &route);
			FUZZ_ASSERT(site && is_prefix(line + 29, &site->prefix));
			FUZZ_ASSERT(starts(strchr(line + 29, ' '), " dev %i metric 50\n"));
		} else if (starts(line, "AllowedIPs = ")) {
			site = next_site(relay, &peer);
			FUZZ_ASSERT(site && is_prefix(strchr(line, ',') + 2, &site->prefix));
		} else if (starts(line, "PostUp = ")) {
			FUZZ_ASSERT(starts(line, "PostUp = ip6tables -w 5 -C " WGQUICK_GUARD
						 " 2>/dev/null || ip6tables -w 5 -I " WGQUICK_GUARD
						 " || true\n"));
		} else if (starts(line, "PreDown = ")) {
			FUZZ_ASSERT(starts(line, "PreDown = wg show %i latest-handshakes >") ||
				    starts(line, "PreDown = ip6tables -w 5 -D " WGQUICK_GUARD
						 " || true\n"));
		} else {
			FUZZ_ASSERT(known);
		}
	}
	FUZZ_ASSERT(!next_site(relay, &peer) && !next_site(relay, &route));
}

static void check_ndppd(const struct relay *relay, const char *text)
{
	size_t rule = 0, proxies = 0;
	char nic[32];

	for (const char *line = text; *line; line = next_line(line)) {
		if (sscanf(line, "proxy %31s {\n", nic) == 1) {
			FUZZ_ASSERT(++proxies == 1 && !strcmp(nic, relay->nic.s));
		} else if (starts(line, "    rule ")) {
			const struct site *site = next_site(relay, &rule);

			FUZZ_ASSERT(site && is_prefix(line + 9, &site->prefix));
		}
	}
	FUZZ_ASSERT(proxies == 1 && !next_site(relay, &rule));
}

/* sysctl.d(5): where a dot comes first, dots and slashes stand for each other. */
static void check_sysctl(const struct relay *relay, const char *text)
{
	struct sysctl list[SYSCTL_COUNT];
	size_t count = 0;

	sysctl_list(relay, list);
	for (const char *line = text; *line; line = next_line(line)) {
		char path[128] = "/proc/sys/", value;
		size_t len = strlen(path), key = strcspn(line, " ");

		if (*line == '#')
			continue;
		FUZZ_ASSERT(count < SYSCTL_COUNT && len + key < sizeof(path));
		for (size_t i = 0; i < key; i++)
			path[len++] = line[i] == '.' ? '/' : line[i] == '/' ? '.' : line[i];
		FUZZ_ASSERT(!strcmp(path, list[count].path));
		FUZZ_ASSERT(sscanf(line + key, " = %c", &value) == 1 &&
			    value == list[count].value && line[key + 4] == '\n');
		count++;
	}
	FUZZ_ASSERT(count == SYSCTL_COUNT);
}

static void check_files(const struct relay *relay)
{
	struct file_choices choices = {.ndppd_service = true, .bind_device = true, .sshd = true};
	struct file_list list = FILE_LIST_INIT;

	render_files(relay, &choices, &list);
	FUZZ_ASSERT(!list.error);
	for (size_t i = 0; i < list.count; i++) {
		const struct file_spec *spec = &list.specs[i];

		check_text(&spec->content);
		FUZZ_ASSERT(starts(spec->path.s, "/etc/") && !strstr(spec->path.s, ".."));
		FUZZ_ASSERT(strlen(spec->path.s) < sizeof(spec->path.s) - 1);
		FUZZ_ASSERT(!spec->secret || (spec->mode & 0077) == 0);
		for (size_t k = 0; k < i; k++)
			FUZZ_ASSERT(strcmp(spec->path.s, list.specs[k].path.s) != 0);
	}
	check_wgquick(
		relay,
		buf_str(&file_list_find(&list, file_wgquick(&relay->wg_interface).s)->content));
	check_ndppd(relay, buf_str(&file_list_find(&list, FILE_NDPPD)->content));
	check_sysctl(relay, buf_str(&file_list_find(&list, FILE_SYSCTL)->content));
	file_list_clear(&list);
}

/* The router's key is in the script that may have it, and in no other. */
static void check_scripts(const struct relay *relay, const struct conf *conf)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		CLEANUP(buf_clear) struct buf with = BUF_INIT, without = BUF_INIT, back = BUF_INIT;
		const struct site *site = &relay->sites[i];

		render_routeros_revert(&conf->sites[i], &back);
		check_text(&back);
		if (site->state == SITE_WAITING)
			continue;
		render_routeros(relay, site, true, &with);
		render_routeros(relay, site, false, &without);
		check_text(&with);
		check_text(&without);
		FUZZ_ASSERT(site->has_router_private_key ==
			    (strstr(buf_str(&with), "private-key=\"") != NULL));
		FUZZ_ASSERT(!strstr(buf_str(&without), "private-key=\""));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct error err = ERROR_INIT;
	struct relay relay;
	struct conf conf;

	if (conf_parse(&conf, "settings", text, size, &err) < 0 || !make_relay(&relay, &conf))
		return 0;
	set_keys(&relay);
	check_files(&relay);
	check_scripts(&relay, &conf);
	return 0;
}
