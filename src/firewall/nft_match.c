/* SPDX-License-Identifier: MIT */
#include <cjson/cJSON.h>
#include <string.h>

#include "base/array.h"
#include "firewall/nft.h"
#include "firewall/nft_field.h"

/* The match statement of libnftables-json(5). */

/* States exclude each other, so that several together can be certain. */
static enum tri state_among(const struct scene *scene, const cJSON *list)
{
	unsigned states = 0;
	const cJSON *value;

	cJSON_ArrayForEach(value, list)
	{
		const cJSON *elem = nft_member(value, "elem");
		unsigned state = nft_state_bit(elem ? nft_member(elem, "val") : value);

		if (!state)
			return TRI_MAYBE;
		states |= state;
	}
	return scene_state_in(scene, states);
}

static enum tri any_of(const struct nft_context *context, const struct scene *scene,
		       const cJSON *left, const cJSON *list)
{
	enum tri any = TRI_NO;
	const cJSON *value;

	if (nft_field_of(left) == FIELD_STATE)
		return state_among(scene, list);
	cJSON_ArrayForEach(value, list)
	{
		any = tri_or(any, nft_value_is(context, scene, left, value));
	}
	return any;
}

/* An element that has more to it: a comment, a timeout, a counter; but others decide. */
static enum tri element_is(const struct nft_context *context, const struct scene *scene,
			   const cJSON *left, const cJSON *element)
{
	const cJSON *value = nft_member(element, "val");
	enum tri limit = TRI_YES;

	if (!value)
		return TRI_MAYBE;
	if (nft_member(element, "limit") || nft_member(element, "quota") ||
	    nft_member(element, "ct count"))
		limit = TRI_MAYBE;
	return tri_and(limit, nft_value_is(context, scene, left, value));
}

static enum tri all_of(const struct nft_context *context, const struct scene *scene,
		       const cJSON *left, const cJSON *right)
{
	const cJSON *value = right->child, *part;
	enum tri all = TRI_YES;

	cJSON_ArrayForEach(part, left)
	{
		if (!value)
			return TRI_MAYBE;
		all = tri_and(all, nft_value_is(context, scene, part, value));
		value = value->next;
	}
	return all;
}

enum tri nft_value_is(const struct nft_context *context, const struct scene *scene,
		      const cJSON *left, const cJSON *right)
{
	const cJSON *set = nft_member(right, "set"), *element = nft_member(right, "elem");
	const cJSON *left_parts = nft_member(left, "concat"),
		    *right_parts = nft_member(right, "concat");
	/* What is in a set is no further set, whatever it is called. */
	const struct nft_context within = {.table = context->table};
	const cJSON *elements;
	bool exists;

	if (cJSON_IsString(right) && right->valuestring[0] == '@') {
		elements = nft_elements(context, right->valuestring, &exists);
		return exists ? any_of(&within, scene, left, elements) : TRI_MAYBE;
	}
	if (nft_is_text(right, "*"))
		return TRI_YES;
	if (set)
		return any_of(context, scene, left, set);
	if (cJSON_IsArray(right))
		return any_of(context, scene, left, right);
	if (element)
		return element_is(context, scene, left, element);
	if (left_parts)
		return right_parts ? all_of(context, scene, left_parts, right_parts) : TRI_MAYBE;
	return nft_field_is(scene, nft_field_of(left), right);
}

/* Bits of a field, as far as they are known. */
struct bits {
	unsigned value, known;
};

enum {
	TCP_SYN = 0x02,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECN = 0xc0,
	IP_DONT_FRAGMENT = 0x4000,
};

/* A flag's name, a number, or several of them. */
static bool flag_bits(const cJSON *value, unsigned *bits)
{
	static const char *const names[] = {"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"};
	const cJSON *list = cJSON_IsArray(value) ? value : nft_member(value, "|");
	const cJSON *part;

	if (cJSON_IsNumber(value) && value->valueint >= 0) {
		*bits |= (unsigned)value->valueint;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!nft_is_text(value, names[i]))
			continue;
		*bits |= 1U << i;
		return true;
	}
	if (!list)
		return false;
	cJSON_ArrayForEach(part, list)
	{
		if (!flag_bits(part, bits))
			return false;
	}
	return true;
}

