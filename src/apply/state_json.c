/* SPDX-License-Identifier: MIT */
#include "apply/state_json.h"

#include <cjson/cJSON.h>
#include <string.h>

const char *state_json_text(const cJSON *object, const char *key)
{
	if (!cJSON_IsObject(object))
		return NULL;
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

void state_json_set_text(cJSON *object, const char *key, const char *value)
{
	const char *old = state_json_text(object, key);

	if (old && value && !strcmp(old, value))
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	if (value)
		cJSON_AddStringToObject(object, key, value);
}

cJSON *state_json_object(cJSON *parent, const char *key)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(parent, key);

	if (cJSON_IsObject(item))
		return item;
	cJSON_DeleteItemFromObjectCaseSensitive(parent, key);
	return cJSON_AddObjectToObject(parent, key);
}

const cJSON *state_json_find(const cJSON *root, const char *object, const char *key)
{
	const cJSON *parent = cJSON_GetObjectItemCaseSensitive(root, object);

	return cJSON_IsObject(parent) ? cJSON_GetObjectItemCaseSensitive(parent, key) : NULL;
}
