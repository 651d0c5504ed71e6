/* SPDX-License-Identifier: MIT */
#include "metadata/vultr.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/shown.h"
#include "metadata/cloud_config.h"
#include "metadata/instance.h"
#include "metadata/json.h"
#include "metadata/vultr_value.h"

static int parse_additional(struct instance *instance, const cJSON *list, const char *where,
			    struct error *err)
{
	const cJSON *item;
	int i = 0;

	cJSON_ArrayForEach(item, list)
	{
		struct json_field at = json_field("%s.additional[%d]", where, i++);
		struct json_field at_network = json_field("%s.network", at.s);
		struct json_field at_prefix = json_field("%s.prefix", at.s);
		const char *network;
		struct prefix prefix;
		uint8_t len;
		int r;

		if (!cJSON_IsObject(item))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = json_string(item, at.s, "network", &network, err);
		if (r < 0)
			return r;
		r = vultr_length(json_member(item, "prefix"), at_prefix.s, &len, err);
		if (r < 0)
			return r;
		r = vultr_network(network, len, at_network.s, &prefix, err);
		if (r < 0)
			return r;
		r = vultr_add_reserved(instance, &prefix, at.s, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_ipv6(struct instance *instance, const cJSON *ipv6, const char *where,
		      struct error *err)
{
	struct json_field at_network = json_field("%s.network", where),
			  at_prefix = json_field("%s.prefix", where);
	const cJSON *additional;
	const char *network;
	uint8_t len;
	int r;

	if (!ipv6) {
		instance->ipv6_disabled = true;
		return 0;
	}
	if (!cJSON_IsObject(ipv6))
		return error_set(err, -EINVAL, _("%s: an object is expected"), where);
	r = json_string(ipv6, where, "network", &network, err);
	if (r < 0)
		return r;
	if (*network) {
		r = vultr_length(json_member(ipv6, "prefix"), at_prefix.s, &len, err);
		if (r < 0)
			return r;
		r = vultr_network(network, len, at_network.s, &instance->original, err);
		if (r < 0)
			return r;
		instance->has_original = true;
	}
	/* Empty strings say that IPv6 is off; without the key nothing is said. */
	instance->ipv6_disabled = !*network && json_member(ipv6, "network");
	r = json_array(ipv6, where, "additional", &additional, err);
	return r < 0 ? r : parse_additional(instance, additional, where, err);
}

/* The address the router sends to: a unicast one, RFC 1918 included. */
static int parse_ipv4(struct instance *instance, const char *text, const char *where,
		      struct error *err)
{
	uint32_t host;

	if (!*text)
		return 0;
	if (inet_pton(AF_INET, text, &instance->ipv4) != 1)
		return error_set(err, -EINVAL, _("%s: '%s' is not an IPv4 address"), where,
				 shown_of(text).s);
	host = ntohl(instance->ipv4.s_addr);
	if (host >> 24 == 0 || host >> 24 == 127 || host >> 28 >= 14)
		return error_set(err, -EINVAL, _("%s: %s is not a unicast address"), where,
				 ip4_text(instance->ipv4).s);
	instance->has_ipv4 = true;
	return 0;
}

static int parse_interface(struct instance *instance, const cJSON *interface, int i,
			   struct error *err)
{
	struct json_field at = json_field("interfaces[%d]", i), at_mac = json_field("%s.mac", at.s);
	struct json_field at_ipv4 = json_field("%s.ipv4", at.s),
			  at_ipv6 = json_field("%s.ipv6", at.s);
	struct json_field at_address = json_field("%s.address", at_ipv4.s);
	const cJSON *ipv4 = json_member(interface, "ipv4");
	const char *mac, *address;
	int r;

	r = json_string(interface, at.s, "mac", &mac, err);
	if (r < 0)
		return r;
	r = vultr_mac(instance, mac, at_mac.s, err);
	if (r < 0)
		return r;
	if (ipv4 && !cJSON_IsObject(ipv4))
		return error_set(err, -EINVAL, _("%s: an object is expected"), at_ipv4.s);
	r = json_string(ipv4, at_ipv4.s, "address", &address, err);
	if (r < 0)
		return r;
	r = parse_ipv4(instance, address, at_address.s, err);
	if (r < 0)
		return r;
	return parse_ipv6(instance, json_member(interface, "ipv6"), at_ipv6.s, err);
}

/* The first interface whose network-type is "public": the order is not to be relied on. */
static int parse_interfaces(struct instance *instance, const cJSON *interfaces, struct error *err)
{
	const cJSON *interface;
	int i = 0;

	cJSON_ArrayForEach(interface, interfaces)
	{
		struct json_field at = json_field("interfaces[%d]", i);
		const char *type;
		int r;

		if (!cJSON_IsObject(interface))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = json_string(interface, at.s, "network-type", &type, err);
		if (r < 0)
			return r;
		if (!strcmp(type, "public"))
			return parse_interface(instance, interface, i, err);
		i++;
	}
	return error_set(err, -EINVAL, _("interfaces: none has network-type 'public'"));
}

/* Identifiers are shown to people: letters, digits and dashes, or the field is left empty. */
static void copy_identifier(char *out, size_t size, const cJSON *item)
{
	const char *text = cJSON_IsString(item) ? item->valuestring : "";
	size_t len = strlen(text);

	if (len < size && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-") == len)
		memcpy(out, text, len + 1);
	else
		*out = '\0';
}

static int parse_root(struct instance *instance, const cJSON *root, struct error *err)
{
	const cJSON *interfaces, *cloud = json_member(root, "cloud_interfaces");
	const cJSON *id = json_member(root, "instance-v2-id");
	int r;

	if (!cJSON_IsObject(root))
		return error_set(err, -EINVAL, _("not a JSON object"));
	copy_identifier(instance->id, sizeof(instance->id),
			id ? id : json_member(root, "instanceid"));
	copy_identifier(instance->region, sizeof(instance->region),
			json_member(json_member(root, "region"), "regioncode"));
	r = json_array(root, "document", "interfaces", &interfaces, err);
	if (r < 0)
		return r;
	if (interfaces && cJSON_GetArraySize(interfaces))
		return parse_interfaces(instance, interfaces, err);
	if (cloud)
		return cloud_config_parse(instance, cloud, err);
	return error_set(err, -EINVAL, _("interfaces: absent or empty, and no cloud_interfaces"));
}

int vultr_parse(struct instance *instance, const char *json, size_t len, struct error *err)
{
	struct instance parsed = {0};
	cJSON *root = NULL;
	int r = json_parse(json, len, &root, err);

	if (r == 0)
		r = parse_root(&parsed, root, err);
	cJSON_Delete(root);
	if (r < 0)
		return error_wrap(err, r, _("metadata"));
	*instance = parsed;
	return 0;
}

static cJSON *print_prefix(const struct prefix *prefix)
{
	cJSON *item = cJSON_CreateObject();

	cJSON_AddStringToObject(item, "network", ip_text(&prefix->addr).s);
	cJSON_AddNumberToObject(item, "prefix", prefix->len);
	return item;
}

int vultr_print(const struct instance *instance, struct buf *out)
{
	cJSON *root = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(root, "interfaces");
	cJSON *interface = cJSON_CreateObject(), *ipv4, *ipv6, *additional;
	char *text;

	cJSON_AddStringToObject(root, "instance-v2-id", instance->id);
	cJSON_AddStringToObject(cJSON_AddObjectToObject(root, "region"), "regioncode",
				instance->region);
	cJSON_AddItemToArray(list, interface);
	cJSON_AddStringToObject(interface, "mac", mac_text(&instance->mac).s);
	cJSON_AddStringToObject(interface, "network-type", "public");
	ipv4 = cJSON_AddObjectToObject(interface, "ipv4");
	cJSON_AddStringToObject(ipv4, "address",
				instance->has_ipv4 ? ip4_text(instance->ipv4).s : "");
	ipv6 = cJSON_AddObjectToObject(interface, "ipv6");
	if (instance->has_original) {
		cJSON_AddStringToObject(ipv6, "network", ip_text(&instance->original.addr).s);
		cJSON_AddNumberToObject(ipv6, "prefix", instance->original.len);
	} else if (instance->ipv6_disabled) {
		cJSON_AddStringToObject(ipv6, "network", "");
	}
	additional = cJSON_AddArrayToObject(ipv6, "additional");
	for (size_t i = 0; i < instance->reserved_count; i++)
		cJSON_AddItemToArray(additional, print_prefix(&instance->reserved[i]));
	for (size_t i = 0; i < instance->unusable_count; i++)
		cJSON_AddItemToArray(additional, print_prefix(&instance->unusable[i]));
	text = cJSON_Print(root);
	cJSON_Delete(root);
	if (!text)
		return -ENOMEM;
	buf_adds(out, text);
	buf_adds(out, "\n");
	cJSON_free(text);
	return out->error;
}
