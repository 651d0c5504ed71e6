/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct error;
struct relay;

/* Sets key number index of sysctl_list in the running kernel. */
int sysctl_set(int root, const struct relay *relay, size_t index, struct error *err);

/* A key's value as text, without the newline. */
struct sysctl_value {
	char s[16];
};

/* False when there is no such key, or it can't be read. */
bool sysctl_read(int root, const char *path, struct sysctl_value *value);

/* Sets a key by its path below /proc/sys. One that isn't there any more (its interface has gone) is
 * no error. */
int sysctl_write(int root, const char *path, const char *value, struct error *err);
