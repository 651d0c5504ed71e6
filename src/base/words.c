/* SPDX-License-Identifier: MIT */
#include "base/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/i18n.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Each unit up to two of the next one: "1 min" would be anything from one to two. */
struct words age_words(int64_t seconds)
{
	struct words words;

	if (seconds < 0)
		snprintf(words.s, sizeof(words.s), "%s", _("ahead of the clock"));
	else if (seconds < 2 * MINUTE)
		snprintf(words.s, sizeof(words.s), _("%" PRId64 " s ago"), seconds);
	else if (seconds < 2 * HOUR)
		snprintf(words.s, sizeof(words.s), _("%" PRId64 " min ago"), seconds / MINUTE);
	else if (seconds < 2 * DAY)
		snprintf(words.s, sizeof(words.s), _("%" PRId64 " h ago"), seconds / HOUR);
	else
		snprintf(words.s, sizeof(words.s), _("%" PRId64 " d ago"), seconds / DAY);
	return words;
}

struct words span_words(int64_t seconds)
{
	uint64_t span = seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
	struct words words;

	if (span < 2 * MINUTE)
		snprintf(words.s, sizeof(words.s), "%" PRIu64 " s", span);
	else if (span < 2 * HOUR)
		snprintf(words.s, sizeof(words.s), "%" PRIu64 " min", span / MINUTE);
	else if (span < 2 * DAY)
		snprintf(words.s, sizeof(words.s), "%" PRIu64 " h", span / HOUR);
	else
		snprintf(words.s, sizeof(words.s), "%" PRIu64 " d", span / DAY);
	return words;
}

struct words amount_words(uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double value = (double)bytes;
	struct words words;
	size_t unit = 0;

	while (value >= 1024 && unit < 4) {
		value /= 1024;
		unit++;
	}
	snprintf(words.s, sizeof(words.s), unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return words;
}

bool time_parse(int64_t *seconds, const char *text)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end)
		return false;
	*seconds = timegm(&tm);
	return true;
}
