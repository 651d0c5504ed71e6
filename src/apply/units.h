/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/link_name.h"

struct error;
struct units;

/* systemd's units over the system bus (org.freedesktop.systemd1(5)). */

struct unit_status {
	char active_state[16]; /* "active", "failed", …; "inactive" also when it is not loaded */
	char file_state[16];   /* "enabled", "disabled", …; "" when not asked or not found */
};

enum unit_verb {
	UNIT_START,
	UNIT_RESTART,
	UNIT_RELOAD,
	UNIT_STOP,
};

/* Connects, and asks for the states of all that matches the patterns; doesn't wait for an answer.
 * The caller closes with units_close, which takes NULL too. */
int units_open(struct units **units, const char *const patterns[], struct error *err);
void units_close(struct units *units);

/* Sends what can be sent, without waiting: called before something slow, so that systemd answers
 * meanwhile. */
void units_push(struct units *units);

/* The state of a unit that matches one of the patterns; waits for the answer. */
int units_query(struct units *units, const char *name, struct unit_status *status,
		struct error *err);

/* Fills in file_state; a unit without a file leaves it "". */
int units_query_file(struct units *units, const char *name, struct unit_status *status,
		     struct error *err);

/* Asks for the state at this moment, and not as of units_open. */
int units_query_now(struct units *units, const char *name, char active_state[static 16],
		    struct error *err);

/* Names that a unit has as one of its properties ("RequiredBy"), a NULL at the end; to be freed
 * with units_names_free, which takes NULL too. */
int units_query_names(struct units *units, const char *name, const char *property, char ***names,
		      struct error *err);
void units_names_free(char **names);

/* What runs behind a service (org.freedesktop.systemd1(5), Service objects). */
struct service_status {
	char active_state[16], sub_state[32]; /* "activating", "auto-restart" */
	uint32_t pid;			      /* 0: none */
	uint32_t restarts;		      /* by Restart=, since it was last started by hand */
	uint64_t started_us;		      /* CLOCK_MONOTONIC, when the process was started */
};

/* Asks for it; a unit that isn't there is inactive. */
int units_query_service(struct units *units, const char *name, struct service_status *status,
			struct error *err);

/* Queues the job and waits for its end, at most a minute. A failure names the unit and the job's
 * result. -ETIME when it hasn't ended by then, -ENOENT when there is no such unit. */
int units_run(struct units *units, enum unit_verb verb, const char *name, struct error *err);

int units_enable(struct units *units, const char *name, struct error *err);
int units_disable(struct units *units, const char *name, struct error *err);

/* Makes a failed unit an inactive one; any other is left as it is. */
int units_reset_failed(struct units *units, const char *name, struct error *err);

/* systemctl daemon-reload */
int units_reload_manager(struct units *units, struct error *err);

/* The interface of a unit "wg-quick@NAME.service". False when it is another unit. */
bool unit_wgquick_interface(const char *unit, struct link_name *interface);

bool unit_is_active(const struct unit_status *status);
/* Whether that is a state of one that runs, or is on its way up. */
bool unit_is_up(const char *active_state);
bool unit_is_enabled(const struct unit_status *status);
