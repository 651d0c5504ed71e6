/* SPDX-License-Identifier: MIT */
#include "prove/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "apply/state.h"
#include "base/i18n.h"
#include "base/words.h"
#include "prove/check.h"
#include "prove/checks.h"
#include "prove/subject.h"

/* An answer has been on its way, and Date has whole seconds. */
#define CLOCK_SLACK_S 60

static void wrong(struct check *check)
{
	check_cause(check, _("the clock isn't kept by NTP, or was set by hand; WireGuard refuses a "
			     "handshake that seems older than the one before, and TLS fails"));
	check_advise(check, "timedatectl; systemctl restart systemd-timesyncd");
}

void clock_judge(struct check *check, const struct clock_facts *facts)
{
	int64_t ahead = facts->service ? facts->now - facts->service : 0;

	if (ahead > CLOCK_SLACK_S || ahead < -CLOCK_SLACK_S) {
		check_fail(check,
			   ahead > 0 ? _("this clock is %s ahead of the metadata service's")
				     : _("this clock is %s behind the metadata service's"),
			   span_words(ahead).s);
		wrong(check);
	} else if (facts->handshake > facts->now + CLOCK_SLACK_S) {
		check_fail(check, _("the latest handshake was %s later than now"),
			   span_words(facts->handshake - facts->now).s);
		wrong(check);
	} else if (facts->applied > facts->now + CLOCK_SLACK_S) {
		check_fail(check, _("the last apply was %s later than now"),
			   span_words(facts->applied - facts->now).s);
		wrong(check);
	} else if (facts->service) {
		check_pass(check, _("within %d s of the metadata service's"), CLOCK_SLACK_S);
	} else {
		check_skip(check, _("the metadata service told no time to compare with"));
	}
}

void check_clock(struct check *check, struct subject *s, const struct site *site)
{
	const char *applied = state_record_time(s->state);
	struct clock_facts facts = {.now = (int64_t)time(NULL)};

	(void)site;
	/* The two were noted together: what has passed since is no difference. */
	if (s->date)
		facts.service = s->date + (facts.now - s->date_seen);
	if (applied)
		time_parse(&facts.applied, applied);
	for (size_t i = 0; s->has_dump && i < s->dump.count; i++)
		if (s->dump.peers[i].handshake > facts.handshake)
			facts.handshake = s->dump.peers[i].handshake;
	clock_judge(check, &facts);
}
