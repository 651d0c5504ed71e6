/* SPDX-License-Identifier: MIT */
#pragma once

struct account_list;
struct buf;
struct error;

/* What sshd says of each account (sshd_settings in sshd.h), as one text; answers is empty before.
 * Kept in /run until the boot's end: as long as neither the drop-in's text nor any file that sshd
 * looks at has changed, it isn't asked again. -EINVAL when it refuses its settings. */
int sshd_answers(int root, const struct account_list *list, const struct buf *drop_in,
		 struct buf *answers, struct error *err);

/* After a revert nothing of it is left. */
int sshd_answers_forget(int root, struct error *err);

/* Appends the settings of the account with that name; none when answers is NULL. */
void sshd_answer_add(const char *answers, const char *name, struct buf *out);
