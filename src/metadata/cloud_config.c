/* SPDX-License-Identifier: MIT */
#include "metadata/cloud_config.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/shown.h"
#include "metadata/instance.h"
#include "metadata/json.h"
#include "metadata/vultr_value.h"

static bool cloud_subnet_is(const cJSON *subnets, const char *type)
{
	const cJSON *subnet;

	cJSON_ArrayForEach(subnet, subnets)
	{
		const cJSON *item = json_member(subnet, "type");

		if (cJSON_IsString(item) && !strcmp(item->valuestring, type))
			return true;
	}
	return false;
}

/* A static6 subnet is a reserved prefix: "2001:db8:1:2::/64". */
static int parse_cloud_subnets(struct instance *instance, const cJSON *subnets, const char *where,
			       struct error *err)
{
	const cJSON *subnet;
	int i = 0;

	cJSON_ArrayForEach(subnet, subnets)
	{
		struct json_field at = json_field("%s.subnets[%d]", where, i++);
		struct json_field at_address = json_field("%s.address", at.s);
		const char *type, *address, *slash;
		char text[INET6_ADDRSTRLEN];
		struct prefix prefix;
		unsigned len = 64;
		char rest;
		int r;

		if (!cJSON_IsObject(subnet))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = json_string(subnet, at.s, "type", &type, err);
		if (r < 0)
			return r;
		if (strcmp(type, "static6") != 0)
			continue;
		r = json_string(subnet, at.s, "address", &address, err);
		if (r < 0)
			return r;
		slash = strchrnul(address, '/');
		if ((size_t)(slash - address) >= sizeof(text) ||
		    (*slash &&
		     (!isdigit((unsigned char)slash[1]) ||
		      sscanf(slash + 1, "%3u%c", &len, &rest) != 1 || len < 1 || len > 128)))
			return error_set(err, -EINVAL, _("%s: '%s' is not an IPv6 prefix"),
					 at_address.s, shown_of(address).s);
		memcpy(text, address, (size_t)(slash - address));
		text[slash - address] = '\0';
		r = vultr_network(text, (uint8_t)len, at_address.s, &prefix, err);
		if (r < 0)
			return r;
		r = vultr_add_reserved(instance, &prefix, at.s, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int cloud_config_parse(struct instance *instance, const cJSON *cloud, struct error *err)
{
	const cJSON *config, *item;
	int i = 0, r;

	r = json_array(cloud, "cloud_interfaces", "config", &config, err);
	if (r < 0)
		return r;
	cJSON_ArrayForEach(item, config)
	{
		struct json_field at = json_field("cloud_interfaces.config[%d]", i++);
		struct json_field at_mac = json_field("%s.mac_address", at.s);
		const char *type, *mac;
		const cJSON *subnets;

		r = json_string(item, at.s, "type", &type, err);
		if (r < 0)
			return r;
		r = json_array(item, at.s, "subnets", &subnets, err);
		if (r < 0)
			return r;
		if (strcmp(type, "physical") != 0 ||
		    !(cloud_subnet_is(subnets, "dhcp") || cloud_subnet_is(subnets, "dhcp4") ||
		      cloud_subnet_is(subnets, "ipv6_slaac")))
			continue;
		r = json_string(item, at.s, "mac_address", &mac, err);
		if (r < 0)
			return r;
		r = vultr_mac(instance, mac, at_mac.s, err);
		return r < 0 ? r : parse_cloud_subnets(instance, subnets, at.s, err);
	}
	return error_set(err, -EINVAL, _("cloud_interfaces.config: none asks for DHCP or SLAAC"));
}
