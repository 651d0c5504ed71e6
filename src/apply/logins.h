/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct account;
struct buf;

/* Whether somebody who may become root would still log in when passwords are refused. */
struct key_login {
	bool possible;
	bool known; /* sshd was asked for its settings; false: they were taken to be its defaults */
	char why[256]; /* it isn't possible: what was in the way of him who came nearest */
};

/* Looks at everybody's keys, as sshd would with its defaults. */
void logins_find(int root, struct key_login *login);

/* Asks sshd itself, with the drop-in's text before all else, what holds for each of them when he
 * comes from a stranger's address (`sshd -T`), and looks at the keys with that. What sshd said is
 * kept until the boot's end, and asked anew when its configuration or the accounts have changed. */
void logins_find_asking(int root, const struct buf *drop_in, struct key_login *login);

/* The judgement alone. settings: what `sshd -T` says for the account; a keyword that is missing has
 * its default. Tells whether he gets in; else why not, if that is nearer than *nearness, which is
 * raised. */
bool login_judge(int root, const struct account *account, const char *settings,
		 struct key_login *login, int *nearness);
