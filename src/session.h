/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "apply/changes.h"
#include "apply/machine.h"
#include "apply/plan.h"
#include "apply/state.h"
#include "journal.h"
#include "metadata/instance.h"
#include "net/inventory.h"
#include "prove/subject.h"
#include "relay/relay.h"
#include "repeat.h"

struct error;
struct options;

/* What every command starts from: settings, metadata, the machine as it is, the relay as it shall
 * be, and the plan from the one to the other. */

struct session {
	const struct options *options;
	int root;
	bool live;	   /* false with --root */
	bool was_reverted; /* the marker of revert.h was there at the start */
	bool overtaken;	   /* it came between then and the lock */
	struct conf conf;
	struct state state;
	struct instance instance;
	bool told_retry;
	bool heard;	     /* the metadata is what the service says now */
	struct error silent; /* or of the last apply, since this came of asking it; code 0: not */
	bool heard_again;    /* and it was silent before */
	struct inventory inventory;
	struct relay relay;
	bool keys_fresh; /* some of the keys are new, and in memory only */

	struct journal journal;
	struct repeat repeat;
	struct units *units; /* NULL: no bus, or not live */
	long units_asked_ms; /* when */
	struct machine machine;
	struct file_list files;
	struct change *changes;
	struct plan plan;
};

#define SESSION_INIT ((struct session){.root = -1, .repeat = REPEAT_INIT})

/* Opens the root, asks systemd for its units, and reads the settings. */
int session_open(struct session *session, const struct options *options, struct error *err);

/* The metadata: from the service, or from where --metadata says. */
int session_fetch(struct session *session, struct error *err);

/* The same; where the service gives no good answer, as of the last apply, if there was one. */
int session_fetch_or_recall(struct session *session, struct error *err);

/* The metadata as of the last apply, unless --metadata says otherwise. */
int session_recall(struct session *session, struct error *err);

/* State, inventory, relay and keys; tells with --verbose what was found. May be called again, when
 * the machine may have changed. Puts into the state, in memory, whether the metadata service is
 * silent. -ENODEV when what it said at the last apply is of another machine. */
int session_make_relay(struct session *session, struct error *err);

/* Asks systemd anew; it answers while something else is done. */
void session_ask_units(struct session *session);

/* At boot the agent may be there before the router's advertisement, and would take the NIC for one
 * that nobody looks after: waits for it, a few seconds at most. */
int session_wait_route(struct session *session, struct error *err);

/* Gathers the machine and makes the plan, in place of the one before. Nothing is changed. */
int session_make_plan(struct session *session, struct error *err);

/* For whoever carries out stages (apply_stage_fn): a line of the journal for each; data is the
 * session. */
void session_log_stage(const char *stage, size_t steps, const struct error *failure, void *data);

/* What the live checks look at: all of the session's, to be used before it is closed. */
struct subject session_subject(struct session *session);

void session_close(struct session *session);
