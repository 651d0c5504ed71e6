/* SPDX-License-Identifier: MIT */
#include "metadata/vultr.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "metadata/instance.h"

/* Where in the document a value stands, for the error: "interfaces[0].ipv6.network". */
struct field {
	char s[128];
};

/* A value as it may be shown: cut, and without what a terminal would obey. */
struct shown {
	char s[48];
};

__attribute__((format(printf, 1, 2))) static struct field field(const char *fmt, ...)
{
	struct field f;
	va_list args;

	va_start(args, fmt);
	vsnprintf(f.s, sizeof(f.s), fmt, args);
	va_end(args);
	return f;
}

static struct shown shown(const char *text)
{
	struct shown shown;
	size_t i;

	for (i = 0; text[i] && i < sizeof(shown.s) - 1; i++)
		shown.s[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	shown.s[i] = '\0';
	return shown;
}

/* A member that is there and not null. */
static const cJSON *member(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return item && !cJSON_IsNull(item) ? item : NULL;
}

/* A member that may be absent, "" then; anything but a string is an error. */
static int member_string(const cJSON *object, const char *where, const char *name, const char **out,
			 struct error *err)
{
	const cJSON *item = member(object, name);

	*out = "";
	if (!item)
		return 0;
	if (!cJSON_IsString(item))
		return error_set(err, -EINVAL, _("%s.%s: a string is expected"), where, name);
	*out = item->valuestring;
	return 0;
}

/* A member that may be absent (*out stays NULL) and must be an array otherwise. */
static int member_array(const cJSON *object, const char *where, const char *name, const cJSON **out,
			struct error *err)
{
	*out = member(object, name);
	if (*out && !cJSON_IsArray(*out))
		return error_set(err, -EINVAL, _("%s.%s: an array is expected"), where, name);
	return 0;
}

/* Vultr writes lengths as strings, "64"; a number is as good. */
static int parse_length(const cJSON *item, const char *where, uint8_t *len, struct error *err)
{
	char *end;
	double value = -1;

	if (cJSON_IsNumber(item)) {
		value = item->valuedouble;
	} else if (cJSON_IsString(item) && item->valuestring[0] >= '0' &&
		   item->valuestring[0] <= '9' && strlen(item->valuestring) <= 3) {
		value = (double)strtoul(item->valuestring, &end, 10);
		if (*end)
			value = -1;
	}
	if (!(value >= 1 && value <= 128) || value != (double)(uint8_t)value)
		return error_set(err, -EINVAL, _("%s: a prefix length from 1 to 128 is expected"),
				 where);
	*len = (uint8_t)value;
	return 0;
}

/* Text and length of a prefix that Vultr gives: global unicast, or an error. */
static int parse_network(const char *text, uint8_t len, const char *where, struct prefix *out,
			 struct error *err)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, text, &addr) != 1)
		return error_set(err, -EINVAL, _("%s: '%s' is not an IPv6 address"), where,
				 shown(text).s);
	if (!ip_is_global(&addr))
		return error_set(err, -EINVAL, _("%s: %s is not a global unicast address"), where,
				 ip_text(&addr).s);
	*out = prefix_of(&addr, len);
	return 0;
}

/* Sorts an attached prefix into the usable and the unusable ones. */
static int add_reserved(struct instance *instance, const struct prefix *prefix, const char *where,
			struct error *err)
{
	for (size_t i = 0; i < instance->reserved_count; i++)
		if (prefix_equal(&instance->reserved[i], prefix))
			return 0;
	if (instance->reserved_count == INSTANCE_RESERVED_MAX ||
	    instance->unusable_count == INSTANCE_RESERVED_MAX)
		return error_set(err, -EINVAL, _("%s: more than %d prefixes"), where,
				 INSTANCE_RESERVED_MAX);
	if (prefix->len != 64 ||
	    (instance->has_original && prefix_equal(prefix, &instance->original)))
		instance->unusable[instance->unusable_count++] = *prefix;
	else
		instance->reserved[instance->reserved_count++] = *prefix;
	return 0;
}

static int parse_additional(struct instance *instance, const cJSON *list, const char *where,
			    struct error *err)
{
	const cJSON *item;
	int i = 0;

