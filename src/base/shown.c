/* SPDX-License-Identifier: MIT */
#include "base/shown.h"

#include <string.h>

struct shown shown_of(const char *text)
{
	struct shown shown;
	size_t i;

	for (i = 0; i < sizeof(shown.s) - 1 && text[i]; i++)
		shown.s[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	shown.s[i] = '\0';
	if (text[i])
		memcpy(shown.s + sizeof(shown.s) - 4, "...", 4);
	return shown;
}
