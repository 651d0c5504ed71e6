/* SPDX-License-Identifier: MIT */
#include "base/array.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void *array_append(void *array, size_t *count, size_t size)
{
	void **base = array;
	bool full = (*count & (*count - 1)) == 0; /* 0, 1, 2, 4, … */
	char *element;

	if (full) {
		void *grown = reallocarray(*base, *count ? *count * 2 : 1, size);

		if (!grown)
			return NULL;
		*base = grown;
	}
	element = (char *)*base + *count * size;
	memset(element, 0, size);
	(*count)++;
	return element;
}
