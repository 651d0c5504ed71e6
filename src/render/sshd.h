/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

struct buf;

/* /etc/ssh/sshd_config.d/00-hardening.conf. sshd takes the first value it meets, so "00" wins over
 * the "50-cloud-init.conf" that allows passwords. leave_root: says nothing of root's login, which
 * the owner has forbidden himself. Pure. */
void render_sshd(bool leave_root, struct buf *out);
