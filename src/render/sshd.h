/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;

/* /etc/ssh/sshd_config.d/00-hardening.conf. sshd takes the first value it meets, so "00" wins over
 * the "50-cloud-init.conf" that allows passwords. Pure. */
void render_sshd(struct buf *out);
