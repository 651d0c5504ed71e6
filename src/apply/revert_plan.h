/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "apply/before.h"
#include "apply/sysctl_live.h"
#include "apply/ufw.h"
#include "net/inventory.h"

struct state;

/* From the state's records and the machine as it is to an ordered list of steps back. Pure. */

struct revert_unit {
	bool running;	   /* or failed: anything but inactive */
	bool links_differ; /* it is enabled in another way than before */
};

/* What the plan has to know beside the state; the arrays have a place for each of the state's
 * records, in its order. */
struct revert_facts {
	bool live; /* false below --root: files alone, links that enable a unit among them */
	bool keep_keys;
	const enum before_now *files;
	const struct revert_unit *units;
	const struct sysctl_value *sysctls; /* "" when there is no such key any more */
	const struct inventory *inventory;
	bool has_ufw;
	const char *sshd; /* the unit to reload, NULL when none runs */
};

enum revert_kind {
	REVERT_STOP,	/* unit */
	REVERT_FILE,	/* path: as it was before */
	REVERT_LINKS,	/* unit: enabled as before */
	REVERT_MANAGER, /* systemd reads its unit files again */
	REVERT_START,	/* unit */
	REVERT_SYSCTL,	/* path, value */
	REVERT_ROUTE,
	REVERT_ADDRESS,
	REVERT_ALLMULTI,  /* NIC */
	REVERT_UFW,	  /* rule, port, interface; value: what was there before */
	REVERT_SSHD,	  /* unit: the configuration is tested, then it is reloaded */
	REVERT_DIRECTORY, /* path: removed if it is empty */
};

struct revert_step {
	enum revert_kind kind;
	const char *name; /* unit or path; the state's, or static */
	bool absent;	  /* the file was not there, or nothing enabled the unit */
	bool edited;	  /* somebody else wrote what is there: a copy is kept */
	bool same;	  /* it is back, but a stop may write it: looked at again */
	const char *value;
	int index; /* of the NIC */
	struct route route;
	struct address address;
	enum ufw_rule rule;
	uint16_t port;
	struct link_name interface;
};

struct revert_plan {
	size_t count;
	struct revert_step *steps;
	int error; /* -ENOMEM, sticky */
};

#define REVERT_PLAN_INIT ((struct revert_plan){0})

/* Whether the file is one that the unit runs with. */
bool revert_is_file_of(const char *unit, const char *path);

/* The steps' names and values belong to the state. */
void revert_plan_make(struct revert_plan *plan, const struct state *state,
		      const struct revert_facts *facts);
void revert_plan_clear(struct revert_plan *plan);

/* The part of the machine that a kind of step is about: "files", "units", …; English, for the
 * journal. */
const char *revert_stage(enum revert_kind kind);

/* The step in words: "remove /etc/ndppd.conf", "stop ndppd.service". English, as in plan.h. */
struct revert_text {
	char s[192];
};
struct revert_text revert_step_text(const struct revert_step *step);
