/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;
struct error;

/* Whether somebody who may become root could still log in when passwords are refused: root, or a
 * member of the groups sudo, admin or wheel, with a shell, and with a key in a file that sshd takes
 * (StrictModes: it and its directories not writable by others). */
bool sshd_has_key_login(int root);

/* Whether sshd_config includes the files of sshd_config.d. */
bool sshd_includes_drop_ins(int root);

/* Runs `sshd -t` on the machine's configuration with the drop-in's text before all else. */
int sshd_test(int root, const struct buf *drop_in, struct error *err);

/* Makes sshd's privilege separation directory, which a socket-activated one has only while somebody
 * logs in, and without which it says nothing. */
int sshd_make_run_dir(int root, struct error *err);

/* Runs `sshd -T`: appends the settings in force, "passwordauthentication no" a line; as_root: with
 * the Match blocks (sshd_config(5)) that hold for a stranger who logs in as root. */
int sshd_settings(int root, bool as_root, struct buf *out, struct error *err);
