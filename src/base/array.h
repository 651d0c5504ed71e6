/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))

/* One more element at the end of an array that doubles, zeroed: array is the address of the pointer
 * to the first one, which may move. NULL: no memory, and nothing has changed. */
void *array_append(void *array, size_t *count, size_t size);
