/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "apply/changes.h"
#include "apply/ufw.h"
#include "apply/units.h"
#include "render/files.h"

struct machine;
struct relay;
struct state;

/* From what shall be and what is to an ordered list of steps. Pure. */

enum step_kind {
	STEP_UFW,	     /* add rule number `index` for `port` and `interface` */
	STEP_UFW_DELETE,     /* take it back */
	STEP_FILE,	     /* write file number `index` of the list */
	STEP_SYSCTL,	     /* set key number `index` in the running kernel */
	STEP_SSHD_TEST,	     /* sshd -t with file number `index` */
	STEP_SSHD_BACK,	     /* its drop-in becomes what stood there before the first apply */
	STEP_MANAGER_RELOAD, /* systemd reads its unit files again */
	STEP_REMOVE, /* the wg-quick configuration of `interface`, which has another name now */
	STEP_ENABLE,
	STEP_DISABLE,
	STEP_UNIT, /* start, restart, reload or stop, by `verb` */
};

struct step {
	enum step_kind kind;
	enum stage stage;
	size_t index;
	enum unit_verb verb;
	char unit[64];
	uint16_t port;
	struct link_name interface;
};

enum note_kind {
	NOTE_WAITING, /* for the user to do at Vultr */
	NOTE_KEPT,    /* somebody else's file is replaced, and a copy of it kept */
	NOTE_WARNING,
	NOTE_PROBLEM, /* something of the relay can't work: the run ends in failure */
};

struct note {
	enum note_kind kind;
	char *text;
	bool on_console; /* for whoever opens one */
	bool told;	 /* by an earlier apply in this boot (told.h) */
};

struct plan {
	size_t step_count, note_count;
	struct step *steps;
	struct note *notes;
	int error; /* -ENOMEM, sticky */
};

#define PLAN_INIT ((struct plan){0})

/* changes belong to the files of the list, in the same order. */
void plan_make(struct plan *plan, const struct relay *relay, const struct machine *machine,
	       const struct state *state, const struct file_list *list,
	       const struct change changes[]);

void plan_clear(struct plan *plan);

bool plan_has(const struct plan *plan, enum note_kind kind);

/* "waiting", "warning", …: English, for JSON; marked for translation elsewhere. */
const char *note_label(enum note_kind kind);

/* Appends "<kind>: <text>", wrapped, for each note of the plan. */
void plan_print_notes(const struct plan *plan, struct buf *out);

/* What of the files depends on the machine. */
struct file_choices plan_choices(const struct relay *relay, const struct machine *machine);

/* The step in words: "write /etc/ndppd.conf", "restart ndppd.service". English, for people, the
 * state file and JSON alike. */
struct step_text {
	char s[160];
};
struct step_text step_text(const struct step *step, const struct relay *relay,
			   const struct file_list *list);
