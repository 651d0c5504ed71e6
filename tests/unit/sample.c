/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

#include "base/error.h"

struct conf sample_conf(const char *text)
{
	struct error err = ERROR_INIT;
	struct conf conf;

	ck_assert_msg(conf_parse(&conf, "sample", text, strlen(text), &err) == 0, "%s", err.text);
	return conf;
}

struct instance sample_instance(void)
{
	struct instance instance = {.id = "0b8f5c3e-1d2a-4c6e-9f7b-2a4d6e8c0f13",
				    .region = "AMS",
				    .mac = {{0x56, 0x00, 0x05, 0x00, 0x53, 0x01}},
				    .has_ipv4 = true,
				    .ipv4 = {htonl(0xcb00712a)},
				    .has_original = true,
				    .reserved_count = 2};

	ck_assert(prefix_parse(&instance.original, "2001:db8:0:1::/64"));
	ck_assert(prefix_parse(&instance.reserved[0], "2001:db8:0:2::/64"));
	ck_assert(prefix_parse(&instance.reserved[1], "2001:db8:0:3::/64"));
	return instance;
}

struct inventory sample_inventory(void)
{
	struct inventory inventory = INVENTORY_INIT;
	struct instance instance = sample_instance();
	struct link *link = inventory_add_link(&inventory);

	*link = (struct link){.index = 1, .name = {"lo"}, .up = true};
	link = inventory_add_link(&inventory);
	*link = (struct link){
		.index = 2, .name = {"enp1s0"}, .has_mac = true, .mac = instance.mac, .up = true};
	return inventory;
}

struct wg_key sample_key(uint8_t n)
{
	struct wg_key key;

	memset(key.bytes, n, sizeof(key.bytes));
	key.bytes[0] &= 248;
	key.bytes[31] = (uint8_t)((key.bytes[31] & 127) | 64);
	return key;
}

struct relay sample_relay(const char *conf_text)
{
	struct instance instance = sample_instance();
	struct inventory inventory = sample_inventory();
	struct conf conf = sample_conf(conf_text);
	struct error err = ERROR_INIT;
	struct relay relay;

	if (conf.has_nic)
		inventory.links[1].name = conf.nic;
	ck_assert_msg(relay_make(&relay, &conf, &instance, &inventory, NULL, 0, &err) == 0, "%s",
		      err.text);
	inventory_clear(&inventory);
	relay.private_key = sample_key(1);
	relay.public_key = wg_key_public(&relay.private_key);
	for (size_t i = 0; i < relay.site_count; i++) {
		struct site *site = &relay.sites[i];

		if (!site->has_router_private_key)
			continue;
		site->router_private_key = sample_key((uint8_t)(i + 2));
		site->router_public_key = wg_key_public(&site->router_private_key);
	}
	return relay;
}
