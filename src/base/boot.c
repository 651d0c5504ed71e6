/* SPDX-License-Identifier: MIT */
#include "base/boot.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

struct boot_id boot_id(int root)
{
	CLEANUP(buf_clear) struct buf text = BUF_INIT;
	struct boot_id id = {""};

	if (file_read(root, BOOT_ID_FILE, sizeof(id.s) - 1, &text, NULL, NULL) == 0)
		memcpy(id.s, buf_str(&text), strcspn(buf_str(&text), "\n"));
	return id;
}
