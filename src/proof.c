/* SPDX-License-Identifier: MIT */
#include "proof.h"

#include <stdio.h>
#include <string.h>

#include "base/boot.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "cmd.h"
#include "prove/check.h"
#include "prove/upstream_check.h"
#include "session.h"

/* A site that has its prefix for the first time, or again. */
static bool has_unproved(const struct session *session)
{
	for (size_t i = 0; i < session->relay.site_count; i++) {
		const struct site *site = &session->relay.sites[i];

		if (site->state == SITE_READY &&
		    !state_site_text(&session->state, site->name, "proof"))
			return true;
	}
	return false;
}

bool proof_is_due(const struct session *session)
{
	const char *proved = state_text(&session->state, "proved");

	return session->live && relay_site_count(&session->relay) &&
	       (session->plan.step_count || !proved || has_unproved(session) ||
		strcmp(proved, boot_id(session->root).s) != 0);
}

static void tell(const struct site *site, const struct check *check)
{
	CLEANUP(buf_clear) struct buf label = BUF_INIT;

	if (check->result == CHECK_PASS) {
		printf(_("sixrelay: proof for %s: %s\n"), site->name, check->seen);
		fflush(stdout);
		return;
	}
	buf_addf(&label, _("proof for %s FAILED: "), site->name);
	cmd_tell(buf_str(&label), check->seen);
	cmd_tell(_("likely cause: "), check->cause);
	cmd_tell(_("try: "), check->advice);
}

/* "pass", or "fail", and when. */
static void remember(struct state *state, bool passed)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %s", passed ? "pass" : "fail", clock_utc().s);
	state_set_text(state, "proof", text);
}

unsigned proof_make(struct session *session)
{
	struct subject subject = session_subject(session);
	unsigned reached = 0;

	for (size_t i = 0; i < session->relay.site_count; i++) {
		const struct site *site = &session->relay.sites[i];
		struct check check = {.result = CHECK_SKIP};
		enum probe_stage stage;

		/* One that is detached can't pass, and has been told of. */
		if (site->state != SITE_READY)
			continue;
		stage = upstream_check(&check, &subject, site);
		tell(site, &check);
		state_set_site_text(&session->state, site->name, "proof", probe_word(stage));
		reached |= 1u << stage;
	}
	if (reached)
		remember(&session->state, reached == 1u << PROBE_REPLIED);
	state_set_text(&session->state, "proved", boot_id(session->root).s);
	return reached;
}