	cJSON_ArrayForEach(item, list)
	{
		struct field at = field("%s.additional[%d]", where, i++);
		struct field at_network = field("%s.network", at.s);
		struct field at_prefix = field("%s.prefix", at.s);
		const char *network;
		struct prefix prefix;
		uint8_t len;
		int r;

		if (!cJSON_IsObject(item))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = member_string(item, at.s, "network", &network, err);
		if (r < 0)
			return r;
		r = parse_length(member(item, "prefix"), at_prefix.s, &len, err);
		if (r < 0)
			return r;
		r = parse_network(network, len, at_network.s, &prefix, err);
		if (r < 0)
			return r;
		r = add_reserved(instance, &prefix, at.s, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_ipv6(struct instance *instance, const cJSON *ipv6, const char *where,
		      struct error *err)
{
	struct field at_network = field("%s.network", where), at_prefix = field("%s.prefix", where);
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
	r = member_string(ipv6, where, "network", &network, err);
	if (r < 0)
		return r;
	if (*network) {
		r = parse_length(member(ipv6, "prefix"), at_prefix.s, &len, err);
		if (r < 0)
			return r;
		r = parse_network(network, len, at_network.s, &instance->original, err);
		if (r < 0)
			return r;
		instance->has_original = true;
	}
	/* Empty strings say that IPv6 is off; without the key nothing is said. */
	instance->ipv6_disabled = !*network && member(ipv6, "network");
	r = member_array(ipv6, where, "additional", &additional, err);
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
				 shown(text).s);
	host = ntohl(instance->ipv4.s_addr);
	if (host >> 24 == 0 || host >> 24 == 127 || host >> 28 >= 14)
		return error_set(err, -EINVAL, _("%s: %s is not a unicast address"), where,
				 ip4_text(instance->ipv4).s);
	instance->has_ipv4 = true;
	return 0;
}

static int parse_mac(struct instance *instance, const char *text, const char *where,
		     struct error *err)
{
	if (mac_parse(&instance->mac, text))
		return 0;
	return error_set(err, -EINVAL, _("%s: '%s' is not an Ethernet address"), where,
			 shown(text).s);
}

static int parse_interface(struct instance *instance, const cJSON *interface, int i,
			   struct error *err)
{
	struct field at = field("interfaces[%d]", i), at_mac = field("%s.mac", at.s);
	struct field at_ipv4 = field("%s.ipv4", at.s), at_ipv6 = field("%s.ipv6", at.s);
	struct field at_address = field("%s.address", at_ipv4.s);
	const cJSON *ipv4 = member(interface, "ipv4");
	const char *mac, *address;
	int r;

	r = member_string(interface, at.s, "mac", &mac, err);
	if (r < 0)
		return r;
	r = parse_mac(instance, mac, at_mac.s, err);
	if (r < 0)
		return r;
	if (ipv4 && !cJSON_IsObject(ipv4))
		return error_set(err, -EINVAL, _("%s: an object is expected"), at_ipv4.s);
	r = member_string(ipv4, at_ipv4.s, "address", &address, err);
	if (r < 0)
		return r;
	r = parse_ipv4(instance, address, at_address.s, err);
	if (r < 0)
		return r;
	return parse_ipv6(instance, member(interface, "ipv6"), at_ipv6.s, err);
}

/* The first interface whose network-type is "public": the order is not to be relied on. */
static int parse_interfaces(struct instance *instance, const cJSON *interfaces, struct error *err)
{
	const cJSON *interface;
	int i = 0;

	cJSON_ArrayForEach(interface, interfaces)
	{
		struct field at = field("interfaces[%d]", i);
		const char *type;
		int r;

		if (!cJSON_IsObject(interface))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = member_string(interface, at.s, "network-type", &type, err);
		if (r < 0)
			return r;
		if (!strcmp(type, "public"))
			return parse_interface(instance, interface, i, err);
		i++;
	}
	return error_set(err, -EINVAL, _("interfaces: none has network-type 'public'"));
}

static bool cloud_subnet_is(const cJSON *subnets, const char *type)
{
	const cJSON *subnet;

	cJSON_ArrayForEach(subnet, subnets)
	{
		const cJSON *item = member(subnet, "type");

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
		struct field at = field("%s.subnets[%d]", where, i++);
		struct field at_address = field("%s.address", at.s);
		const char *type, *address, *slash;
		char text[INET6_ADDRSTRLEN];
		struct prefix prefix;
		unsigned len = 64;
		char rest;
		int r;

		if (!cJSON_IsObject(subnet))
			return error_set(err, -EINVAL, _("%s: an object is expected"), at.s);
		r = member_string(subnet, at.s, "type", &type, err);
		if (r < 0)
			return r;
		if (strcmp(type, "static6") != 0)
			continue;
		r = member_string(subnet, at.s, "address", &address, err);
		if (r < 0)
			return r;
		slash = strchrnul(address, '/');
		if ((size_t)(slash - address) >= sizeof(text) ||
		    (*slash && (sscanf(slash + 1, "%3u%c", &len, &rest) != 1 || len < 1 ||
				len > 128)))
			return error_set(err, -EINVAL, _("%s: '%s' is not an IPv6 prefix"),
					 at_address.s, shown(address).s);
		memcpy(text, address, (size_t)(slash - address));
		text[slash - address] = '\0';
		r = parse_network(text, (uint8_t)len, at_address.s, &prefix, err);
		if (r < 0)
			return r;
		r = add_reserved(instance, &prefix, at.s, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A cloud-init network document, version 1, stands in for an empty "interfaces". Its public
 * interface is the one that asks for DHCP or SLAAC; the addresses are the interface's to know. */
static int parse_cloud_interfaces(struct instance *instance, const cJSON *cloud, struct error *err)
{
	const cJSON *config, *item;
	int i = 0, r;

	r = member_array(cloud, "cloud_interfaces", "config", &config, err);
	if (r < 0)
		return r;
	cJSON_ArrayForEach(item, config)
	{
		struct field at = field("cloud_interfaces.config[%d]", i++);
		struct field at_mac = field("%s.mac_address", at.s);
		const char *type, *mac;
		const cJSON *subnets;

		r = member_string(item, at.s, "type", &type, err);
		if (r < 0)
			return r;
		r = member_array(item, at.s, "subnets", &subnets, err);
		if (r < 0)
			return r;
		if (strcmp(type, "physical") != 0 || !(cloud_subnet_is(subnets, "dhcp") ||
						       cloud_subnet_is(subnets, "dhcp4") ||
						       cloud_subnet_is(subnets, "ipv6_slaac")))
			continue;
		r = member_string(item, at.s, "mac_address", &mac, err);
		if (r < 0)
			return r;
		r = parse_mac(instance, mac, at_mac.s, err);
		return r < 0 ? r : parse_cloud_subnets(instance, subnets, at.s, err);
	}
	return error_set(err, -EINVAL, _("cloud_interfaces.config: none asks for DHCP or SLAAC"));
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
	const cJSON *interfaces, *cloud = member(root, "cloud_interfaces");
	const cJSON *id = member(root, "instance-v2-id");
	int r;

	if (!cJSON_IsObject(root))
		return error_set(err, -EINVAL, _("not a JSON object"));
	copy_identifier(instance->id, sizeof(instance->id), id ? id : member(root, "instanceid"));
	copy_identifier(instance->region, sizeof(instance->region),
			member(member(root, "region"), "regioncode"));
	r = member_array(root, "document", "interfaces", &interfaces, err);
	if (r < 0)
		return r;
	if (interfaces && cJSON_GetArraySize(interfaces))
		return parse_interfaces(instance, interfaces, err);
	if (cloud)
		return parse_cloud_interfaces(instance, cloud, err);
	return error_set(err, -EINVAL, _("interfaces: absent or empty, and no cloud_interfaces"));
}

int vultr_parse(struct instance *instance, const char *json, size_t len, struct error *err)
{
	struct instance parsed = {0};
	const char *end = NULL;
	cJSON *root = cJSON_ParseWithLengthOpts(json, len, &end, false);
	int r;

	if (!root)
		return error_set(err, -EINVAL, _("metadata: not valid JSON near byte %zu of %zu"),
				 end ? (size_t)(end - json) : 0, len);
	r = parse_root(&parsed, root, err);
	cJSON_Delete(root);
	if (r < 0)
		return error_wrap(err, _("metadata"));
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
