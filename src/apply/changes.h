/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "render/files.h"

struct error;
struct state;

/* How the files on disk differ from what they shall be. */

enum change_kind {
	CHANGE_NONE,
	CHANGE_CREATE,
	CHANGE_UPDATE,
	CHANGE_MODE, /* the content is right */
};

struct change {
	enum change_kind kind;
	bool foreign;  /* somebody else wrote or edited what is there: it is kept before it goes */
	bool recorded; /* that is what was there before sixrelay, and its copy is kept already */
	struct buf old;
};

/* Compares each file of the list (a symbolic link to something else than a file, as systemctl mask
 * makes one, has no content; where one leads to the right content, the mode there is its owner's
 * business); changes has room for as many. Nothing is written. */
int changes_find(int root, const struct state *state, const struct file_list *list,
		 struct change changes[], struct error *err);

void changes_clear(struct change changes[], size_t count);

/* Where a copy is kept: "/var/lib/sixrelay/kept/etc/ndppd.conf.1" */
struct kept_path {
	char s[160];
};

/* Copies what stands at path, a symbolic link as a link, to the state directory before it goes: to
 * "kept/etc/….1" and so on, once each content. */
int change_keep(int root, const char *path, struct kept_path *kept, struct error *err);
