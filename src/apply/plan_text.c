/* SPDX-License-Identifier: MIT */
/* A plan in words. */
#include <stdio.h>

#include "apply/plan.h"
#include "base/cleanup.h"
#include "base/i18n.h"
#include "base/wrap.h"
#include "relay/relay.h"
#include "render/sysctl.h"

const char *note_label(enum note_kind kind)
{
	switch (kind) {
	case NOTE_WAITING:
		return N_("waiting");
	case NOTE_KEPT:
		return N_("kept");
	case NOTE_WARNING:
		return N_("warning");
	case NOTE_PROBLEM:
		return N_("problem");
	}
	return "";
}

void plan_print_notes(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->note_count; i++) {
		CLEANUP(buf_clear) struct buf label = BUF_INIT;

		buf_addf(&label, "%s: ", _(note_label(plan->notes[i].kind)));
		wrap(out, buf_str(&label), plan->notes[i].text, 2);
	}
}

struct step_text step_text(const struct step *step, const struct relay *relay,
			   const struct file_list *list)
{
	static const char *const verbs[] = {
		[UNIT_START] = "start",
		[UNIT_RESTART] = "restart",
		[UNIT_RELOAD] = "reload",
		[UNIT_STOP] = "stop",
	};
	struct sysctl sysctls[SYSCTL_COUNT];
	struct step_text text = {""};

	switch (step->kind) {
	case STEP_UFW:
		snprintf(
			text.s, sizeof(text.s), "ufw %s",
			ufw_rule_text((enum ufw_rule)step->index, step->port, step->interface.s).s);
		break;
	case STEP_UFW_DELETE:
		snprintf(text.s, sizeof(text.s), "ufw %s",
			 ufw_delete_text((enum ufw_rule)step->index, step->port, step->interface.s)
				 .s);
		break;
	case STEP_FILE:
		snprintf(text.s, sizeof(text.s), "write %s", list->specs[step->index].path.s);
		break;
	case STEP_SYSCTL:
		sysctl_list(relay, sysctls);
		snprintf(text.s, sizeof(text.s), "set %s = %c", sysctls[step->index].path,
			 sysctls[step->index].value);
		break;
	case STEP_SSHD_TEST:
		snprintf(text.s, sizeof(text.s), "test sshd's configuration");
		break;
	case STEP_SSHD_BACK:
		snprintf(text.s, sizeof(text.s), "take back " FILE_SSHD);
		break;
	case STEP_MANAGER_RELOAD:
		snprintf(text.s, sizeof(text.s), "reload systemd's unit files");
		break;
	case STEP_REMOVE:
		snprintf(text.s, sizeof(text.s), "remove %s", file_wgquick(&step->interface).s);
		break;
	case STEP_DISABLE:
		snprintf(text.s, sizeof(text.s), "disable %s", step->unit);
		break;
	case STEP_ENABLE:
		snprintf(text.s, sizeof(text.s), "enable %s", step->unit);
		break;
	case STEP_UNIT:
		snprintf(text.s, sizeof(text.s), "%s %s", verbs[step->verb], step->unit);
		break;
	}
	return text;
}
