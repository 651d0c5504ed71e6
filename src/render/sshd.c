/* SPDX-License-Identifier: MIT */
#include "render/sshd.h"

#include "base/buf.h"

void render_sshd(struct buf *out)
{
	buf_adds(out, "# Written by sixrelay: keys alone log in.\n"
		      "PasswordAuthentication no\n"
		      "PermitRootLogin prohibit-password\n"
		      "MaxAuthTries 3\n");
}
