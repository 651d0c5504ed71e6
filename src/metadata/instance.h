/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/ip.h"
#include "base/link_name.h"

#define INSTANCE_RESERVED_MAX 64

/* What Vultr's metadata says of this machine, typed and validated: nothing else of the document
 * goes further. */
struct instance {
	char id[64];	 /* instance-v2-id, else instanceid; "" when absent */
	char region[16]; /* regioncode; "" when absent */
	struct mac mac;	 /* of the public interface */

	bool has_ipv4; /* false: DHCP alone knows it */
	struct in_addr ipv4;

	bool has_original; /* false: IPv6 is off, or only the interface knows it */
	struct prefix original;
	bool ipv6_disabled; /* the document says so: an ipv6 object of empty strings */

	size_t reserved_count; /* usable /64s, in the document's order */
	struct prefix reserved[INSTANCE_RESERVED_MAX];
	size_t unusable_count; /* attached, but not a /64 or the original one once more */
	struct prefix unusable[INSTANCE_RESERVED_MAX];
};
