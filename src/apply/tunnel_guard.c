/* SPDX-License-Identifier: MIT */
#include "apply/tunnel_guard.h"

#include <errno.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/process.h"

#define GUARD_DEADLINE_MS 20000
#define GUARD_COPIES_MAX 16 /* more than one only by hand */

/* The rule of render/wgquick.h, word by word; its exit status or an error. */
static int guard(const char *verb, const char *interface, struct error *err)
{
	const char *argv[] = {"ip6tables", "-w",      "5",    verb,	  "FORWARD",
			      "-o",	   interface, "-m",   "addrtype", "--src-type",
			      "LOCAL",	   "-j",      "DROP", NULL};
	struct process process = {
		.argv = argv, .input = -1, .extra = -1, .deadline_ms = GUARD_DEADLINE_MS};
	CLEANUP(buf_clear) struct buf out = BUF_INIT;

	return process_run(&process, &out, err);
}

int tunnel_guard_remove(const char *interface, struct error *err)
{
	struct process_path path;
	int r;

	if (!process_find(&path, "ip6tables"))
		return 0;
	for (int i = 0; i < GUARD_COPIES_MAX; i++) {
		r = guard("-C", interface, err);
		if (r != 0)
			return r < 0 ? r : 0; /* there is none */
		r = guard("-D", interface, err);
		if (r > 0)
			return error_set(err, -EIO, _("ip6tables: the rule for %s stays (exit %d)"),
					 interface, r);
		if (r < 0)
			return r;
	}
	return 0;
}
