/* SPDX-License-Identifier: MIT */
#include "metadata/backoff.h"

#define BACKOFF_FIRST_MS 20
#define BACKOFF_LAST_MS 3000

int backoff_ms(unsigned attempt)
{
	int pause = BACKOFF_FIRST_MS;

	while (attempt-- > 1 && pause < BACKOFF_LAST_MS)
		pause *= 2;
	return pause < BACKOFF_LAST_MS ? pause : BACKOFF_LAST_MS;
}
