/* SPDX-License-Identifier: MIT */
#pragma once

/* The kernel's id of this boot (random(4), boot_id); "" when it can't be read. */
struct boot_id {
	char s[40];
};
struct boot_id boot_id(int root);
