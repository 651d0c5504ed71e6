/* SPDX-License-Identifier: MIT */
#include "metadata/vultr_value.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/shown.h"
#include "metadata/instance.h"
#include "metadata/json.h"

int vultr_length(const cJSON *item, const char *where, uint8_t *len, struct error *err)
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

int vultr_network(const char *text, uint8_t len, const char *where, struct prefix *out,
		  struct error *err)
{
	struct in6_addr addr;

	if (inet_pton(AF_INET6, text, &addr) != 1)
		return error_set(err, -EINVAL, _("%s: '%s' is not an IPv6 address"), where,
				 shown_of(text).s);
	if (!ip_is_global(&addr))
		return error_set(err, -EINVAL, _("%s: %s is not a global unicast address"), where,
				 ip_text(&addr).s);
	*out = prefix_of(&addr, len);
	if (!ip_is_global(&out->addr)) /* shorter than 2000::/3 itself */
		return error_set(err, -EINVAL, _("%s: %s is not within 2000::/3"), where,
				 prefix_text(out).s);
	return 0;
}

int vultr_add_reserved(struct instance *instance, const struct prefix *prefix, const char *where,
		       struct error *err)
{
	bool unusable = prefix->len != 64 ||
			(instance->has_original && prefix_equal(prefix, &instance->original));
	size_t *count = unusable ? &instance->unusable_count : &instance->reserved_count;
	struct prefix *list = unusable ? instance->unusable : instance->reserved;

	for (size_t i = 0; i < instance->reserved_count; i++)
		if (prefix_equal(&instance->reserved[i], prefix))
			return 0;
	/* Each for itself: what is printed has the usable ones first. */
	if (*count == INSTANCE_RESERVED_MAX)
		return error_set(err, -EINVAL, _("%s: more than %d prefixes"), where,
				 INSTANCE_RESERVED_MAX);
	list[(*count)++] = *prefix;
	return 0;
}

int vultr_mac(struct instance *instance, const char *text, const char *where, struct error *err)
{
	static const struct mac zero;

	if (!mac_parse(&instance->mac, text))
		return error_set(err, -EINVAL, _("%s: '%s' is not an Ethernet address"), where,
				 shown_of(text).s);
	/* The lowest bit of the first byte is a group's (IEEE 802, section 8.2.2). */
	if (instance->mac.bytes[0] & 1 || mac_equal(&instance->mac, &zero))
		return error_set(err, -EINVAL, _("%s: %s is no interface's own address"), where,
				 mac_text(&instance->mac).s);
	return 0;
}
