/* SPDX-License-Identifier: MIT */
#include "apply/notes.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "base/array.h"
#include "base/i18n.h"
#include "relay/relay.h"

void note_add(struct plan *plan, enum note_kind kind, const char *fmt, ...)
{
	struct note *note;
	va_list args;
	char *text;
	int r;

	va_start(args, fmt);
	r = vasprintf(&text, fmt, args);
	va_end(args);
	if (r < 0) {
		plan->error = -ENOMEM;
		return;
	}
	note = array_append(&plan->notes, &plan->note_count, sizeof(*note));
	if (!note) {
		free(text);
		plan->error = -ENOMEM;
		return;
	}
	*note = (struct note){
		.kind = kind,
		.text = text,
		.on_console = kind == NOTE_WAITING || kind == NOTE_KEPT,
	};
}

void note_no_key(struct plan *plan, const struct machine *machine, bool back)
{
	const char *why = machine->key_login.why;

	if (back)
		note_add(plan, NOTE_WARNING,
			 _("sshd is NOT hardened any more, passwords log in again where they did "
			   "before: no key of root or an administrator is left (%s); add one, then "
			   "sixrelay apply"),
			 why);
	else if (machine->hardening_present)
		note_add(plan, NOTE_WARNING,
			 _("no key of root or an administrator is left to log in with (%s): add "
			   "one before you log out, or remove %s"),
			 why, FILE_SSHD);
	else
		note_add(plan, NOTE_WARNING,
			 _("sshd is NOT hardened, passwords still log in: no key of root or an "
			   "administrator would (%s); add one, then sixrelay apply (%s)"),
			 why, FILE_SSHD);
	if (plan->note_count)
		plan->notes[plan->note_count - 1].on_console = true;
}

/* Why, the run that asks tells by itself: it may be another reason each time. */
void notes_metadata(struct plan *plan, const struct state *state)
{
	const char *since = state_text(state, "silent");

	if (since)
		note_add(plan, NOTE_WARNING,
			 _("no good answer of the metadata service since %s; what it said before "
			   "holds"),
			 since);
}

static void note_waiting_site(struct plan *plan, const struct relay *relay, const struct site *site)
{
	if (site->source == SITE_ORIGINAL)
		note_add(plan, NOTE_WAITING,
			 _("site %s: the instance has no IPv6 /64. Enable IPv6 in Vultr's panel: "
			   "the instance, Settings, IPv6. sixrelay.timer "
			   "takes it up within minutes; at once: sixrelay apply"),
			 site->name);
	else if (relay->ipv6_disabled)
		note_add(
			plan, NOTE_WAITING,
			_("site %s: IPv6 is disabled on this instance. In Vultr's panel, enable it "
			  "(the instance, Settings, IPv6), then add an IPv6 /64 and attach it to "
			  "this instance (Network, Reserved IPs). sixrelay.timer takes it up within "
			  "minutes; at once: sixrelay apply"),
			site->name);
	else
		note_add(plan, NOTE_WAITING,
			 _("site %s: no reserved IPv6 /64 is free. In Vultr's panel: Network, "
			   "Reserved IPs, add an IPv6 /64 in the instance's region (label "
			   "wg-lan-prefix), attach it to this instance; no reboot is needed. "
			   "sixrelay.timer takes it up within minutes; at once: sixrelay apply. Or "
			   "share the instance's own /64: prefix = original"),
			 site->name);
	if (site->source == SITE_RESERVED && relay->has_unusable)
		note_add(plan, NOTE_WARNING,
			 _("%s is attached, but not usable: a /64 other than the original one is "
			   "needed"),
			 prefix_text(&relay->unusable).s);
}

void notes_waiting(struct plan *plan, const struct relay *relay)
{
	for (size_t i = 0; i < relay->site_count; i++) {
		const struct site *site = &relay->sites[i];

		switch (site->state) {
		case SITE_READY:
			break;
		case SITE_DETACHED:
			note_add(
				plan, NOTE_WAITING,
				_("site %s: %s is no longer attached to this instance; kept as it "
				  "was. Attach it, or another one, in Vultr's panel: Network, "
				  "Reserved IPs. sixrelay.timer takes it up within minutes; at once: "
				  "sixrelay apply"),
				site->name, prefix_text(&site->prefix).s);
			break;
		case SITE_WAITING:
			note_waiting_site(plan, relay, site);
			break;
		}
	}
}
