/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "firewall/flow.h"

struct cJSON;

/* The fields of a packet, as expressions of libnftables-json(5) name them. Pure. */

/* What of the packet an expression looks at. */
enum nft_field {
	FIELD_OTHER, /* not understood */
	FIELD_IN,
	FIELD_OUT,
	FIELD_PROTOCOL,
	FIELD_FAMILY,
	FIELD_SOURCE,
	FIELD_DESTINATION,
	FIELD_SOURCE_PORT,
	FIELD_PORT,
	FIELD_STATE,
	FIELD_STATUS,
	FIELD_DIRECTION,
	FIELD_ICMP_TYPE,
	FIELD_ICMP_CODE,
	FIELD_HOP_LIMIT,
	FIELD_PACKET_TYPE,
	FIELD_IPSEC,
	FIELD_FIB_TYPE,
	FIELD_FIB_SOURCE_TYPE,
	FIELD_FIB_BACK,
	FIELD_EXTENSION,
};

/* The member of that name; NULL when there is none, or no object. */
const struct cJSON *nft_member(const struct cJSON *object, const char *name);
bool nft_member_is(const struct cJSON *object, const char *name, const char *value);

bool nft_is_text(const struct cJSON *value, const char *text);

enum nft_field nft_field_of(const struct cJSON *left);

/* Whether the packet has what an expression looks at: no ports in ICMP, no "ip saddr" in IPv6. A
 * rule that looks at something else takes no packet, "!=" or not. */
enum tri nft_applies(const struct scene *scene, const struct cJSON *left);

/* Whether the field has that value, one that is no set. TRI_MAYBE where that is not understood. */
enum tri nft_field_is(const struct scene *scene, enum nft_field field, const struct cJSON *value);

/* The state's bit, as in scene_state_in; 0 for one that is not known. */
unsigned nft_state_bit(const struct cJSON *value);

/* A port, or a range of them as numbers, as nft prints them. */
bool nft_range(const struct cJSON *value, unsigned *low, unsigned *high);
