/* SPDX-License-Identifier: MIT */
#include "apply/told.h"

#include "apply/plan.h"
#include "apply/state.h"
#include "base/boot.h"

void told_mark(struct plan *plan, const struct state *state, const struct boot_id *boot)
{
	for (size_t i = 0; i < plan->note_count; i++)
		plan->notes[i].told = plan->notes[i].kind != NOTE_KEPT &&
				      state_was_told(state, boot->s, plan->notes[i].text);
}

void told_remember(struct state *state, const struct plan *plan, const struct boot_id *boot)
{
	state_start_told(state, boot->s);
	for (size_t i = 0; i < plan->note_count; i++)
		if (plan->notes[i].kind != NOTE_KEPT)
			state_add_told(state, plan->notes[i].text);
}
