/* SPDX-License-Identifier: MIT */
#pragma once

/* Text of somebody else's as it may be shown: cut, which three dots tell, and with a question mark
 * for each byte that a terminal might obey. */
struct shown {
	char s[48];
};
struct shown shown_of(const char *text);
