/* SPDX-License-Identifier: MIT */
#include "render/sshd.h"

#include "base/buf.h"

void render_sshd(bool leave_root, struct buf *out)
{
	buf_adds(out, "# Written by sixrelay: keys alone log in.\n"
		      "PasswordAuthentication no\n");
	if (!leave_root)
		buf_adds(out, "PermitRootLogin prohibit-password\n");
	buf_adds(out, "MaxAuthTries 3\n");
}
