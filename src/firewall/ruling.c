/* SPDX-License-Identifier: MIT */
#include "firewall/ruling.h"

#include <stdarg.h>
#include <stdio.h>

static bool possible(const struct fates *fates, enum fate fate)
{
	return fates->possible & (1U << fate);
}

/* The rule whose doubt matters is one that leads elsewhere than the certain way does. */
static const struct rule *doubtful(const struct fates *fates)
{
	enum fate certain = fates->certain;
	enum fate other = certain == FATE_DROP ? FATE_ACCEPT : FATE_DROP;

	if (fates->doubt[other])
		return fates->doubt[other];
	if (fates->doubt[certain])
		return fates->doubt[certain];
	return fates->by[other];
}

enum verdict fates_verdict(const struct fates *fates, const struct rule **rule)
{
	bool accept = possible(fates, FATE_ACCEPT), drop = possible(fates, FATE_DROP);

	if (possible(fates, FATE_REWRITE)) {
		*rule = fates->by[FATE_REWRITE];
		return VERDICT_UNKNOWN;
	}
	if (accept && drop) {
		*rule = doubtful(fates);
		return VERDICT_UNKNOWN;
	}
	*rule = fates->by[drop ? FATE_DROP : FATE_ACCEPT];
	return drop ? VERDICT_DROP : VERDICT_ACCEPT;
}

bool ruling_wants(const struct ruling *ruling, enum verdict verdict, bool policy)
{
	if (verdict != ruling->verdict)
		return verdict > ruling->verdict;
	if (!ruling->told)
		return true;
	return verdict == VERDICT_ACCEPT && ruling->why.policy && !policy;
}

void why_text(char *text, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, size, fmt, args);
	va_end(args);
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}