/* Fields that are taken apart: TCP's flags, and IPv4's fragment offset. False: another one. */
static bool field_bits(const struct flow *flow, const cJSON *left, struct bits *bits)
{
	const cJSON *both = nft_member(left, "&"), *payload = nft_member(left, "payload");
	unsigned mask = 0;

	if (both) {
		if (!field_bits(flow, cJSON_GetArrayItem(both, 0), bits) ||
		    !flag_bits(cJSON_GetArrayItem(both, 1), &mask))
			return false;
		bits->value &= mask;
		bits->known |= ~mask;
		return true;
	}
	if (nft_member_is(payload, "protocol", "tcp") && nft_member_is(payload, "field", "flags")) {
		bits->value = flow->established ? TCP_ACK : TCP_SYN;
		bits->known = ~(unsigned)TCP_ECN;
		if (flow->established)
			bits->known &= ~(unsigned)(TCP_PSH | TCP_URG);
		return true;
	}
	if (nft_member_is(payload, "protocol", "ip") &&
	    nft_member_is(payload, "field", "frag-off")) {
		bits->value = 0;
		bits->known = ~(unsigned)IP_DONT_FRAGMENT;
		return true;
	}
	return false;
}

static enum tri bits_equal(const struct bits *bits, unsigned value)
{
	if ((bits->value ^ value) & bits->known)
		return TRI_NO;
	return bits->known == ~0U ? TRI_YES : TRI_MAYBE;
}

static enum tri bits_overlap(const struct bits *bits, unsigned value)
{
	if (bits->value & bits->known & value)
		return TRI_YES;
	return value & ~bits->known || !value ? TRI_MAYBE : TRI_NO;
}

/* "<", "<=", ">", ">=" with a port, as a range. */
static enum tri relation_is(const struct scene *scene, const char *op, const cJSON *left,
			    const cJSON *right)
{
	enum nft_field field = nft_field_of(left);
	unsigned low, high, number;
	bool source = field == FIELD_SOURCE_PORT;

	if ((field != FIELD_PORT && !source) || !nft_range(right, &number, &high))
		return TRI_MAYBE;
	low = op[0] == '>' ? number + (op[1] != '=') : 0;
	if (op[0] == '<' && op[1] != '=' && !number)
		return TRI_NO;
	high = op[0] == '<' ? number - (op[1] != '=') : UINT16_MAX;
	return source ? flow_source_port_within(scene->flow, low, high)
		      : flow_port_within(scene->flow, low, high);
}

static enum tri compare(const struct nft_context *context, const struct scene *scene,
			const char *op, const cJSON *left, const cJSON *right)
{
	struct bits bits = {0};
	unsigned value = 0;

	if (strchr("<>", op[0]))
		return relation_is(scene, op, left, right);
	if (field_bits(scene->flow, left, &bits)) {
		if (!flag_bits(right, &value))
			return TRI_MAYBE;
		return !strcmp(op, "==") || !strcmp(op, "!=") ? bits_equal(&bits, value)
							      : bits_overlap(&bits, value);
	}
	return nft_value_is(context, scene, left, right);
}

enum tri nft_match(const struct nft_context *context, const struct scene *scene, const cJSON *match)
{
	const cJSON *left = nft_member(match, "left"), *right = nft_member(match, "right");
	const char *op = cJSON_GetStringValue(nft_member(match, "op"));
	enum tri is;

	if (!left || !right || !op)
		return TRI_MAYBE;
	is = compare(context, scene, *op ? op : "==", left, right);
	if (op[0] == '!')
		is = tri_not(is);
	/* An extension header's field can't differ where the header isn't there. */
	if (nft_field_of(left) == FIELD_EXTENSION && !cJSON_IsBool(right))
		is = TRI_NO;
	return tri_and(is, nft_applies(scene, left));
}
