/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct error;

#define SSHD_CONFIG "/etc/ssh/sshd_config"
#define SSHD_DROP_INS "/etc/ssh/sshd_config.d"
#define SSHD_CONFIG_MAX (1024 * 1024) /* of either's files */

/* Whether sshd_config includes the files of sshd_config.d. */
bool sshd_includes_drop_ins(int root);

/* Whether the owner's own configuration keeps root out (PermitRootLogin no, or
 * forced-commands-only), in the main file or in a drop-in other than ours: ours, which comes first,
 * would let him in. */
bool sshd_forbids_root(int root);

/* Runs `sshd -t` on the machine's configuration with the drop-in's text before all else. */
int sshd_test(int root, const struct buf *drop_in, struct error *err);

/* Makes sshd's privilege separation directory, which a socket-activated one has only while somebody
 * logs in, and without which it says nothing. */
int sshd_make_run_dir(int root, struct error *err);

/* Runs `sshd -T`: appends the settings in force, "passwordauthentication no" a line. drop_in: with
 * that text before all else; NULL: as they are. user: with the Match blocks (sshd_config(5)) that
 * hold for a stranger who logs in as him; NULL: with none. */
int sshd_settings(int root, const struct buf *drop_in, const char *user, struct buf *out,
		  struct error *err);

/* Appends a line for each file that what sshd says depends on, with its size and times: all of
 * /etc/ssh but our drop-in, the accounts, and sshd itself. */
void sshd_list_files(int root, struct buf *out);
