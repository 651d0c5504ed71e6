/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct check;

/* Judges the output of `sshd -T`: whether keys alone log in. *keyword is set to the setting that is
 * not as hardened, or to NULL. Pure. */
void sshd_judge(struct check *check, const char *settings, const char **keyword);

/* Whether a configuration text sets the keyword, in any case, outside comments. Pure. */
bool sshd_text_sets(const char *text, const char *keyword);
