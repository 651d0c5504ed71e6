/* SPDX-License-Identifier: MIT */
#pragma once

struct cJSON;

/* Members of the state's document: for state.c and its parts. */

/* NULL as well when the object is none: in a list nothing has a key. */
const char *state_json_text(const struct cJSON *object, const char *key);

/* Replaces a member, or adds it; NULL removes it. */
void state_json_set_text(struct cJSON *object, const char *key, const char *value);

/* The member object, made when it is missing. */
struct cJSON *state_json_object(struct cJSON *parent, const char *key);

/* A member of a member object, NULL when there is none. */
const struct cJSON *state_json_find(const struct cJSON *root, const char *object, const char *key);
