/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Whether a line of an authorized_keys file (sshd(8), AUTHORIZED_KEYS FILE FORMAT) lets somebody
 * log in: a well-formed key without an option that turns the login into something else. cloud-init
 * puts `command="echo 'Please login as …'"` before root's keys on some images: that is no login.
 * Pure. */
bool authorized_keys_has_login(const char *text);
