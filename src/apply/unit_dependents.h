/* SPDX-License-Identifier: MIT */
#pragma once

struct error;
struct state;
struct units;

/* Units that run and that systemd stops with another one, since they require it, directly or not
 * (systemd.unit(5), Requires=, BindsTo=, PartOf=): a start of that one doesn't bring them back.
 * Those of a tunnel's unit are also the ones that are bound to its interface. Targets are left out:
 * what such a start would bring along isn't known. */

/* Tells of each, once. */
int unit_dependents(struct units *units, const char *unit,
		    void (*found)(const char *dependent, void *data), void *data,
		    struct error *err);

/* Adds them to the state's list of those to be started after the unit; the state is not saved. */
int unit_dependents_record(struct units *units, struct state *state, const char *unit,
			   struct error *err);

/* Starts those of the list, once the unit itself runs; what isn't there any more is passed over.
 * Returns 0, or the first failure's code with err set. */
int unit_dependents_start(struct units *units, const struct state *state, const char *unit,
			  struct error *err);
