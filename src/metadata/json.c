/* SPDX-License-Identifier: MIT */
#include "metadata/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/shown.h"

#define VALUES_MAX 100000

/* Not less than there are: each comma, and each bracket that opens, begins one. */
static size_t count_values(const char *text, size_t len)
{
	bool quoted = false;
	size_t count = 1;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == ',' || text[i] == '[' || text[i] == '{'))
			count++;
	}
	return count;
}

/* cJSON ends a string at an escaped NUL: "64\u0000x" would be 64. No value that is looked at may
 * hold what comes in its place. Returns text, or its copy. */
static const char *replace_nul(const char *text, size_t len, struct buf *copy)
{
	static const char nul[] = "\\u0000", replacement[] = "\\ufffd";
	const size_t size = strlen(nul);
	char *at, *end;

	if (!memmem(text, len, nul, size))
		return text;
	buf_add(copy, text, len);
	end = copy->data + copy->len;
	for (at = copy->data; !copy->error && (at = memmem(at, (size_t)(end - at), nul, size));
	     at += size)
		memcpy(at, replacement, size);
	return copy->data;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A name that the object has twice, or NULL. */
static int name_given_twice(const cJSON *object, const char **twice)
{
	CLEANUP(cleanup_free)
	const char **names = calloc((size_t)cJSON_GetArraySize(object) + 1, sizeof(*names));
	const cJSON *member;
	size_t n = 0;

	*twice = NULL;
	if (!names)
		return -ENOMEM;
	for (member = object->child; member; member = member->next)
		names[n++] = member->string;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n && !*twice; i++)
		if (!strcmp(names[i - 1], names[i]))
			*twice = names[i];
	return 0;
}

static struct json_field member_field(const char *where, const char *name)
{
	return json_field("%s%s%s", where, *where ? "." : "", shown_of(name).s);
}

/* No deeper than what cJSON reads. */
static int check_names(const cJSON *value, const char *where, struct error *err)
{
	const char *twice = NULL;
	const cJSON *child;
	int i = 0, r = 0;

	if (cJSON_IsObject(value))
		r = name_given_twice(value, &twice);
	if (r < 0)
		return error_errno(err, r, "JSON");
	if (twice)
		return error_set(err, -EINVAL, _("%s: given twice"), member_field(where, twice).s);
	for (child = value->child; child && r == 0; child = child->next) {
		struct json_field at = child->string ? member_field(where, child->string)
						     : json_field("%s[%d]", where, i++);

		r = check_names(child, at.s, err);
	}
	return r;
}

int json_check_names(const cJSON *root, struct error *err)
{
	return check_names(root, "", err);
}

int json_parse(const char *text, size_t len, struct cJSON **out, struct error *err)
{
	CLEANUP(buf_clear) struct buf copy = BUF_INIT;
	const char *end = memchr(text, '\0', len);
	cJSON *root = NULL;
	int r;

	if (!end && count_values(text, len) > VALUES_MAX)
		return error_set(err, -EINVAL, _("more than %d values"), VALUES_MAX);
	if (!end) {
		text = replace_nul(text, len, &copy);
		if (copy.error)
			return error_errno(err, copy.error, "JSON");
		root = cJSON_ParseWithLengthOpts(text, len, &end, false);
	}
	while (root && end < text + len && strchr(" \t\r\n", *end))
		end++;
	if (!root || end != text + len) {
		cJSON_Delete(root);
		return error_set(err, -EINVAL, _("not valid JSON near byte %zu of %zu"),
				 end ? (size_t)(end - text) : 0, len);
	}
	r = json_check_names(root, err);
	if (r < 0)
		cJSON_Delete(root);
	else
		*out = root;
	return r;
}

struct json_field json_field(const char *fmt, ...)
{
	struct json_field f;
	va_list args;

	va_start(args, fmt);
	vsnprintf(f.s, sizeof(f.s), fmt, args);
	va_end(args);
	return f;
}

const cJSON *json_member(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return item && !cJSON_IsNull(item) ? item : NULL;
}

int json_string(const cJSON *object, const char *where, const char *name, const char **out,
		struct error *err)
{
	const cJSON *item = json_member(object, name);

	*out = "";
	if (!item)
		return 0;
	if (!cJSON_IsString(item))
		return error_set(err, -EINVAL, _("%s.%s: a string is expected"), where, name);
	*out = item->valuestring;
	return 0;
}

int json_array(const cJSON *object, const char *where, const char *name, const cJSON **out,
	       struct error *err)
{
	*out = json_member(object, name);
	if (*out && !cJSON_IsArray(*out))
		return error_set(err, -EINVAL, _("%s.%s: an array is expected"), where, name);
	return 0;
}
