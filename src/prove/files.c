/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "apply/changes.h"
#include "apply/state.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/i18n.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"
#include "relay/relay.h"
#include "render/files.h"

static const char *change_text(const struct change *change)
{
	if (change->kind == CHANGE_CREATE)
		return _("missing");
	if (change->kind == CHANGE_MODE)
		return _("has another mode");
	return change->foreign ? _("changed by somebody else") : _("older than the settings");
}

/* ndppd's configuration is for check_ndppd, which says what it does. */
void check_files(struct check *check, struct subject *s, const struct site *site)
{
	CLEANUP(buf_clear) struct buf list = BUF_INIT;
	bool foreign = false;
	size_t count = 0;

	(void)site;
	for (size_t i = 0; i < s->files->count; i++) {
		const char *path = s->files->specs[i].path.s;
		const struct change *change = &s->changes[i];

		if (change->kind == CHANGE_NONE || !strcmp(path, FILE_NDPPD))
			continue;
		s->tunnel_file_differs |= !strcmp(path, file_wgquick(&s->relay->wg_interface).s) &&
					  change->kind != CHANGE_MODE;
		buf_addf(&list, "%s%s: %s", count++ ? "; " : "", path, change_text(change));
		foreign |= change->foreign || change->kind != CHANGE_UPDATE;
	}
	if (!count) {
		check_pass(check, _("%zu files as planned"), s->files->count);
	} else {
		check_fail(check, "%s", buf_str(&list));
		check_cause(check,
			    foreign ? _("somebody, or another program, changed it since the "
					"last apply")
				    : _("settings or metadata changed since the last apply"));
		check_advise(check, _("sixrelay plan shows the difference; sixrelay apply puts it "
				      "right, and keeps a copy of what was changed"));
	}
}
