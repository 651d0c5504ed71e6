/* SPDX-License-Identifier: MIT */
#include "metadata/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/i18n.h"

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
