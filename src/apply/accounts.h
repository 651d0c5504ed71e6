/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ACCOUNT_GROUPS_MAX 64

/* Who may become root: root himself, under any name, and the members of the groups sudo, admin and
 * wheel. */
struct account {
	char *name, *home, *shell;
	uid_t uid;
	gid_t gids[ACCOUNT_GROUPS_MAX]; /* the primary one first */
	char *groups[ACCOUNT_GROUPS_MAX];
	size_t group_count;
	bool has_shell; /* it is there, can be run, and is one (nologin(8) is none) */
	bool expires;	/* has expired, or may without anybody's doing (shadow(5)) */
	bool locked;	/* its password: sshd minds where it does without PAM */
};

struct account_list {
	struct account *accounts;
	size_t count;
};

#define ACCOUNT_LIST_INIT ((struct account_list){0})

/* Reads them from passwd(5), group(5) and shadow(5) below the root; files that aren't there have
 * nobody. -ENOMEM leaves the list for account_list_clear, too. */
int account_list_read(struct account_list *list, int root);
void account_list_clear(struct account_list *list);
