/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct cJSON;
struct error;

/* Reading a JSON document whose author is not trusted: members with the type they must have, and
 * errors that name the field. Pure. */

/* The document of a text, to be freed with cJSON_Delete. -EINVAL for what is not JSON, NUL bytes
 * included, and for more values than any honest document has: cJSON takes 64 bytes for each, and
 * two bytes of text are enough for one; also what json_check_names refuses. An escaped NUL is read
 * as U+FFFD. */
int json_parse(const char *text, size_t len, struct cJSON **out, struct error *err);

/* -EINVAL, with the field, when an object has two members of one name: readers differ in which one
 * counts (RFC 8259, section 4). */
int json_check_names(const struct cJSON *root, struct error *err);

/* Where in the document a value stands: "interfaces[0].ipv6.network". */
struct json_field {
	char s[128];
};
__attribute__((format(printf, 1, 2))) struct json_field json_field(const char *fmt, ...);

/* A member that is there and not null; NULL otherwise. */
const struct cJSON *json_member(const struct cJSON *object, const char *name);

/* A member that may be absent, "" then; anything but a string is an error (-EINVAL). The string
 * belongs to the document. */
int json_string(const struct cJSON *object, const char *where, const char *name, const char **out,
		struct error *err);

/* A member that may be absent, NULL then, and must be an array otherwise. */
int json_array(const struct cJSON *object, const char *where, const char *name,
	       const struct cJSON **out, struct error *err);
