/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "apply/units.h"
#include "apply/wg_dump.h"
#include "base/error.h"
#include "metadata/instance.h"

struct change;
struct conf;
struct file_list;
struct firewall;
struct inventory;
struct machine;
struct relay;
struct site;
struct state;

/* What the checks look at: the relay as it shall be, and the machine as it is. The caller fills in
 * the first part, whose pointers stay his; the second is what a check has found out and a later
 * one looks at, all zero at the start; subject_clear frees it. */

struct subject {
	int root;
	const char *metadata; /* --metadata, or NULL */
	const struct conf *conf;
	const struct instance *instance; /* as of the last apply */
	const struct relay *relay;
	const struct inventory *inventory;
	const struct machine *machine;
	const struct state *state;
	const struct file_list *files;
	const struct change *changes;
	struct units *units; /* NULL: no bus */

	/* Told of what takes longer than two seconds. May be NULL. */
	void (*progress)(const char *text);

	bool tunnel_file_differs; /* the tunnel's configuration isn't as planned */
	bool has_fresh;		  /* the metadata as it is now */
	struct instance fresh;
	int64_t date, date_seen; /* the service's time, and ours when it came; 0: none */
	bool has_dump;
	struct wg_dump dump;
	struct error dump_error;
	struct firewall *firewall;   /* NULL: not read yet */
	struct service_status ndppd; /* as the checks began */
	uint64_t ndppd_ticks;	     /* of processor time, then */
	long ndppd_ms;		     /* and when that was */
};

void subject_clear(struct subject *s);
