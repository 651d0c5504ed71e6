/* SPDX-License-Identifier: MIT */
#pragma once

#include "prove/upstream.h"
#include "relay/conf.h"

struct check;
struct site;
struct subject;

/* The upstream proof of a site's prefix: made, and put into words. */

/* Makes it. Returns how far it got; PROBE_NOT_SENT also when it couldn't be tried. */
enum probe_stage upstream_check(struct check *check, const struct subject *s,
				const struct site *site);

/* What a proof comes to. Pure. */
void upstream_judge(struct check *check, const struct upstream_proof *proof,
		    const struct upstream_ask *ask, enum ndppd_rule rule);
