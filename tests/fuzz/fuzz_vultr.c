/* SPDX-License-Identifier: MIT */
/* Vultr's metadata: a document from the network. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "fuzz.h"
#include "metadata/instance.h"
#include "metadata/vultr.h"

static bool is_prefix(const struct prefix *prefix)
{
	struct prefix of = prefix_of(&prefix->addr, prefix->len);

	return prefix->len >= 1 && prefix->len <= 128 && prefix_equal(prefix, &of) &&
	       ip_is_global(&prefix->addr);
}

static bool is_identifier(const char *text, size_t size)
{
	return memchr(text, '\0', size) && fuzz_is_shown(text) && !strpbrk(text, " \"'\\$`;");
}

static void check_instance(const struct instance *instance)
{
	FUZZ_ASSERT(is_identifier(instance->id, sizeof(instance->id)));
	FUZZ_ASSERT(is_identifier(instance->region, sizeof(instance->region)));
	FUZZ_ASSERT(!instance->has_original || is_prefix(&instance->original));
	FUZZ_ASSERT(!(instance->has_original && instance->ipv6_disabled));
	FUZZ_ASSERT(instance->reserved_count <= INSTANCE_RESERVED_MAX);
	FUZZ_ASSERT(instance->unusable_count <= INSTANCE_RESERVED_MAX);
	for (size_t i = 0; i < instance->reserved_count; i++) {
		const struct prefix *prefix = &instance->reserved[i];

		FUZZ_ASSERT(prefix->len == 64 && is_prefix(prefix));
		FUZZ_ASSERT(!instance->has_original || !prefix_equal(prefix, &instance->original));
		for (size_t k = 0; k < i; k++)
			FUZZ_ASSERT(!prefix_equal(prefix, &instance->reserved[k]));
	}
	for (size_t i = 0; i < instance->unusable_count; i++)
		FUZZ_ASSERT(is_prefix(&instance->unusable[i]));
}

static void check_lists(const struct prefix *a, size_t a_count, const struct prefix *b,
			size_t b_count)
{
	FUZZ_ASSERT(a_count == b_count);
	for (size_t i = 0; i < a_count; i++)
		FUZZ_ASSERT(prefix_equal(&a[i], &b[i]));
}

static void check_equal(const struct instance *a, const struct instance *b)
{
	FUZZ_ASSERT(!strcmp(a->id, b->id) && !strcmp(a->region, b->region));
	FUZZ_ASSERT(mac_equal(&a->mac, &b->mac));
	FUZZ_ASSERT(a->has_ipv4 == b->has_ipv4 && a->ipv4.s_addr == b->ipv4.s_addr);
	FUZZ_ASSERT(a->ipv6_disabled == b->ipv6_disabled && a->has_original == b->has_original);
	FUZZ_ASSERT(prefix_equal(&a->original, &b->original));
	check_lists(a->reserved, a->reserved_count, b->reserved, b->reserved_count);
	check_lists(a->unusable, a->unusable_count, b->unusable, b->unusable_count);
}

/* What the state keeps of it is what the next run reads, should the service be silent then. */
static void check_print(const struct instance *instance)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	struct instance again;

	FUZZ_ASSERT(vultr_print(instance, &text) == 0);
	FUZZ_ASSERT(vultr_parse(&again, text.data, text.len, &err) == 0);
	check_equal(instance, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_free) char *text = fuzz_text(data, size);
	struct instance instance, untouched;
	struct error err = ERROR_INIT;
	int r;

	memset(&instance, 0xa5, sizeof(instance));
	memcpy(&untouched, &instance, sizeof(instance));
	r = vultr_parse(&instance, text, size, &err);
	if (r < 0) {
		fuzz_check_error(r, &err);
		FUZZ_ASSERT(!memcmp(&instance, &untouched, sizeof(instance)));
		return 0;
	}
	check_instance(&instance);
	check_print(&instance);
	return 0;
}
